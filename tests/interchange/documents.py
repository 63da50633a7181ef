"""Rich documents: small ones by hand, and a strategy for any."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from curves import curves
from hypothesis import strategies as st

from cutroom.schema.clip import Clip, CompoundSource, Gap, Item, MediaSource, TitleSource, TitleStyle, Transition
from cutroom.schema.cue import Cue
from cutroom.schema.document import Compound, Document, Marker, ProjectSettings, Timeline
from cutroom.schema.effect import Effect
from cutroom.schema.media import AudioStream, Fingerprint, Media, VideoStream
from cutroom.schema.speed import Ramp
from cutroom.schema.track import Track

F = Fraction
RATES = [F(24), F(25), F(30), F(24000, 1001), F(30000, 1001), F(60000, 1001), F(60)]


def make_media(media_id: str, path: str, seconds: int = 60, *, sound: bool = True) -> Media:
    return Media(
        id=media_id,
        path=path,
        fingerprint=Fingerprint(sha256=format(sum(map(ord, media_id)) % 16, "x") * 64, size=1000),
        format="mp4",
        duration=F(seconds),
        video=VideoStream(
            index=0, codec="h264", width=640, height=360, rate=F(30), duration=F(seconds), frames=seconds * 30,
            pixel_format="yuv420p",
        ),
        audio=AudioStream(index=1, codec="aac", sample_rate=48_000, channels=2, layout="stereo", duration=F(seconds))
        if sound
        else None,
    )  # fmt: skip


MEDIA = (make_media("m_a", "clips/a b.mp4"), make_media("m_b", "/films/b.mp4"), make_media("m_unused", "c.mp4"))

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
titles = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
seldom = st.sampled_from([False, False, False, False, True])
scalars = st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | words


@st.composite
def speeds(draw: st.DrawFn) -> Fraction | Ramp:
    kind = draw(st.integers(0, 5))
    paces = st.fractions(min_value=F(1, 10), max_value=10, max_denominator=30)
    if kind < 3:
        return F(1)
    if kind == 3:
        return F(0)
    if kind == 4:
        return draw(paces)
    times = sorted(draw(st.lists(st.integers(-30, 90), min_size=2, max_size=4, unique=True)))
    return Ramp.of({F(time, 30): draw(paces) for time in times})


class _Ids:
    def __init__(self) -> None:
        self.made = 0

    def __call__(self, prefix: str) -> str:
        self.made += 1
        return f"{prefix}_{self.made}"


@st.composite
def clips(draw: st.DrawFn, ids: _Ids, fps: Fraction, kind: str, compounds: tuple[Compound, ...]) -> Clip:
    frames = draw(st.integers(2, 120))
    uneven = F(draw(st.integers(0, 1)), 48_000) if kind == "audio" else F(0)
    sources: list[Any] = [MediaSource(media="m_a"), MediaSource(media="m_b")] if kind != "title" else []
    if kind != "audio":
        style = TitleStyle(size=draw(st.sampled_from([0.09, 0.1])), align=draw(st.sampled_from(["left", "center"])))
        sources.append(TitleSource(text=draw(words), style=style))
    if kind != "title":
        for compound in compounds:
            angles = [None, *(track.id for track in compound.timeline.tracks)] if compound.multicam else [None]
            sources.append(CompoundSource(compound=compound.id, angle=draw(st.sampled_from(angles))))
    source = draw(st.sampled_from(sources))
    is_title = isinstance(source, TitleSource)
    effects = [
        Effect(
            id=ids("e"),
            effect=draw(st.sampled_from(["blur", "brightness", "unheard of"])),
            parameters=draw(st.dictionaries(titles, scalars, max_size=2)),
            curves=draw(st.just({}) | st.dictionaries(titles, curves(), max_size=2)),
            enabled=draw(st.booleans()),
        )
        for _ in range(draw(st.integers(0, 2)))
    ]
    return Clip(
        id=ids("c"),
        source=source,
        start=F(0) if is_title else draw(st.fractions(min_value=0, max_value=50, max_denominator=48_000)),
        duration=frames / fps + uneven,
        speed=F(1) if is_title else draw(speeds()),
        reverse=False if is_title else draw(st.booleans()),
        link=draw(st.sampled_from([None, "l_1", "l_2"])),
        group=draw(st.sampled_from([None, "g_1"])),
        effects=tuple(effects),
    )


@st.composite
def tracks(draw: st.DrawFn, ids: _Ids, fps: Fraction, compounds: tuple[Compound, ...]) -> Track:
    kind = draw(st.sampled_from(["video", "video", "audio", "title", "subtitle"]))
    items: list[Item] = []
    transitions: list[Transition] = []
    cues: list[Cue] = []
    if kind == "subtitle":
        moments = st.fractions(min_value=0, max_value=100, max_denominator=1000)
        for start in sorted(draw(st.lists(moments, max_size=3))):
            style = draw(st.sampled_from([None, TitleStyle(size=0.04)]))
            cues.append(Cue(id=ids("s"), start=start, end=start + F(7, 6), text=draw(titles), style=style))
    else:
        for _ in range(draw(st.sampled_from([3, 2, 1, 5, 0]))):
            if draw(seldom) and (not items or isinstance(items[-1], Clip)):
                uneven = F(draw(st.integers(0, 2)), 44_100) if kind == "audio" else F(0)
                items.append(Gap(duration=draw(st.integers(1, 60)) / fps + uneven))
            else:
                clip = draw(clips(ids, fps, kind, compounds))
                taken = any(isinstance(item, Clip) and item.link == clip.link for item in items)
                items.append(clip.evolve(link=None) if taken else clip)  # linked clips stand on different tracks
        for left, right in zip([None, *items], [*items, None], strict=True):
            a = left.id if isinstance(left, Clip) else None
            b = right.id if isinstance(right, Clip) else None
            if (a or b) and draw(st.booleans()):
                name = draw(st.sampled_from(["dissolve", "wipe"]))
                length = draw(st.integers(1, 9)) / fps
                transitions.append(Transition(id=ids("x"), transition=name, left=a, right=b, duration=length))
    return Track(
        id=ids("t"),
        kind=kind,
        title=draw(titles),
        items=tuple(items),
        transitions=tuple(draw(st.permutations(transitions))),
        cues=tuple(cues),
        **{name: draw(seldom) for name in ("muted", "solo", "locked", "hidden")},
        sync_lock=draw(st.booleans()),
        volume=draw(st.floats(0, 2)),
        pan=draw(st.floats(-1, 1)),
    )


@st.composite
def timelines(draw: st.DrawFn, ids: _Ids, fps: Fraction, compounds: tuple[Compound, ...]) -> Timeline:
    made = tuple(draw(tracks(ids, fps, compounds)) for _ in range(draw(st.sampled_from([2, 1, 3, 0]))))
    moments = st.fractions(min_value=0, max_value=100, max_denominator=1000)
    kinds = st.sampled_from(["chapter", "section", "note", "export"])
    markers = [
        Marker(id=ids("m"), time=time, title=draw(words), marker=draw(kinds))
        for time in sorted(draw(st.lists(moments, max_size=3)))
    ]
    return Timeline(tracks=made, markers=tuple(markers))


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Any document: every kind of track, source and switch, compounds inside compounds, times off the grid."""
    ids, fps = _Ids(), draw(st.sampled_from(RATES))
    compounds: tuple[Compound, ...] = ()
    for _ in range(draw(st.integers(0, 3))):
        inner = draw(timelines(ids, fps, compounds))
        made = Compound(id=ids("n"), title=draw(titles), timeline=inner, multicam=draw(st.booleans()))
        compounds = (*compounds, made)
    settings = ProjectSettings(fps=fps, width=draw(st.sampled_from([1280, 1920])), adopt=("size",))
    return Document(
        id="p_1", settings=settings, media=MEDIA, timeline=draw(timelines(ids, fps, compounds)), compounds=compounds
    )


def film() -> Document:
    """V1: [a 2-5][b 1-5] with a dissolve of 10 frames, a gap, then b twice as fast; at 30 frames a second."""
    first = Clip(id="c_1", source=MediaSource(media="m_a"), start=F(2), duration=F(3))
    second = Clip(id="c_2", source=MediaSource(media="m_b"), start=F(1), duration=F(4))
    third = Clip(id="c_3", source=MediaSource(media="m_b"), start=F(10), duration=F(1), speed=F(2), reverse=True)
    dissolve = Transition(id="x_1", left="c_1", right="c_2", duration=F(10, 30))
    pictures = Track(
        id="t_1", kind="video", title="V1", items=(first, second, Gap(duration=F(1)), third), transitions=(dissolve,)
    )
    title = Clip(id="c_4", source=TitleSource(text="Hello"), duration=F(2))
    return Document(
        id="p",
        settings=ProjectSettings(fps=F(30)),
        media=MEDIA,
        timeline=Timeline(
            tracks=(pictures, Track(id="t_2", kind="title", title="T1", items=(title,), hidden=True)),
            markers=(Marker(id="m_1", time=F(3), title="here"),),
        ),
    )
