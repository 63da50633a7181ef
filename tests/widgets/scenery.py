"""Documents to look at."""

from __future__ import annotations

from fractions import Fraction

from cutroom.schema.clip import Clip, Gap, MediaSource, TitleSource, Transition
from cutroom.schema.document import Document, Marker, ProjectSettings, Timeline
from cutroom.schema.effect import Effect
from cutroom.schema.media import AudioStream, Fingerprint, Media, VideoStream
from cutroom.schema.track import Track


def media(
    media_id: str, path: str, seconds: int, *, picture: bool = True, size: tuple[int, int] = (1920, 1080)
) -> Media:
    length = Fraction(seconds)
    video = VideoStream(
        index=0, codec="h264", width=size[0], height=size[1], rate=Fraction(30), duration=length,
        frames=seconds * 30, pixel_format="yuv420p",
    )  # fmt: skip
    audio = AudioStream(index=1, codec="aac", sample_rate=48_000, channels=2, layout="stereo", duration=length)
    digest = f"{sum(map(ord, media_id)):064x}"
    return Media(
        id=media_id, path=path, fingerprint=Fingerprint(sha256=digest, size=1), format="mov", duration=length,
        video=video if picture else None, audio=audio,
    )  # fmt: skip


def clip(clip_id: str, source: str, start: object, duration: object, link: str | None = None, effects: int = 0) -> Clip:
    return Clip(
        id=clip_id,
        source=MediaSource(media=source),
        start=Fraction(str(start)),
        duration=Fraction(str(duration)),
        link=link,
        effects=tuple(Effect(id=f"{clip_id}e{i}", effect="blur") for i in range(effects)),
    )


def trip() -> Document:
    """Pictures with their sound, a title, a locked music track, transitions, gaps, a marker."""
    cuts = [
        ("c1", "m_a", 2, "4.5", 0),
        ("c2", "m_b", 5, 3, 2),
        None,
        ("c3", "m_c", 1, 5, 0),
        ("c4", "m_a", 20, "2.5", 1),
    ]
    pictures = [Gap(duration=Fraction(1)) if cut is None else clip(*cut[:4], f"l{cut[0]}", cut[4]) for cut in cuts]
    sounds = [
        Gap(duration=Fraction(1)) if cut is None else clip(cut[0].replace("c", "s"), *cut[1:4], f"l{cut[0]}")
        for cut in cuts
    ]
    transitions = (
        Transition(id="x1", left="c1", right="c2", duration=Fraction(1)),
        Transition(id="x2", left="c3", right="c4", transition="wipe_left", duration=Fraction(1, 2)),
        Transition(id="x3", left=None, right="c3", transition="fade_black", duration=Fraction(1, 2)),
    )
    title = Clip(id="t1", source=TitleSource(text="A day\nat the sea"), duration=Fraction(3))
    overlay = (Gap(duration=Fraction(5)), title, Gap(duration=Fraction(2)), clip("p1", "m_c", 10, 3))
    tracks = (
        Track(id="v1", kind="video", title="V1", items=tuple(pictures), transitions=transitions),
        Track(id="v2", kind="video", title="V2", items=overlay),
        Track(id="a1", kind="audio", title="A1", items=tuple(sounds)),
        Track(id="a2", kind="audio", title="Music", locked=True, items=(clip("mu", "m_d", 0, 16),)),
    )
    return Document(
        id="p_trip",
        settings=ProjectSettings(fps=Fraction(30)),
        media=(
            media("m_a", "beach.mp4", 60),
            media("m_b", "footage/harbour at dusk.mp4", 40),
            media("m_c", "market.mov", 30),
            media("m_d", "song.mp3", 120, picture=False),
        ),
        timeline=Timeline(tracks=tracks, markers=(Marker(id="k1", time=Fraction(9), title="noon"),)),
    )


def long(clips: int, tracks: int = 4) -> Document:
    """Very many clips."""
    made = tuple(
        Track(
            id=f"t{t}",
            kind="video",
            title=f"V{t + 1}",
            items=tuple(clip(f"c_{t}_{i:07}", "m_a", i % 900, f"{20 + i % 17}/30") for i in range(clips // tracks)),
        )
        for t in range(tracks)
    )
    return Document(id="p_long", media=(media("m_a", "beach.mp4", 1000),), timeline=Timeline(tracks=made))
