"""Segments that join: equal parameter sets, runs like single segments, sound chunks like one whole encode."""

from __future__ import annotations

import ast
import sys
import unicodedata
from collections import deque
from fractions import Fraction
from importlib.metadata import packages_distributions
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

import cutroom
from cutroom.errors import RenderError
from cutroom.render import planned
from cutroom.render.codecs.aac import CODEC as AAC
from cutroom.render.codecs.kinds import PictureFormat
from cutroom.render.encode import encode_picture, encode_sound
from cutroom.render.engine import cpu_class, engine, engine_digest
from cutroom.render.orders import RunTask
from cutroom.render.packets import Packet, Packets, UnreadableSegmentError, pack, unpack
from cutroom.render.plan import plan
from cutroom.render.tasks import render_run
from cutroom.schema.clip import Transition
from cutroom.schema.curve import Keyframe
from cutroom.schema.effect import Effect
from cutroom.schema.export import ExportSettings

from .conftest import RATE, Film, track

PACKAGE = Path(cutroom.__file__).parent
DRAW_NOTHING = {"cloudpickle", "_typeshed", "apsw", "pandas", "psutil", "pydantic"}
"""Libraries for types, values, tables and caches."""
SETTINGS = ExportSettings()
FORMAT = PictureFormat(Fraction(30), 160, 96)


def pictures(frames: int, seed: int) -> list[av.VideoFrame]:
    noise = np.random.default_rng(seed).integers(16, 235, (144, 160), dtype=np.uint8)
    return [av.VideoFrame.from_ndarray(np.roll(noise, 3 * i, axis=1), format="yuv420p") for i in range(frames)]


def test_parameter_sets_do_not_depend_on_content_or_length() -> None:
    flat = [av.VideoFrame.from_ndarray(np.full((144, 160), 80, np.uint8), format="yuv420p")] * 5
    made = [
        encode_picture(frames, SETTINGS, FORMAT) for frames in (pictures(1, 0), pictures(2, 1), pictures(61, 2), flat)
    ]
    made.append(encode_picture(pictures(4, 3), SETTINGS.replace(crf=35), FORMAT))
    assert len({segment.extradata for segment in made}) == 1
    assert [len(segment.packets) for segment in made] == [1, 2, 61, 5, 4]


def test_a_segment_begins_with_the_only_keyframe_and_holds_every_position() -> None:
    segment = encode_picture(pictures(45, 3), SETTINGS, FORMAT)
    assert segment.packets[0].keyframe
    assert segment.packets[0].position == 0
    assert sorted(packet.position for packet in segment.packets) == list(range(45))
    assert [packet.position for packet in segment.packets] != list(range(45)), "there are B-frames"
    types = {data[4] & 31 for _, _, data in segment.packets[1:]}
    assert 5 not in types, "no IDR picture inside"


def test_the_frames_own_types_and_times_are_not_looked_at() -> None:
    marked = pictures(10, 4)
    for frame in marked:
        frame.pict_type = 1
        frame.pts = 7
    assert encode_picture(marked, SETTINGS, FORMAT) == encode_picture(pictures(10, 4), SETTINGS, FORMAT)


def test_a_run_gives_the_bytes_of_its_segments_rendered_alone(film: Film) -> None:
    blur = Effect(id="e_1", effect="blur", parameters={"radius": 0.01})
    grown = (Keyframe(time=0, value=0.7, easing="ease_in"), Keyframe(time=1, value=1.2))
    moved = Effect(id="e_2", effect="transform", curves={"scale": grown})
    clips = [
        film.clip(20, 70, id="c_0"),
        film.clip(130, 170, id="c_1", effects=[blur, moved]),
        film.clip(90, 120, id="c_2"),
    ]
    dissolve = Transition(id="x_1", left="c_0", right="c_1", duration=Fraction(8, 30))
    document = film.document(track("video", clips, transitions=[dissolve]))
    made = plan(document, ExportSettings(gop=Fraction(1, 3)))
    segments = tuple((segment.key, made.picture(segment), segment.picked) for segment in made.segments)
    assert len(segments) > 10

    def rendered(*chosen: int) -> dict[str, bytes]:
        task = RunTask(
            tuple(segments[i] for i in chosen), made.layout.settings, tuple(film.paths.items()), made.engine, keep=True
        )
        payloads: dict[str, bytes] = render_run(task)["payloads"]
        return payloads

    together = rendered(*range(len(segments)))
    alone: dict[str, bytes] = {}
    for i in reversed(range(len(segments))):
        alone |= rendered(i)
    assert together == alone


def test_another_engine_is_refused(film: Film) -> None:
    made = plan(film.cuts((0, 10)), SETTINGS)
    segment = made.segments[0]
    task = RunTask(((segment.key, made.picture(segment), segment.picked),), SETTINGS, (), "0" * 64)
    with pytest.raises(RenderError, match="other library versions"):
        render_run(task)


def test_another_engine_gives_other_keys(film: Film, monkeypatch: pytest.MonkeyPatch) -> None:
    before = plan(film.cuts((0, 10)), SETTINGS)
    monkeypatch.setattr(planned, "engine_digest", lambda: "0" * 64)
    after = plan(film.cuts((0, 10)), SETTINGS)
    assert before.segments[0].key != after.segments[0].key
    assert before.chunks[0].key != after.chunks[0].key


def test_the_engine_names_what_makes_the_bytes() -> None:
    assert engine()["libav"]["libavcodec"]
    assert engine()["libraries"]["opencv-python-headless"] != "none"
    assert cpu_class() == engine()["cpu"]
    assert len(engine_digest()) == 64
    assert engine()["unicode"] == unicodedata.unidata_version  # directions and kinds of characters


def test_the_engine_names_every_library_that_its_rooms_import() -> None:
    rooms = [path for room in ("effects", "media", "render") for path in (PACKAGE / room).rglob("*.py")]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in rooms]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    foreign = {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"cutroom"} - DRAW_NOTHING
    distributions = packages_distributions()
    assert {distributions[name][0].lower() for name in foreign} == {*engine()["libraries"], "av"}
    assert "none" not in engine()["libraries"].values()


def music(seconds: float) -> np.ndarray:
    """Chords that swell, bursts of noise, and hits: quiet and loud, tonal and not."""
    rng = np.random.default_rng(5)
    t = np.arange(round(seconds * RATE)) / RATE
    tones = sum(
        0.08 * np.sin(2 * np.pi * pitch * t + k) * (0.6 + 0.4 * np.sin(2 * np.pi * (0.3 + 0.1 * k) * t))
        for k, pitch in enumerate((110, 220, 277.2, 440, 1760))
    )
    noise = rng.standard_normal(len(t)) * 0.1 * (np.sin(2 * np.pi * 1.7 * t) > 0.2)
    hits = 0.5 * np.exp(-(np.arange(len(t)) % 24_000) / 60)
    return (tones + noise + hits)[np.newaxis].astype(np.float32)


def decoded(segments: list[Packets]) -> np.ndarray:
    context = av.CodecContext.create("aac", "r")
    context.extradata, context.sample_rate, context.layout = segments[0].extradata, RATE, "mono"
    blocks = [f.to_ndarray() for s in segments for p in s.packets for f in context.decode(av.Packet(p.data))]
    blocks += [f.to_ndarray() for f in context.decode(None)]
    return np.concatenate(blocks, axis=1)[:, AAC.packet :]


def test_chunks_of_sound_join_like_one_whole_encode() -> None:
    chunk, ahead = 200, 2
    samples = music(20)
    packets = -(-samples.shape[1] // AAC.packet) + 1
    whole = encode_sound(samples, SETTINGS, RATE, skip=0, count=packets)
    parts = []
    for first in range(0, packets, chunk):
        count = min(chunk, packets - first)
        low, high = (first - AAC.warm) * 1024, (first + count + ahead) * 1024
        piece = samples[:, max(low, 0) : high]
        piece = np.pad(piece, ((0, 0), (max(0, -low), -piece.shape[1] % 1024)))
        parts.append(encode_sound(piece, SETTINGS, RATE, skip=AAC.warm, count=count))
    assert [len(part.packets) for part in parts] == [200, 200, 200, 200, 139]
    assert {part.extradata for part in parts} == {whole.extradata}

    wanted = samples.shape[1]
    one, joined = decoded([whole])[:, :wanted], decoded(parts)[:, :wanted]
    assert one.shape == joined.shape
    assert lag(joined, samples) == lag(one, samples) == 0

    error_one, error_joined = noise(one, samples), noise(joined, samples)
    loss = 10 * np.log10(error_joined / error_one)
    joins = range(chunk, packets - 1, chunk)
    around = np.concatenate([loss[join - 2 : join + 3] for join in joins])
    elsewhere = np.delete(loss, [join + k for join in joins for k in range(-2, 3)])
    assert around.mean() < elsewhere.mean() + 0.5
    assert around.max() < np.percentile(elsewhere, 99)
    assert 10 * np.log10(error_joined.mean() / error_one.mean()) < 0.3


def noise(made: np.ndarray, source: np.ndarray) -> np.ndarray:
    """Mean squared error of each packet's samples."""
    whole = made.shape[1] // 1024 * 1024
    return ((made - source)[:, :whole] ** 2).reshape(-1, 1024).mean(axis=1)


def lag(made: np.ndarray, source: np.ndarray) -> int:
    """Samples that `made` is late."""
    size = 1 << 16
    a, b = np.fft.rfft(made[0, -size:]), np.fft.rfft(source[0, -size:])
    place = int(np.argmax(np.fft.irfft(a * np.conj(b))))
    return place if place < size // 2 else place - size


def test_payloads_come_back_as_they_were_and_anything_else_is_refused() -> None:
    segment = Packets("h264", b"\1\2", (Packet(0, True, b"abc"), Packet(2, False, b""), Packet(1, False, b"de")), 0.5)
    data = pack(segment)
    assert unpack(data) == segment
    rng = np.random.default_rng(0)
    for bad in (b"", data[:-1], data + b"x", data[:7], b"XXXX" + data[4:], rng.bytes(300)):
        with pytest.raises(UnreadableSegmentError):
            unpack(bad)
    for _ in range(300):
        hurt = bytearray(data)
        hurt[rng.integers(len(hurt))] = rng.integers(256)
        try:
            unpack(bytes(hurt))
        except UnreadableSegmentError:
            continue


@pytest.mark.parametrize("width", [256, 320, 336])
@pytest.mark.parametrize("codec", ["h264", "hevc", "av1", "vp9"])
def test_a_segment_comes_out_the_same_each_time(codec: str, width: int) -> None:
    """Whatever lies in memory that was used before: a soft picture that pans, whose blocks the encoder follows."""
    noise = np.random.default_rng(0).integers(0, 255, (220, width + 80, 3), dtype=np.uint8)
    soft = cv2.GaussianBlur(noise, (0, 0), 4)
    shape = PictureFormat(Fraction(30), width, 180)

    rng, used = np.random.default_rng(1), deque[list[np.ndarray]](maxlen=2)

    def made() -> Packets:
        sizes, values = rng.integers(1_000, 400_000, 60), rng.integers(0, 255, 60, np.uint8)
        used.append([np.full(size, value, np.uint8) for size, value in zip(sizes, values, strict=True)])
        views = (np.ascontiguousarray(soft[i : i + 180, 2 * i : 2 * i + width]) for i in range(20))
        frames = (av.VideoFrame.from_ndarray(view, format="rgb24").reformat(format="yuv420p") for view in views)
        return encode_picture(frames, settings, shape)

    settings = ExportSettings(codec=codec)
    first = made()
    assert all(made() == first for _ in range(12))
