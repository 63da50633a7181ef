"""Edits to draw: any verb, with arguments that often fit and sometimes do not, on a document that has a bit of all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any

from curves import curves
from editing import F, build, do, ids, make_media
from hypothesis import strategies as st
from speeds import speeds

from cutroom.edit import operations as ops
from cutroom.schema.base import derive_id
from cutroom.schema.clip import Clip, CompoundSource, MediaSource, Source, TitleSource
from cutroom.schema.cue import Cue
from cutroom.schema.curve import Keyframe
from cutroom.schema.document import Document, ProjectSettings

GRID = 6
"""Edits stand on sixths of a second: they meet often, and half of them have an odd number of frames."""
moments = st.integers(0, 12 * GRID).map(lambda step: Fraction(step, GRID))
lengths = st.integers(1, 4 * GRID).map(lambda step: Fraction(step, GRID))
offsets = st.integers(-GRID, GRID).map(lambda step: Fraction(step, GRID))


@cache
def rich() -> Document:
    """Pictures with their sound, one fast and one backwards, a hold, titles, music, subtitles, markers, a compound."""
    document = do(
        build(),
        ops.AddMedia(id="op_r0", media=make_media("m_c", 20)),
        *[ops.AddTrack(id=f"op_{title}", track=kind, title=title) for kind, title in _TRACKS],
    )
    first, second = ids(document)
    picture = MediaSource(media="m_c")
    document = do(
        document,
        ops.Append(id="op_r1", track="V1", source=picture, start=F(4), duration=F(2), sound_track="A1", speed=F(2)),
        ops.Append(id="op_r2", track="V1", source=picture, start=F(2), duration=F(3), sound_track="A1", reverse=True),
        ops.AddTransition(id="op_r3", left=first, right=second, duration=F(1, 2)),
        ops.Freeze(id="op_r4", clip=second, at=F(6), duration=F(1)),
        ops.Overwrite(id="op_r5", track="T1", at=F(1), source=TitleSource(text="x"), duration=F(2)),
        ops.Overwrite(id="op_r6", track="V2", at=F(2), source=picture, duration=F(2), sound_track="A2"),
        ops.Overwrite(id="op_r7", track="V2", at=F(5), source=picture, duration=F(2), sound_track="A2"),
        *[ops.AddMarker(id=f"op_m{time}", time=F(time), title="m") for time in (0, 3, 7)],
        ops.SetCues(id="op_r8", track="S1", cues=tuple(_cue(i, F(i), F(i + 2)) for i in (0, 1, 4, 9))),
    )
    over = ids(document, "V2")
    return do(
        document,
        ops.Nest(id="op_r9", clips=(over[0],), title="Scene"),
        ops.Group(id="op_r10", clips=(ids(document)[-1], ids(document, "T1")[0])),
        ops.AddEffect(id="op_r11", clip=first, effect="fade_in", parameters={"duration": 0.5}),
        *_animated("op_r12", second, "brightness", "value", {F(-1): -0.5, F(1, 2): 0, F(7, 2): 0.5}),
        *_animated("op_r13", ids(document, "A1")[0], "gain", "db", {F(0): -40, F(2): 6}),
        *_animated("op_r14", ids(document, "T1")[0], "transform", "opacity", {F(1, 3): 0, F(1): 1}),
    )


def _animated(
    seed: str, clip: str, effect: str, parameter: str, values: dict[Fraction, float]
) -> tuple[ops.AddEffect, ops.SetKeyframes]:
    keys = tuple(Keyframe(time=time, value=value, easing="ease_in_out") for time, value in values.items())
    name = derive_id("e", seed, 1)
    return (
        ops.AddEffect(id=seed, clip=clip, effect=effect),
        ops.SetKeyframes(id=f"{seed}k", clip=clip, effect=name, parameter=parameter, keyframes=keys),
    )


_TRACKS: tuple[tuple[Any, str], ...] = (("title", "T1"), ("subtitle", "S1"), ("audio", "A2"))


def _cue(number: int, start: Fraction, end: Fraction) -> Cue:
    return Cue(id=f"u_{number}", start=start, end=end, text=f"cue {number}")


@dataclass
class Hand:
    """Draws the arguments of a verb on one timeline of a document."""

    draw: st.DrawFn
    whole: Document
    at: Document

    def one(self, *values: Any) -> Any:
        return self.draw(st.sampled_from(values))

    def clip(self) -> str:
        return self.one(*[clip.id for track in self.at.tracks for _, clip in track.clips()] or ["c_none"])

    def clips(self, most: int) -> tuple[str, ...]:
        return tuple(self.clip() for _ in range(self.draw(st.integers(2, most))))

    def track(self) -> str:
        return self.one(*[track.title for track in self.at.tracks] or ["V1"])

    def edge(self, edge: str, clip: str) -> Fraction:
        """A moment near an edge of a clip."""
        if clip == "c_none":
            return F(0)
        start = self.at.clip_start(clip)
        return self.near(start + (self.at.clip(clip).duration if edge == "end" else 0))

    def near(self, time: Fraction) -> Fraction:
        return max(F(0), time + self.draw(offsets))

    def within(self, clip: str) -> Fraction:
        if clip == "c_none":
            return F(0)
        steps = int(self.at.clip(clip).duration * GRID)
        return self.at.clip_start(clip) + Fraction(self.draw(st.integers(0, max(0, steps - 1))), GRID)

    def placing(self) -> dict[str, Any]:
        track = self.track()
        compounds: list[Source] = [CompoundSource(compound=compound.id) for compound in self.whole.compounds]
        source = self.one(*[MediaSource(media=f"m_{name}") for name in "aabbccc"], TitleSource(text="t"), *compounds)
        found = {"track": track, "source": source, "duration": self.draw(lengths)}
        if isinstance(source, TitleSource):
            return found
        sound = self.one(None, "A1", "A2") if not track.startswith("A") else None
        found |= {"start": self.draw(lengths) / 2, "sound_track": sound, "reverse": self.one(False, False, True)}
        return found | {"speed": self.draw(st.just(F(1)) | st.just(F(1)) | speeds)}

    def span(self) -> tuple[Fraction, Fraction]:
        start = self.draw(moments)
        return start, start + self.draw(lengths)

    def spans(self) -> dict[str, Any]:
        named = self.one(None, None, ("V1",), ("V1", "A1"), ("V2", "S1"))
        return {"spans": tuple(self.span() for _ in range(self.draw(st.integers(1, 3)))), "tracks": named}

    def pair(self) -> dict[str, Any]:
        """The two sides of some cut."""
        cuts = [("c_none", None)]
        for track in self.at.tracks:
            names = [None, *[item.id if item.kind == "clip" else None for item in track.items], None]
            cuts += [pair for pair in pairwise(names) if any(pair)]
        left, right = self.one(*cuts)
        return {"left": left, "right": right}

    def markers(self) -> str:
        return self.one(*[marker.id for marker in self.at.timeline.markers] or ["m_none"])

    def effect(self) -> dict[str, str]:
        found = [
            (clip.id, effect.id) for track in self.at.tracks for _, clip in track.clips() for effect in clip.effects
        ]
        clip, effect = self.one(*found or [(self.clip(), "e_none")])
        return {"clip": clip, "effect": effect}

    def keyframes(self) -> ops.SetKeyframes:
        """Of a parameter of the effect, sometimes of one that it has not, or out of range; or none."""
        parameter = self.one("value", "value", "radius", "opacity", "db", "duration")
        keys = self.draw(st.just(()) | curves() | curves(0, 0.25))
        return ops.SetKeyframes(**self.effect(), parameter=parameter, keyframes=keys)

    def showing(self) -> str:
        """A clip that shows a compound, mostly."""
        found = [clip.id for track in self.at.tracks for _, clip in track.clips() if clip.source.kind == "compound"]
        return self.one(*found or [self.clip()])

    def arranged(self) -> ops.Arrange:
        track, position, placed = self.track(), F(0), []
        for _, clip in (row for known in self.at.tracks if known.title == track for row in known.clips()):
            if self.one(True, True, False):
                position += max(F(0), self.draw(offsets))
                placed.append(ops.Placed(track=track, at=position, clip=clip))
                position += clip.duration
        gone = self.one(None, (), (self.clip(),))
        return ops.Arrange(tracks=(track,), placed=tuple(placed), gone=gone, lead=self.one(None, track))

    def rippled(self) -> ops.Ripple:
        """Clips that go, and their time, clips with another end, and a title that comes."""
        every = [(start, clip) for track in self.at.tracks for start, clip in track.clips()]
        gone = [row for row in every if self.one(True, False, False)]
        changed = [clip for start, clip in every if (start, clip) not in gone and self.one(True, False, False)]
        new = [c.evolve(duration=c.duration + by) for c in changed if c.duration + (by := self.draw(offsets)) > 0]
        title = Clip(id=self.one("c_new", "c_newer"), source=TitleSource(text="t"), duration=self.draw(lengths))
        added = ops.Placed(track=self.one("T1", "V1"), at=self.draw(moments), clip=title)
        return ops.Ripple(
            gone=tuple(clip.id for _, clip in gone),
            closed=self.one((), tuple((start, start + clip.duration) for start, clip in gone)),
            changed=tuple((clip,) for clip in new),
            added=self.one((), (added,)),
        )

    def cues(self) -> ops.SetCues:
        spans = [self.span() for _ in range(self.draw(st.integers(0, 4)))]
        return ops.SetCues(track="S1", cues=tuple(_cue(i, *span) for i, span in enumerate(spans)))

    def trim(self, verb: Any, **more: Any) -> Any:
        clip, edge = self.clip(), self.one("start", "end")
        return verb(clip=clip, edge=edge, to=self.edge(edge, clip), **more)

    def retime(self) -> ops.Retime:
        ripple = self.one(True, True, False)
        return ops.Retime(clip=self.clip(), speed=self.draw(speeds), duration=self.draw(lengths), ripple=ripple)

    def held(self) -> ops.Freeze:
        clip = self.clip()
        return ops.Freeze(clip=clip, at=self.within(clip), duration=self.draw(lengths))

    def cut(self) -> ops.Split:
        clip = self.clip()
        return ops.Split(clip=self.one(clip, clip, None), at=self.within(clip), linked=self.one(True, True, False))

    def switch(self) -> ops.SetTrack:
        name = self.one("locked", "sync_lock", "muted", "hidden", "solo", "volume", "pan")
        values = {"volume": (0.0, 0.5, 2.0), "pan": (-1.0, 0.5)}.get(name, (True, False))
        return ops.SetTrack(track=self.track(), **{name: self.one(*values)})

    def transition(self) -> str:
        return self.one(*[known.id for track in self.at.tracks for known in track.transitions] or ["x_none"])


VERBS: dict[str, Callable[[Hand], Any]] = {
    "append": lambda h: ops.Append(**h.placing()),
    "insert": lambda h: ops.Insert(at=h.draw(moments), **h.placing()),
    "overwrite": lambda h: ops.Overwrite(at=h.draw(moments), **h.placing()),
    "fill": lambda h: ops.Fill(at=h.draw(moments), **h.placing()),
    "move": lambda h: ops.Move(clip=h.clip(), to=h.draw(moments), track=h.one(None, h.track())),
    "arrange": lambda h: h.arranged(),
    "rippled": lambda h: h.rippled(),
    "trim": lambda h: h.trim(ops.Trim),
    "ripple": lambda h: h.trim(ops.Trim, ripple=True),
    "roll": lambda h: h.trim(ops.Roll),
    "slip": lambda h: ops.Slip(clip=h.clip(), by=h.draw(offsets)),
    "slide": lambda h: ops.Slide(clip=h.clip(), by=h.draw(offsets)),
    "split": lambda h: h.cut(),
    "delete": lambda h: ops.Delete(clip=h.clip(), ripple=h.one(True, False)),
    "lift": lambda h: ops.Lift(**h.spans()),
    "extract": lambda h: ops.Extract(**h.spans()),
    "retime": lambda h: h.retime(),
    "reverse": lambda h: ops.Reverse(clip=h.clip()),
    "freeze": lambda h: h.held(),
    "add_transition": lambda h: ops.AddTransition(duration=h.draw(lengths) / 2, **h.pair()),
    "set_transition": lambda h: ops.SetTransition(
        transition=h.transition(), kind=h.one(None, "dissolve"), duration=h.one(None, h.draw(lengths) / 2)
    ),
    "remove_transition": lambda h: ops.RemoveTransition(transition=h.transition()),
    "add_effect": lambda h: ops.AddEffect(
        clip=h.clip(), effect=h.one("fade_in", "fade_out", "blur"), index=h.one(None, 0)
    ),
    "set_effect": lambda h: ops.SetEffect(
        **h.effect(), parameters=h.one({"duration": 1.0}, {"value": 0.5}, {}), enabled=h.one(None, False)
    ),
    "set_keyframes": lambda h: h.keyframes(),
    "move_effect": lambda h: ops.MoveEffect(**h.effect(), index=h.one(0, 1)),
    "remove_effect": lambda h: ops.RemoveEffect(**h.effect()),
    "link": lambda h: ops.Link(clips=h.clips(3)),
    "unlink": lambda h: ops.Unlink(clip=h.clip()),
    "group": lambda h: ops.Group(clips=h.clips(4)),
    "ungroup": lambda h: ops.Ungroup(clip=h.clip()),
    "add_track": lambda h: ops.AddTrack(
        track=h.one("video", "audio", "title", "subtitle"), title=h.one("V3", "A3", "S2")
    ),
    "set_track": lambda h: h.switch(),
    "move_track": lambda h: ops.MoveTrack(track=h.track(), index=h.one(0, 1, 2)),
    "remove_track": lambda h: ops.RemoveTrack(track=h.track()),
    "add_marker": lambda h: ops.AddMarker(time=h.draw(moments), title="n"),
    "set_marker": lambda h: ops.SetMarker(marker=h.markers(), time=h.draw(moments)),
    "remove_marker": lambda h: ops.RemoveMarker(marker=h.markers()),
    "set_cues": lambda h: h.cues(),
    "set_media": lambda h: ops.SetMedia(media=make_media(h.one("m_a", "m_b", "m_c"), h.one(6, 8, 12))),
    "remove_media": lambda h: ops.RemoveMedia(media=h.one("m_a", "m_b", "m_c")),
    "set_settings": lambda h: ops.SetSettings(settings=ProjectSettings(fps=h.one(F(30), F(24), F(30000, 1001)))),
    "add_compound": lambda h: ops.AddCompound(title=h.one("Two", "Three"), multicam=True),
    "set_compound": lambda h: ops.SetCompound(
        name=h.one(*[c.id for c in h.whole.compounds], "n_none"), title=h.one("Two", "Six", None)
    ),
    "remove_compound": lambda h: ops.RemoveCompound(name=h.one(*[c.id for c in h.whole.compounds], "n_none")),
    "nest": lambda h: ops.Nest(clips=h.clips(2)[: h.one(1, 2)], title=h.one("Four", "Five")),
    "unnest": lambda h: ops.Unnest(clip=h.showing()),
    "set_angle": lambda h: ops.SetAngle(clip=h.showing(), angle=h.one(None, "V1", "V2", "A2")),
}


@st.composite
def edits(draw: st.DrawFn, document: Document, *names: str) -> ops.Operation:
    """An edit of the timeline, sometimes of a compound, and now and then two in a batch.

    Args:
        draw: of Hypothesis.
        document: where it is to be done.
        names: of the verbs; none: any.
    """
    compound = draw(st.sampled_from([None, None, None, *[known.id for known in document.compounds]]))
    hand = Hand(draw, document, document.inside(compound))
    chosen = st.sampled_from(names or sorted(VERBS))
    operation: ops.Operation = VERBS[draw(chosen)](hand).evolve(compound=compound)
    if draw(st.integers(0, 9)) or names:
        return operation
    return ops.Batch(operations=(operation.evolve(compound=None), VERBS[draw(chosen)](hand)), compound=compound)
