"""Commands that a system hands on to the program: short where they can be, refused where they are too long."""

from __future__ import annotations

from fractions import Fraction

import pytest
from ffmpeg_program import compare, program

from cutroom.errors import EditError
from cutroom.render.program.command import ffmpeg_command
from cutroom.schema.curve import Keyframe
from cutroom.schema.export import ExportSettings


def animated(studio, clip, effect, parameter, first, last):
    end = clip.duration
    keys = (Keyframe(time=0, value=first, easing="ease_in_out"), Keyframe(time=end, value=last))
    return clip.evolve(effects=(studio.effect(effect).evolve(curves={parameter: keys}),))


def graph_of(document, studio):
    command = ffmpeg_command(document, studio.paths, "out.mp4", ExportSettings())
    return command[command.index("-filter_complex") + 1]


def test_a_slow_animation_is_told_where_pixels_change(studio, moving, tmp_path):
    clip = animated(studio, studio.clip(moving, 2), "brightness", "value", 0.0, 0.05)
    document = studio.document(studio.track(clip))
    entries = graph_of(document, studio).count("lutyuv@f1 y")
    frames = 2 * document.settings.fps
    assert 9 <= entries <= 12 < frames / 3  # 0.05 of 219 numbers
    assert compare(studio, document, tmp_path) > 45


def test_a_command_that_is_too_long_is_refused(studio, moving, tmp_path):
    """An opacity tells a new value at nearly each frame."""
    clip = animated(studio, studio.clip(moving, 2).evolve(duration=Fraction(900)), "transform", "opacity", 0.1, 0.9)
    low = studio.track(studio.clip(moving, 2))
    with pytest.raises(EditError, match=r"^the filter graph of this timeline has [0-9,]+ bytes") as caught:
        graph_of(studio.document(low, studio.track(clip)), studio)
    assert "export with Cutroom" in caught.value.hint
    short = animated(studio, studio.clip(moving, 2), "transform", "opacity", 0.1, 0.9)
    assert len(program(studio.document(low, studio.track(short)), studio.paths, tmp_path)[0]) > 1
