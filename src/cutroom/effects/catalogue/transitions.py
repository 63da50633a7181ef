"""The built-in transitions. A direction says where what moves goes; a corner, where the old picture is seen last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cutroom.effects.registry import TransitionSpec

XFADE: Mapping[str, str] = {
    "dissolve": "fade",
    "dither_dissolve": "dissolve",
    "distance": "distance",
    "fade_fast": "fadefast",
    "fade_slow": "fadeslow",
    "wipe_left": "wipeleft",
    "wipe_right": "wiperight",
    "wipe_up": "wipeup",
    "wipe_down": "wipedown",
    "wipe_top_left": "wipetl",
    "wipe_top_right": "wipetr",
    "wipe_bottom_left": "wipebl",
    "wipe_bottom_right": "wipebr",
    "smooth_left": "smoothleft",
    "smooth_right": "smoothright",
    "smooth_up": "smoothup",
    "smooth_down": "smoothdown",
    "slide_left": "slideleft",
    "slide_right": "slideright",
    "slide_up": "slideup",
    "slide_down": "slidedown",
    "cover_left": "coverleft",
    "cover_right": "coverright",
    "cover_up": "coverup",
    "cover_down": "coverdown",
    "reveal_left": "revealleft",
    "reveal_right": "revealright",
    "reveal_up": "revealup",
    "reveal_down": "revealdown",
    "circle_open": "circleopen",
    "circle_close": "circleclose",
    "vertical_open": "vertopen",
    "vertical_close": "vertclose",
    "horizontal_open": "horzopen",
    "horizontal_close": "horzclose",
    "radial": "radial",
    "diagonal_top_left": "diagtl",
    "diagonal_top_right": "diagtr",
    "diagonal_bottom_left": "diagbl",
    "diagonal_bottom_right": "diagbr",
    "slice_left": "hlslice",
    "slice_right": "hrslice",
    "slice_up": "vuslice",
    "slice_down": "vdslice",
    "wind_left": "hlwind",
    "wind_right": "hrwind",
    "wind_up": "vuwind",
    "wind_down": "vdwind",
    "pixelize": "pixelize",
    "squeeze_horizontal": "squeezeh",
    "squeeze_vertical": "squeezev",
    "zoom_in": "zoomin",
    # the same idea, drawn otherwise: black and white within video's range, even both ways, and no drift to one side
    "circle_crop": "circlecrop",
    "rect_crop": "rectcrop",
    "fade_black": "fadeblack",
    "fade_white": "fadewhite",
    "fade_grays": "fadegrays",
    "horizontal_blur": "hblur",
}
"""What FFmpeg's `xfade` calls each."""

_OPPOSITE = {"left": "right", "right": "left", "up": "down", "down": "up"}
_OPPOSITE |= {"top_left": "bottom_right", "bottom_right": "top_left"}
_OPPOSITE |= {"top_right": "bottom_left", "bottom_left": "top_right"}
_SIDES = ("left", "right", "up", "down")
_CORNERS = ("top_left", "top_right", "bottom_left", "bottom_right")
_DIP = "Sound fades out until half-way and in after it. With nothing on one side, it takes the whole time."


def _family(group: str, stem: str, words: tuple[str, ...], description: str) -> Iterator[TransitionSpec]:
    """Kinds that differ in a direction alone; `{}` in the description is where to."""
    for word in words:
        spoken = description.format(word.replace("_", " "))
        yield TransitionSpec(f"{stem}_{word}", spoken, group, f"{stem}_{_OPPOSITE[word]}")


TRANSITIONS = (
    TransitionSpec(
        "dissolve",
        "One picture fades into the other, half-way exactly at the cut; sound crosses over at equal power. "
        "With nothing on one side it is a fade from or to black and silence, inside the clip.",
        "dissolve",
    ),
    TransitionSpec("dither_dissolve", "Pixel by pixel, in no order, one picture takes the other's place.", "dissolve"),
    TransitionSpec("distance", "A dissolve that lets go first of what differs most in colour.", "dissolve"),
    TransitionSpec("fade_fast", "A dissolve that is quicker where the brightness differs more.", "dissolve"),
    TransitionSpec("fade_slow", "A dissolve that is slower where the brightness differs more.", "dissolve"),
    TransitionSpec("fade_black", f"To black, and from black to the other picture. {_DIP}", "fade", sound="dip"),
    TransitionSpec("fade_white", f"To white, and from white to the other picture. {_DIP}", "fade", sound="dip"),
    TransitionSpec("fade_grays", "A dissolve that has no colours half-way.", "fade"),
    *_family("wipe", "wipe", _SIDES, "A sharp edge goes {} over the picture, with the other one behind it."),
    *_family("wipe", "wipe", _CORNERS, "Two sharp edges close in on the picture until its {} corner is gone."),
    *_family("smooth wipe", "smooth", _SIDES, "A soft edge goes {} over the picture, with the other one behind it."),
    *_family("diagonal", "diagonal", _CORNERS, "A soft, bent edge goes over the picture to its {} corner."),
    *_family("slide", "slide", _SIDES, "Both pictures move {}, the new one behind the old one."),
    *_family("cover", "cover", _SIDES, "The new picture moves {} over the old one, which stays."),
    *_family("reveal", "reveal", _SIDES, "The old picture moves {}, off the new one, which stays."),
    TransitionSpec("circle_open", "The new picture opens in a soft circle.", "shape", "circle_close"),
    TransitionSpec("circle_close", "The old picture closes in a soft circle.", "shape", "circle_open"),
    TransitionSpec(
        "vertical_open", "The new picture opens from an upright line, with soft edges.", "shape", "vertical_close"
    ),
    TransitionSpec(
        "vertical_close", "The old picture closes to an upright line, with soft edges.", "shape", "vertical_open"
    ),
    TransitionSpec(
        "horizontal_open", "The new picture opens from a level line, with soft edges.", "shape", "horizontal_close"
    ),
    TransitionSpec(
        "horizontal_close", "The old picture closes to a level line, with soft edges.", "shape", "horizontal_open"
    ),
    TransitionSpec("circle_crop", "A circle closes the picture to black and opens on the other one.", "shape"),
    TransitionSpec("rect_crop", "A rectangle closes the picture to black and opens on the other one.", "shape"),
    TransitionSpec("radial", "A soft hand goes round about the middle, clockwise.", "shape"),
    *_family("slice", "slice", _SIDES, "Strips of the new picture open one after the other, going {}."),
    *_family("wind", "wind", _SIDES, "The old picture is blown away line by line, going {}."),
    TransitionSpec("pixelize", "Both pictures go into ever larger squares while they dissolve, and back.", "distort"),
    TransitionSpec("horizontal_blur", "Both pictures smear out sideways while they dissolve, and back.", "distort"),
    TransitionSpec(
        "squeeze_horizontal",
        "The old picture is squeezed to a level line in the middle.",
        "distort",
        "squeeze_vertical",
    ),
    TransitionSpec(
        "squeeze_vertical",
        "The old picture is squeezed to an upright line in the middle.",
        "distort",
        "squeeze_horizontal",
    ),
    TransitionSpec("zoom_in", "Flies into the middle of the old picture, and the new one comes up.", "distort"),
)
