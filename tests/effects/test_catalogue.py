"""What an editor promises to have: every entry by its name, with its defaults and its limits."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, get_args

import pytest

from cutroom.effects import templates
from cutroom.effects.registry import EffectKind, default_registry
from cutroom.effects.title_templates import TEMPLATES
from cutroom.errors import TimeError, ValidationError
from cutroom.schema.clip import Clip, TitleSource, TitleStyle, Transition
from cutroom.schema.curve import EasingName, Keyframe
from cutroom.schema.document import ProjectSettings
from cutroom.schema.time import parse_rate
from cutroom.schema.track import Track

REGISTRY = default_registry()
PICTURES = {
    "colour": "brightness contrast saturation hue gamma exposure temperature vibrance levels curves color_balance "
    "shadows_highlights lut3d grayscale sepia invert duotone",
    "look": "vintage noir cyberpunk dreamy infrared matrix arctic sunset lomo twilight neon",
    "blur and detail": "blur box_blur sharpen denoise deband glow motion_blur pixelate",
    "key": "chroma_key luma_key",
    "style": "vignette film_grain chromatic_aberration lens_flare edge lens_correction",
    "geometry": "transform crop flip mirror stabilize",
}
SOUNDS = {
    "level": "gain fade_in fade_out normalize",
    "tone": "equalizer highpass lowpass bandpass distortion denoise pitch",
    "dynamics": "compressor limiter gate expander ducking",
    "space": "pan reverb delay chorus stereo_width",
}
"""Tempo is no effect: a clip's speed keeps its pitch where it is told to."""
BLENDS = (
    "normal multiply screen overlay darken lighten add subtract difference exclusion soft_light hard_light dodge burn"
)
TRANSITIONS = {
    "dissolves": "dissolve dither_dissolve fade_fast fade_slow fade_black fade_white",
    "wipes": "wipe_left wipe_right wipe_up wipe_down wipe_top_left wipe_top_right wipe_bottom_left wipe_bottom_right",
    "slides": "slide_left slide_right slide_up slide_down",
    "smooth": "smooth_left smooth_right smooth_up smooth_down",
    "circles and rectangles": "circle_open circle_close circle_crop rect_crop",
    "diagonal": "diagonal_top_left diagonal_top_right diagonal_bottom_left diagonal_bottom_right",
    "others": "radial pixelize squeeze_horizontal squeeze_vertical zoom_in horizontal_blur",
}
DEFAULTS: dict[str, dict[str, Any]] = {
    "chroma_key": {"colour": "#00ff00", "similarity": 0.3, "blend": 0.0},
    "transform": {
        "scale": 1.0,
        "position_x": 0.0,
        "position_y": 0.0,
        "rotation": 0.0,
        "anchor_x": 0.0,
        "anchor_y": 0.0,
        "opacity": 1.0,
        "blend": "normal",
    },
    "crop": {"left": 0.0, "top": 0.0, "right": 0.0, "bottom": 0.0},
    "normalize": {"target": -23.0, "true_peak": -1.0},
    "gain": {"db": 0.0},
    "equalizer": {
        "low_frequency": 100.0,
        "mid_frequency": 1000.0,
        "high_frequency": 10_000.0,
        "low": 0.0,
        "mid": 0.0,
        "high": 0.0,
    },
    "highpass": {"frequency": 200.0},
    "lowpass": {"frequency": 3000.0},
    "compressor": {"threshold": -20.0, "ratio": 4.0, "attack": 5.0, "release": 50.0},
    "delay": {"time": 300.0, "feedback": 0.5},
}


ENTRIES = [
    (kind, group, name)
    for kind, groups in (("video", PICTURES), ("audio", SOUNDS))
    for group, names in groups.items()
    for name in names.split()
]


@pytest.mark.parametrize(("kind", "group", "effect"), ENTRIES, ids=str)
def test_every_effect_is_there_under_its_group(kind: EffectKind, group: str, effect: str) -> None:
    spec = REGISTRY.effect(effect, kind)
    assert (spec.kind, spec.group) == (kind, group)
    assert spec.description.endswith(".")
    assert all(parameter.description for parameter in spec.parameters)
    numbers = [parameter for parameter in spec.parameters if parameter.kind in {"float", "int"}]
    assert all(p.minimum > -float("inf") and p.maximum < float("inf") for p in numbers)


@pytest.mark.parametrize("effect", DEFAULTS)
def test_defaults_are_those_of_the_field(effect: str) -> None:
    values = REGISTRY.effect(effect).values({})
    assert {key: values[key] for key in DEFAULTS[effect]} == DEFAULTS[effect]


def test_a_colour_may_be_written_as_programs_do() -> None:
    assert REGISTRY.effect("chroma_key").values({"colour": "0x00FF00"})["colour"] == "#00ff00"


def test_a_picture_blends_in_every_mode() -> None:
    (blend,) = (p for p in REGISTRY.effect("transform").parameters if p.key == "blend")
    assert set(blend.choices) == set(BLENDS.split())


def test_every_transition_is_there_and_a_dissolve_is_the_default() -> None:
    assert {name for names in TRANSITIONS.values() for name in names.split()} <= set(REGISTRY.transitions)
    assert Transition(id="x_1", left="c_1", right="c_2", duration=Fraction(1)).transition == "dissolve"
    assert {spec.sound for spec in REGISTRY.transitions.values()} == {"cross", "dip"}
    assert REGISTRY.transition("dissolve").sound == "cross"


@pytest.mark.parametrize("kind", ["vertical", "horizontal", "diagonal"])
def test_split_screens_have_2_to_25_cells(kind: str) -> None:
    for count in range(2, 26):
        assert len(templates.get(f"{kind}-{count}").cells) == count
    assert f"{kind}-26" not in set(templates.to_df()["template"])


def test_other_split_screens_and_titles() -> None:
    known = set(templates.to_df()["template"])
    assert {f"one-large-plus-{n}" for n in range(1, 25)} <= known
    assert {f"grid-{n}x{n}" for n in range(2, 6)} <= known
    corners = [f"picture-in-picture-{down}-{across}" for down in ("top", "bottom") for across in ("left", "right")]
    assert set(corners) <= known
    assert {"intro", "outro", "lower_third", "title"} <= set(TEMPLATES)
    (fit,) = (p for p in REGISTRY.effect("cell").parameters if p.key == "fit")
    assert set(fit.choices) == {"fill", "fit", "stretch"}


def test_a_title_has_all_that_its_style_promises_and_80_percent_of_the_width() -> None:
    style = TitleStyle()
    assert style.max_width == 0.8
    assert {"font", "size", "colour", "outline", "shadow", "background", "align", "margin"} <= set(
        type(style).model_fields
    )


@pytest.mark.parametrize("easing", ["linear", "ease_in", "ease_out", "ease_in_out", "hold", (0.25, 0.1, 0.25, 1.0)])
def test_every_easing(easing: Any) -> None:
    assert Keyframe(time=Fraction(0), value=0.0, easing=easing).easing == easing
    assert isinstance(easing, tuple) or easing in get_args(EasingName)


def _clip(**values: Any) -> Any:
    return Clip.checked(id="c_1", source=TitleSource(text="x"), duration=Fraction(1), **values)


def _track(**values: Any) -> Any:
    return Track.checked(id="t_1", kind="audio", title="A1", **values)


@pytest.mark.parametrize(
    ("make", "key", "default", "low", "high"),
    [(_track, "volume", 1, 0, 2), (_track, "pan", 0, -1, 1), (_clip, "speed", 1, 0, 10)],
)
def test_ranges_of_tracks_and_clips(make: Any, key: str, default: Any, low: Any, high: Any) -> None:
    """A speed of 0 holds a frame."""
    assert getattr(make(), key) == default
    for value in (low, Fraction(1, 10), high):
        assert float(getattr(make(**{key: value}), key)) == float(value)
    for value in (low - Fraction(1, 50), high + Fraction(1, 50)):
        with pytest.raises(ValidationError):
            make(**{key: value})


@pytest.mark.parametrize("fps", [1, 240])
def test_rates_of_1_to_240(fps: int) -> None:
    assert parse_rate(fps) == fps
    with pytest.raises(TimeError):
        parse_rate(fps + (0.5 if fps > 1 else -0.5))


def test_a_project_is_full_hd_with_stereo_at_48_khz() -> None:
    made = ProjectSettings()
    assert (made.fps, made.width, made.height, made.sample_rate, made.channels) == (30, 1920, 1080, 48_000, 2)
