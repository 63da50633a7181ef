"""Blur and detail. Lengths are fractions of the canvas height, so that a smaller preview looks the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cutroom.effects.nodes import BoxBlur, Filter, Glow, MotionBlur, Node, Pixelate, Settle, Sharpen, Smooth
from cutroom.effects.parameter import HEIGHTS, Parameter
from cutroom.effects.registry import EffectSpec, Memory, Setting

_SHARE = "share of the way from black to white"
_SETTLED = 4
_SHUTTER = 16


def _blur(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    sigma = values["radius"] * setting.height
    if not sigma:
        return ()
    # gblur takes sigma in pixels of each plane, and Cb and Cr have half as many
    return (
        Filter(filter="gblur", args={"sigma": sigma, "steps": 2, "planes": 0b1001}, spatial=True),
        Filter(filter="gblur", args={"sigma": sigma / 2, "steps": 2, "planes": 0b0110}, spatial=True),
    )


def _box_blur(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    return (BoxBlur(radius=values["radius"]),) if values["radius"] else ()


def _sharpen(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    return (Sharpen(amount=values["amount"], radius=values["radius"]),) if values["amount"] else ()


def _denoise(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    noise = values["strength"]
    if not noise:
        return ()
    settle = Settle(noise=noise, frames=_SETTLED)
    smooth = Smooth(noise=1.4 * noise)
    return {"both": (settle, smooth), "temporal": (settle,), "spatial": (smooth,)}[values["mode"]]


def _deband(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    threshold, reach = values["threshold"], round(values["radius"] * setting.height)
    if not threshold or not reach:
        return ()
    # of the largest code, not of the way from black to white; alpha is left as it is
    share = threshold * 219 / 255
    args: dict[str, int | float | str] = {"1thr": share, "2thr": share, "3thr": share, "4thr": 0.00003, "range": reach}
    # straight colours: of multiplied ones it would dissolve the slope of a soft edge
    return (Filter(filter="deband", args={**args, "blur": 1}),)


def _glow(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    return (Glow(**values),) if values["strength"] and values["radius"] else ()


def _motion_blur(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    return (MotionBlur(shutter=values["shutter"]),) if values["shutter"] > 1 else ()


def _pixelate(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    return (Pixelate(block=values["block"]),) if values["block"] else ()


DETAIL = (
    EffectSpec(
        "blur",
        "video",
        "Gaussian blur.",
        (Parameter("radius", "Standard deviation.", 0.01, minimum=0, maximum=0.25, unit=HEIGHTS),),
        _blur,
        group="blur and detail",
        cost=3.2,
    ),
    EffectSpec(
        "box_blur",
        "video",
        "Means of squares: a blur with hard edges, as fast for wide ones as for small ones.",
        (Parameter("radius", "Half the square's side.", 0.01, minimum=0, maximum=0.25, unit=HEIGHTS),),
        _box_blur,
        group="blur and detail",
        cost=18,
    ),
    EffectSpec(
        "sharpen",
        "video",
        "Makes fine differences of lightness larger (unsharp mask); colours stay.",
        (
            Parameter("amount", "How much larger; below 0: smaller.", 1.0, minimum=-1, maximum=5),
            Parameter("radius", "How fine they are.", 0.0015, minimum=0.0002, maximum=0.05, unit=HEIGHTS),
        ),
        _sharpen,
        group="blur and detail",
        example={"amount": 2.0, "radius": 0.006},
        cost=7.5,
    ),
    EffectSpec(
        "denoise",
        "video",
        "Takes noise away: averages what stands still over five frames, then what is alike side by side.",
        (
            Parameter("strength", "Standard deviation of the noise.", 0.03, minimum=0, maximum=0.2, unit=_SHARE),
            Parameter("mode", "What it averages.", "both", "choice", choices=("both", "temporal", "spatial")),
        ),
        _denoise,
        Memory("preroll", frames=_SETTLED),
        group="blur and detail",
        cost=39,
    ),
    EffectSpec(
        "deband",
        "video",
        "Dissolves the steps of coarse gradients.",
        (
            Parameter("threshold", "Largest step.", 0.02, minimum=0, maximum=0.2, unit=_SHARE),
            Parameter("radius", "How far apart pixels are compared.", 0.015, minimum=0, maximum=0.1, unit=HEIGHTS),
        ),
        _deband,
        group="blur and detail",
        cost=11,
    ),
    EffectSpec(
        "glow",
        "video",
        "Lets bright parts shine over what is around them.",
        (
            Parameter("threshold", "Lightness from which it shines.", 0.6, minimum=0, maximum=0.95),
            Parameter("radius", "How far (standard deviation).", 0.03, minimum=0, maximum=0.25, unit=HEIGHTS),
            Parameter("strength", "How strongly.", 0.8, minimum=0, maximum=4),
        ),
        _glow,
        group="blur and detail",
        cost=13,
    ),
    EffectSpec(
        "motion_blur",
        "video",
        "Blends each frame with those before it, as a shutter that stays open; what stands still stays sharp.",
        (
            Parameter(
                "shutter",
                "How long it stays open; 1 changes nothing.",
                4.0,
                minimum=1,
                maximum=_SHUTTER,
                unit="frames",
                animatable=False,
            ),
        ),
        _motion_blur,
        Memory("preroll", frames=_SHUTTER - 1),
        group="blur and detail",
        cost=1.3,
    ),
    EffectSpec(
        "pixelate",
        "video",
        "Squares of one colour each.",
        (Parameter("block", "Their side.", 0.03, minimum=0, maximum=1, unit=HEIGHTS),),
        _pixelate,
        group="blur and detail",
        cost=4.1,
    ),
)
