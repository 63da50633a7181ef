"""Subtitles over the picture: each cue that stands is a layer of text."""

from __future__ import annotations

from fractions import Fraction

from cutroom.effects.compiler.chain import Scene
from cutroom.effects.segment import Fit, Layer, Shot, TitlePicture
from cutroom.schema.clip import TextSpan, TitleStyle
from cutroom.schema.cue import SUBTITLE_STYLE, Cue
from cutroom.schema.time import to_frame
from cutroom.schema.track import Track


def _frames(cue: Cue, fps: Fraction) -> tuple[int, int]:
    return to_frame(cue.start, fps), to_frame(cue.end, fps)


def _above(cue: Cue, text: str, spans: tuple[TextSpan, ...]) -> tuple[str, tuple[TextSpan, ...]]:
    """A cue over what stands already."""
    by = len(cue.text) + 1
    moved = (span.evolve(start=span.start + by, end=span.end + by) for span in spans)
    return f"{cue.text}\n{text}", (*cue.spans, *moved)


def cue_layers(track: Track, frame: int, scene: Scene) -> list[Layer]:
    """The cues that stand at a frame; those in the same style share a text, the later ones above."""
    width, height = scene.setting.width, scene.setting.height
    whole = Fit(x=0, y=0, width=width, height=height)
    texts: dict[TitleStyle, tuple[str, tuple[TextSpan, ...]]] = {}
    for cue in track.cues:
        first, end = _frames(cue, scene.document.settings.fps)
        if first <= frame < end:
            style = cue.style or SUBTITLE_STYLE
            below = texts.get(style)
            texts[style] = (cue.text, cue.spans) if below is None else _above(cue, *below)
    pictures = (TitlePicture(text=text, style=style, spans=spans) for style, (text, spans) in texts.items())
    return [Layer(shot=Shot(source=picture, fit=whole)) for picture in pictures]
