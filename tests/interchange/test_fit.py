"""What a document becomes in a format that has no word for all of it."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from documents import MEDIA, F
from reading import known_media

from cutroom.interchange.formats import read_timeline, write_timeline
from cutroom.schema.clip import Clip, MediaSource
from cutroom.schema.curve import Keyframe
from cutroom.schema.document import Document, ProjectSettings, Timeline
from cutroom.schema.effect import Effect
from cutroom.schema.track import Track

OPACITY = ("video", "transform", "opacity")
GAIN = ("audio", "gain", "db")
HIGHEST = "its highest: at the clip's start it is not there"
SIZED = ("video", "transform", "scale")


@pytest.mark.parametrize(
    ("of", "constant", "keys", "shown_as", "why"),
    [
        (OPACITY, 0.0, ((0, 0.5), (1, 1.0)), {"opacity": 0.5}, "it stays at 0.5, as at the clip's start"),
        (OPACITY, 0.0, ((0, 0.0), (1, 1.0)), {}, f"it stays at 1, {HIGHEST}"),
        (OPACITY, 1.0, ((-2, 1.0), (-1, 0.0)), {"opacity": 0.0}, None),
        (OPACITY, 0.0, ((0, 0.25),), {"opacity": 0.25}, None),
        (OPACITY, 0.5, ((0, 1.5),), {}, None),
        (GAIN, -96.0, ((0, -96.0), (1, -6.0)), {"db": -6.0}, f"it stays at -6, {HIGHEST}"),
        (SIZED, 3.0, ((-1, 1.0), (1, 2.0)), {"scale": 1.5}, "it stays at 1.5, as at the clip's start"),
        (SIZED, 3.0, ((1, 0.5), (2, 0.5)), {"scale": 0.5}, None),
    ],
)  # fmt: skip
def test_what_is_animated_stays_as_it_is_at_the_clips_start(
    of: tuple[Any, str, str], constant: float, keys: Any, shown_as: dict[str, float], why: str | None
) -> None:
    """Its constant is from before it was animated."""
    kind, name, parameter = of
    curve = tuple(Keyframe(time=F(time), value=value) for time, value in keys)
    effect = Effect(id="e", effect=name, parameters={parameter: constant}, curves={parameter: curve})
    clip = Clip(id="c", source=MediaSource(media="m_a"), duration=F(4), effects=(effect,))
    document = Document(
        id="p", settings=ProjectSettings(fps=F(25), width=640, height=360), media=MEDIA,
        timeline=Timeline(tracks=(Track(id="t", kind=kind, title="T", items=(clip,)),)),
    )  # fmt: skip
    text, report = write_timeline(document, format="fcp7", title="Trip")
    told = [loss.why for loss in report if loss.what == f"keyframes of {name} {parameter}"]
    assert told == ([why] if why else [])
    on = [one.findtext("enabled") for one in ElementTree.fromstring(text).iter("clipitem")]
    assert on == ["FALSE" if shown_as == {"opacity": 0.0} else "TRUE"]
    back, _ = read_timeline(text.encode(), format="fcp7", name="x.xml", find=known_media)
    assert [dict(one.parameters) for _, made in back.tracks[0].clips() for one in made.effects] == (
        [shown_as] if shown_as else []
    )
