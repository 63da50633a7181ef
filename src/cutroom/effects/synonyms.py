"""What effects and transitions are called elsewhere. Hints name ours; nothing can be called by these names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cutroom.errors import UnknownNameError, folded, nearest

EFFECTS: dict[str, tuple[str, ...]] = {
    "anonymize": ("pixelate", "blur"),
    "auto_level": ("normalize",),
    "bass": ("equalizer",),
    "black_and_white": ("grayscale",),
    "bokeh": ("blur",),
    "bw": ("grayscale",),
    "chromakey": ("chroma_key",),
    "de_noise": ("denoise",),
    "desaturate": ("grayscale", "saturation"),
    "echo": ("delay",),
    "eq": ("equalizer",),
    "gaussian_blur": ("blur",),
    "grain": ("film_grain",),
    "green_screen": ("chroma_key",),
    "greenscreen": ("chroma_key",),
    "keying": ("chroma_key", "luma_key"),
    "loudness": ("normalize",),
    "lut": ("lut3d",),
    "monochrome": ("grayscale",),
    "mosaic": ("pixelate",),
    "negative": ("invert",),
    "noise_reduction": ("denoise",),
    "opacity": ("transform",),
    "position": ("transform",),
    "resize": ("transform",),
    "rotate": ("transform",),
    "scale": ("transform",),
    "transpose": ("pitch",),
    "volume": ("gain",),
    "white_balance": ("temperature",),
    "zoom": ("transform",),
}
"""Effects by what they are called elsewhere."""
TRANSITIONS: dict[str, tuple[str, ...]] = {
    "blend": ("dissolve",),
    "cross_dissolve": ("dissolve",),
    "crossdissolve": ("dissolve",),
    "crossfade": ("dissolve",),
    "cross_fade": ("dissolve",),
    "dip_to_black": ("fade_black",),
    "dip_to_white": ("fade_white",),
    "fade": ("dissolve", "fade_black"),
    "fade_to_black": ("fade_black",),
    "fade_to_white": ("fade_white",),
    "iris": ("circle_open", "circle_close"),
    "mix": ("dissolve",),
    "push": ("slide_left", "slide_right"),
    "wipe": ("wipe_left", "wipe_right"),
    "zoom": ("zoom_in",),
}
"""Transitions, likewise."""
VERBS: dict[str, str] = {
    "freeze": "clip.freeze(at, duration) holds a picture",
    "mute": "tl.track(name).muted = True silences a track",
    "reverse": "clip.reverse() plays it backwards",
    "slow_motion": "clip.retime(0.5) plays it half as fast",
    "speed": "clip.retime(2) plays it twice as fast",
    "text": "tl.add_title(text) writes on the picture",
}
"""What is a verb here, and an effect elsewhere."""


def unknown(
    name: str, known: Iterable[str], elsewhere: Mapping[str, tuple[str, ...]], *, what: str, listed: str
) -> UnknownNameError:
    """The error for a name that no effect or transition has; as `errors.nearest`, by what it is called elsewhere.

    Args:
        name: that was given.
        known: those that there are, for what it is to be put on; where none of them is meant, one for others may be.
        elsewhere: `EFFECTS` or `TRANSITIONS`.
        what: it is.
        listed: the call that lists all of them.

    Example:
        >>> unknown("Cross Fade", ["dissolve"], TRANSITIONS, what="transition", listed="").hint
        "did you mean 'dissolve'?"
    """
    options, told = tuple(known), folded(name)
    ours = elsewhere.get(told, ())
    meant = [one for one in ours if one in options] or ours
    verb = VERBS.get(told) if elsewhere is EFFECTS else None
    hint = f"did you mean {' or '.join(map(repr, meant))}?" if meant else verb
    if hint is None:
        return nearest(name, options, what=what, listed=listed)
    return UnknownNameError(f"there is no {what} {name!r}", value=name, hint=hint)
