"""The ffmpeg program draws what Cutroom draws: its command is run, and frame by frame compared with the runner's."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pyloudnorm
import pytest
from ffmpeg_program import compare, program

from cutroom.effects.catalogue.transitions import XFADE
from cutroom.effects.compiler.document import compile_sound, frame_count
from cutroom.effects.registry import default_registry
from cutroom.effects.run import mix
from cutroom.errors import EditError
from cutroom.render.analyses import measured
from cutroom.render.analysis_store import AnalysisStore
from cutroom.render.plan import wanted
from cutroom.render.program.blending import MODES
from cutroom.render.program.command import ffmpeg_command
from cutroom.schema.cue import Cue
from cutroom.schema.curve import Keyframe
from cutroom.schema.export import ExportSettings
from cutroom.schema.media import Colour
from cutroom.workers.inline import InlineExecutor


def test_clips_gaps_and_speeds_are_frame_for_frame_the_same(studio, moving, tmp_path):
    fast = studio.clip(moving, "1/2", "1/3").evolve(speed=Fraction(2))
    back = studio.clip(moving, "1/2", "1/5").evolve(reverse=True)
    from cutroom.schema.clip import Gap

    track = studio.track(studio.clip(moving, 1, "1/2"), Gap(duration=Fraction(1, 5)), fast, back)
    assert compare(studio, studio.document(track), tmp_path) == 99


def test_a_film_at_another_rate(studio, moving, tmp_path):
    document = studio.document(studio.track(studio.clip(moving, 1, "1/7")), fps=Fraction(24))
    assert compare(studio, document, tmp_path) == 99


@pytest.mark.parametrize(
    "values",
    [
        {"scale": 0.5, "position_x": 0.2, "position_y": -0.1},
        {"scale": 0.61, "rotation": 20, "opacity": 0.7},
        {"scale": 1.4, "position_x": 0.0312},
    ],
)
def test_a_picture_in_a_picture(studio, moving, tmp_path, values):
    low = studio.track(studio.clip(moving, 1))
    high = studio.track(studio.clip(moving, "1/2", 1, effects=[studio.effect("transform", **values)]))
    compare(studio, studio.document(low, high), tmp_path)


def test_an_animated_transform(studio, moving, tmp_path):
    effect = studio.effect("transform", scale=0.5).evolve(
        curves={
            "position_x": (
                Keyframe(time=0, value=-0.3, easing="ease_in_out"),
                Keyframe(time=1, value=0.3),
            ),
            "opacity": (Keyframe(time=0, value=0.2), Keyframe(time=1, value=0.9)),
        }
    )
    low = studio.track(studio.clip(moving, 1))
    high = studio.track(studio.clip(moving, 1, 1, effects=[effect]))
    compare(studio, studio.document(low, high), tmp_path)


@pytest.mark.parametrize(("first", "last"), [(0, 1), (1, 0), (0, 0.7)])
def test_an_opacity_that_reaches_its_ends(studio, moving, tmp_path, first, last):
    keyframes = (Keyframe(time=Fraction(1, 5), value=first), Keyframe(time=Fraction(3, 5), value=last))
    effect = studio.effect("transform").evolve(curves={"opacity": keyframes})
    low = studio.track(studio.clip(moving, "4/5"))
    high = studio.track(studio.clip(moving, "4/5", 1, effects=[effect]))
    compare(studio, studio.document(low, high), tmp_path)


@pytest.mark.parametrize(
    ("effect", "parameter", "neutral", "other"),
    [
        ("transform", "position_x", 0, 0.4),
        ("transform", "scale", 1, 0.5),
        ("brightness", "value", 0, 0.3),
        ("saturation", "value", 1, 0.2),
        ("hue", "degrees", 0, 90),
    ],
)
def test_animations_to_what_does_nothing(studio, moving, tmp_path, effect, parameter, neutral, other):
    keyframes = (Keyframe(time=0, value=other), Keyframe(time=Fraction(1, 3), value=neutral))
    parameters = studio.example(default_registry().effect(effect, "video"))
    animated = studio.effect(effect, **parameters).evolve(curves={parameter: keyframes})
    if effect == "transform":
        animated = animated.evolve(parameters={})
    low = studio.track(studio.clip(moving, "1/2"))
    high = studio.track(studio.clip(moving, "1/2", 1, effects=[animated]))
    compare(studio, studio.document(low, high), tmp_path)


def test_an_animated_gamma(studio, moving, tmp_path):
    keyframes = (Keyframe(time=0, value=1.6), Keyframe(time=Fraction(1, 3), value=1.1))
    effect = studio.effect("gamma").evolve(curves={"value": keyframes})
    document = studio.document(studio.track(studio.clip(moving, "1/2", effects=[effect])))
    compare(studio, document, tmp_path)


def test_titles_and_transitions(studio, moving, tmp_path):
    a, b = studio.clip(moving, 1, "1/2"), studio.clip(moving, 1, 0)
    b = b.evolve(start=Fraction(1, 2))
    low = studio.track(a, b, transitions=[studio.dissolve(a, b, "1/2"), studio.dissolve(None, a, "1/3")])
    title = studio.title("Hello, world", 1)
    high = studio.track(title, kind="title", transitions=[studio.dissolve(title, None, "1/5")])
    compare(studio, studio.document(low, high), tmp_path)


@pytest.mark.parametrize("transition", sorted(XFADE))
def test_every_transition_that_the_program_has(studio, moving, tmp_path, transition):
    a, b = studio.clip(moving, "1/2", "1/3"), studio.clip(moving, "1/2", "1/3")
    crossing = studio.dissolve(a, b, "1/2").evolve(transition=transition)
    document = studio.document(studio.track(a, b, transitions=[crossing]))
    compare(studio, document, tmp_path)


def test_subtitles(studio, moving, tmp_path):
    cues = (
        Cue(id="q_1", start=Fraction(1, 3), end=Fraction(1), text="One"),
        Cue(id="q_2", start=Fraction(2, 3), end=Fraction(3, 2), text="Two"),
    )
    words = studio.track(kind="subtitle").evolve(cues=cues)
    compare(studio, studio.document(studio.track(studio.clip(moving, 2)), words), tmp_path)


def _drawn():
    return [spec.effect for spec in default_registry().specs if spec.kind == "video"]


@pytest.mark.parametrize("effect", _drawn())
def test_every_effect_that_the_program_has(studio, moving, tmp_path, effect):
    spec = default_registry().effect(effect, "video")
    clip = studio.clip(moving, "1/5", effects=[studio.effect(effect, **studio.example(spec))])
    document = studio.document(studio.track(clip))
    try:
        ffmpeg_command(document, studio.paths, "out.mp4", ExportSettings(), results=studio.measured(document))
    except EditError as refused:
        pytest.skip(f"the ffmpeg program has no {effect}: {refused.message}")
    compare(studio, document, tmp_path)


@pytest.mark.parametrize("effect", _drawn())
def test_every_effect_on_a_layer_that_ends_inside_of_the_canvas(studio, moving, tmp_path, effect):
    if effect in {"transform", "stabilize"}:
        pytest.skip("shown elsewhere")
    spec = default_registry().effect(effect, "video")
    placed = studio.effect("transform", scale=0.7, rotation=7, opacity=0.9)
    high = studio.clip(moving, "1/10", 1, effects=[placed, studio.effect(effect, **studio.example(spec))])
    document = studio.document(studio.track(studio.clip(moving, "1/10")), studio.track(high))
    try:
        ffmpeg_command(document, studio.paths, "out.mp4", ExportSettings(), results=studio.measured(document))
    except EditError as refused:
        pytest.skip(f"the ffmpeg program has no {effect}: {refused.message}")
    compare(studio, document, tmp_path, 42)  # the program's own way with alpha in 4:2:0 shows at the layer's edges


def test_sound_is_sample_for_sample_the_same(studio, moving, tmp_path):
    rng = np.random.default_rng(3)
    sound = studio.sound(rng.uniform(-0.3, 0.3, (2, 96_000)).astype(np.float32))
    a, b = (
        studio.clip(sound, 1, "1/4"),
        studio.clip(sound, "1/2", "1/2", effects=[studio.effect("fade_out", duration=0.2)]),
    )
    quiet = studio.clip(sound, 1, 0, effects=[studio.effect("gain", db=-6), studio.effect("fade_in", duration=0.3)])
    one = studio.track(a, b, kind="audio", transitions=[studio.dissolve(a, b, "1/4")])
    two = studio.track(quiet, kind="audio", pan=0.5, volume=0.8)
    document = studio.document(studio.track(studio.clip(moving, 1)), one, two)
    _, made = program(document, studio.paths, tmp_path)
    count = 72_000
    with studio.readers() as readers:
        wanted = mix(compile_sound(document, 0, count), readers)
    assert made.shape == wanted.shape
    assert np.abs(made - wanted).max() < 2e-4


@pytest.mark.parametrize("mode", sorted(MODES))
def test_blend_modes(studio, moving, tmp_path, mode):
    low = studio.track(studio.clip(moving, "1/5"))
    effect = studio.effect("transform", scale=0.6, rotation=10, opacity=0.8, blend=mode)
    high = studio.track(studio.clip(moving, "1/10", 1, effects=[effect]))
    compare(studio, studio.document(low, high), tmp_path)


def test_what_the_program_lacks_is_named(studio, moving):
    clip = studio.clip(moving, 1, effects=[studio.effect("film_grain")])
    with pytest.raises(EditError, match="film_grain"):
        ffmpeg_command(studio.document(studio.track(clip)), studio.paths, "out.mp4", ExportSettings())
    assert frame_count(studio.document(studio.track(clip))) == 30


def test_a_measured_loudness_is_part_of_the_command(studio, moving, tmp_path):
    time = np.arange(96_000) / 48_000
    sound = studio.sound(np.stack([0.1 * np.sin(2 * np.pi * 440 * time)] * 2).astype(np.float32))
    clip = studio.clip(sound, 2, effects=[studio.effect("normalize", target=-30.0)])
    document = studio.document(studio.track(studio.clip(moving, 2)), studio.track(clip, kind="audio"))
    settings = ExportSettings(loudness=-21.0)

    store = AnalysisStore(tmp_path / "analyses")
    results = measured(wanted(document, settings), store, studio.paths, InlineExecutor(), document=document)
    _, made = program(document, studio.paths, tmp_path, settings, results)
    assert pyloudnorm.Meter(48_000).integrated_loudness(made.T.astype(float)) == pytest.approx(-21, abs=0.1)


def test_a_clip_whose_media_ends_early_shows_what_is_below(studio, moving, tmp_path):
    low = studio.track(studio.clip(moving, 1))
    high = studio.track(studio.clip(moving, 1, "3/2"))
    compare(studio, studio.document(low, high), tmp_path)


@pytest.mark.parametrize(
    "colour",
    [
        Colour(matrix="bt709", primaries="smpte432"),
        Colour(matrix="bt2020nc", primaries="bt2020", transfer="smpte2084"),
        Colour(matrix="bt2020nc", primaries="bt2020", transfer="arib-std-b67"),
    ],
)
def test_other_light(studio, tmp_path, colour):
    rows, columns = np.mgrid[0:180, 0:320].astype(float)
    y = 90 + 50 * np.sin(columns / 17) * np.cos(rows / 13)
    u, v = (128 + 12 * np.sin((columns[::2, ::2] + k * rows[::2, ::2]) / 29) for k in (1, 2))
    film = studio.film([np.rint(p).astype(np.uint8) for p in (y, u, v)], frames=6, colour=colour)
    compare(studio, studio.document(studio.track(studio.clip(film, "1/10"))), tmp_path)


@pytest.mark.parametrize("effect", ["typewriter", "roll"])
def test_titles_that_change(studio, moving, tmp_path, effect):
    title = studio.title("Hello, world", 1, effects=[studio.effect(effect)])
    document = studio.document(studio.track(studio.clip(moving, 1)), studio.track(title, kind="title"))
    compare(studio, document, tmp_path)


def _processed():
    return [spec.effect for spec in default_registry().specs if spec.kind == "audio"]


@pytest.mark.parametrize("effect", _processed())
def test_every_sound_effect_that_the_program_has(studio, moving, tmp_path, effect):
    rng = np.random.default_rng(3)
    sound = studio.sound(rng.uniform(-0.3, 0.3, (2, 96_000)).astype(np.float32))
    other = studio.track(studio.clip(sound, 1), kind="audio")
    example = dict(default_registry().effect(effect).example)
    if effect == "ducking":
        example["track"] = other.id
    clip = studio.clip(sound, 1, "1/4", effects=[studio.effect(effect, **example)])
    document = studio.document(studio.track(studio.clip(moving, 1)), studio.track(clip, kind="audio"), other)
    results = studio.measured(document)
    try:
        ffmpeg_command(document, studio.paths, "out.mp4", ExportSettings(), results=results)
    except EditError as refused:
        pytest.skip(f"the ffmpeg program has no {effect}: {refused.message}")
    _, made = program(document, studio.paths, tmp_path, results=results)
    with studio.readers() as readers:
        wanted = mix(compile_sound(document, 0, 48_000, results=results), readers)
    assert np.sqrt(np.mean((made - wanted) ** 2)) < 1e-3 * np.sqrt(np.mean(wanted**2))
