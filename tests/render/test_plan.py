"""Plans: where segments are cut, what identifies them, how they are grouped. Nothing is decoded here."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise

import pytest

from cutroom.effects.compiler.document import compile_picture, cut_points
from cutroom.render.pieces import PartTexts, anchor_of, boundaries
from cutroom.render.plan import plan
from cutroom.render.planned import RUN_FILES, RUN_SEGMENTS, Plan
from cutroom.schema.base import canonical_json
from cutroom.schema.clip import Clip, Gap, Transition
from cutroom.schema.curve import Keyframe
from cutroom.schema.document import Document
from cutroom.schema.effect import Effect
from cutroom.schema.export import ExportSettings
from cutroom.schema.speed import Ramp

from .conftest import FPS, Film, title, track

SHORT = ExportSettings(gop=Fraction(1, 2))
GOP = 15


def keys(made: Plan) -> list[str]:
    return [segment.key for segment in made.segments]


def test_boundaries_are_multiples_of_the_gop_on_the_anchor() -> None:
    assert boundaries(0, 40, 0, 15) == [0, 15, 30, 40]
    assert boundaries(7, 40, 14, 15) == [7, 8, 23, 38, 40]
    assert boundaries(7, 8, 0, 15) == [7, 8]
    assert boundaries(100, 130, -4, 15) == [100, 104, 119, 130]


def random_document(film: Film, seed: int) -> Document:
    """Two picture tracks with cuts, dissolves, effects, titles and gaps."""
    rng = random.Random(seed)
    items: list[Clip | Gap] = []
    for i in range(8):
        first, frames = rng.randrange(30, 120), rng.randrange(20, 60)
        blur = Effect(id=f"e_{i}", effect="blur", parameters={"radius": 0.01})
        items.append(film.clip(first, first + frames, id=f"c_{i}", effects=[blur] if rng.random() < 0.4 else []))
    transitions = [
        Transition(id=f"x_{i}", left=f"c_{i}", right=f"c_{i + 1}", duration=rng.randrange(2, 9) / FPS)
        for i in range(7)
        if rng.random() < 0.5
    ]
    over = [Gap(duration=Fraction(rng.randrange(1, 40), 30)), title("Over", 50), Gap(duration=Fraction(1, 7))]
    return film.document(track("video", items, transitions=transitions), track("title", over))


@pytest.mark.parametrize("seed", range(12))
def test_parts_of_a_stretch_are_what_the_compiler_gives_for_them(film: Film, seed: int) -> None:
    document, rng = random_document(film, seed), random.Random(seed)
    points = cut_points(document)
    for begin, end in pairwise(points):
        stretch = compile_picture(document, begin, end - begin)
        texts = PartTexts(stretch)
        for _ in range(3):
            first = rng.randrange(end - begin)
            frames = rng.randrange(1, end - begin - first + 1)
            assert texts.text(first, frames) == canonical_json(compile_picture(document, begin + first, frames))
        shot = stretch.layers[0].shot if stretch.layers else None
        if shot is not None and shot.source.kind == "media":
            assert anchor_of(stretch) == shot.source.start * FPS // 1


def test_the_anchor_is_the_clock_of_the_media_wherever_a_clip_stands(film: Film) -> None:
    whole = film.document(track("video", [film.clip(15, 60)]))
    moved = film.document(track("video", [Gap(duration=Fraction(7)), film.clip(30, 60)]))
    assert anchor_of(compile_picture(whole, 0, 45)) == 15
    assert anchor_of(compile_picture(whole, 15, 30)) == anchor_of(compile_picture(moved, 210, 30)) == 30
    assert anchor_of(compile_picture(moved, 0, 210)) == 0
    assert anchor_of(compile_picture(film.document(track("title", [title("Over", 50)])), 7, 20)) == 0


SPEEDS = [
    Fraction(1, 3),
    Fraction(5, 2),
    Fraction(0),
    Ramp.of({0: 1, Fraction(1, 3): 2, Fraction(29, 30): Fraction(1, 2)}),
]


@pytest.mark.parametrize("speed", SPEEDS, ids=["slow", "fast", "held", "ramp"])
@pytest.mark.parametrize("backwards", [False, True])
def test_parts_of_a_retimed_clip_are_what_the_compiler_gives_for_them(
    film: Film, speed: Fraction | Ramp, backwards: bool
) -> None:
    clip = film.clip(30, 66).evolve(speed=speed, reverse=backwards)
    document = film.document(track("video", [film.clip(3, 10), clip]))
    points = cut_points(document)
    assert len(points) == (5 if isinstance(speed, Ramp) else 3)
    for begin, end in pairwise(points):
        texts = PartTexts(compile_picture(document, begin, end - begin))
        for first in range(end - begin):
            assert texts.text(first, 1) == canonical_json(compile_picture(document, begin + first, 1))


def animated(film: Film, *rows: tuple[Fraction | int, float]) -> Document:
    """Frames 15 to 135 of the film, from a black background."""
    keys = tuple(Keyframe(time=Fraction(time), value=value, easing="ease_in_out") for time, value in rows)
    effect = Effect(id="e_1", effect="transform", curves={"opacity": keys})
    bright = Effect(id="e_2", effect="brightness", parameters={"value": 0.05})
    return film.document(
        track("video", [film.clip(60, 180, id="c_0")]), track("video", [film.clip(15, 135, effects=[effect, bright])])
    )


def test_what_is_animated_is_planned_part_by_part(film: Film) -> None:
    faded = plan(animated(film, (1, 0), (2, 1)), SHORT)
    assert [segment.frames for segment in faded.segments] == [GOP] * 8
    # invisible, then moving, then solid: each part as what it shows
    assert faded.to_df()["reason"].tolist() == [*["unchanged picture"] * 2, *["2 layers"] * 2, *["effects"] * 4]
    assert [made.picture(one).frames for made in (faded,) for one in made.segments] == [GOP] * 8
    below = plan(film.document(track("video", [film.clip(60, 180, id="c_0")])), SHORT)
    assert keys(faded)[:2] == keys(below)[:2]
    later = plan(animated(film, (1, 0), (2, 1), (3, 1), (Fraction(7, 2), 0.5)), SHORT)
    assert keys(later)[:6] == keys(faded)[:6]
    assert not set(keys(later)[6:]) & set(keys(faded))
    assert keys(plan(animated(film, (-2, 0), (1, 0), (2, 1), (9, 1)), SHORT))[:6] != keys(later)


@pytest.mark.parametrize("seed", range(4))
def test_segments_cover_the_timeline_and_are_never_longer_than_a_gop(film: Film, seed: int) -> None:
    document = random_document(film, seed)
    made = plan(document, SHORT)
    at = 0
    for segment in made.segments:
        assert segment.start_frame == at
        assert 1 <= segment.frames <= GOP
        assert made.picture(segment).frames == segment.frames
        at += segment.frames
    assert at == made.layout.frames == cut_points(document)[-1]
    assert set(cut_points(document)) <= {*made.layout.joins, at}


def test_moving_a_clip_keeps_all_its_segments_and_trimming_all_but_the_outer_ones(film: Film) -> None:
    document = film.document(track("video", [film.clip(40, 140)]))
    before = keys(plan(document, SHORT))
    later = film.document(track("video", [Gap(duration=Fraction(7, 30)), film.clip(40, 140)]))
    assert keys(plan(later, SHORT))[1:] == before
    trimmed = keys(plan(film.document(track("video", [film.clip(47, 133)])), SHORT))
    assert len(before) == 8
    assert set(trimmed) - set(before) == {trimmed[0], trimmed[-1]}


def test_a_key_depends_on_everything_that_the_bytes_depend_on(film: Film) -> None:
    document = film.document(track("video", [film.clip(0, 15)]))
    known = set(keys(plan(document, SHORT)))
    for settings in (
        SHORT.replace(crf=21),
        SHORT.replace(encoder_preset="faster"),
        SHORT.replace(threads=2),
        SHORT.replace(gop=Fraction(2, 3)),
    ):
        assert not known & set(keys(plan(document, settings)))
    assert keys(plan(document, SHORT.replace(audio_bitrate=128_000))) == list(known)
    size = document.replace(settings=document.settings.replace(width=258))
    other = film.media.replace(fingerprint=film.media.fingerprint.replace(sha256="1" * 64))
    bright = Effect(id="e_1", effect="brightness", parameters={"value": 0.1})
    changed = film.document(track("video", [film.clip(0, 15, effects=[bright])]))
    for one in (size, document.replace(media=(other,)), changed):
        assert not known & set(keys(plan(one, SHORT)))


def test_ids_and_names_do_not_matter(film: Film) -> None:
    document = film.document(track("video", [film.clip(0, 30, id="c_one")]))
    other = film.document(track("video", [film.clip(0, 30, id="c_two")])).replace(id="d_2")
    assert keys(plan(document, SHORT)) == keys(plan(other, SHORT))


def test_runs_are_consecutive_bounded_and_do_not_depend_on_the_cache(film: Film) -> None:
    document = film.cuts(*[(i, i + 40) for i in range(60)])
    made = plan(document, SHORT)
    assert len(made.segments) > 150
    assert [segment for run in made.runs for segment in run] == list(made.segments)
    assert max(len(run) for run in made.runs) == RUN_SEGMENTS
    assert [len(run) for run in made.runs][-8:] == [1] * 8  # short ones last: no worker is left with a long one
    known = set(keys(made)[::2])
    again = plan(document, SHORT, cache=known)
    assert [[segment.key for segment in run] for run in again.runs] == [[s.key for s in run] for run in made.runs]
    few = plan(film.cuts((0, 120)), SHORT)
    assert [len(run) for run in few.runs] == [1] * 8


def test_a_run_does_not_open_more_files_than_it_may(film: Film) -> None:
    media = tuple(
        film.media.replace(id=f"m_{i}", fingerprint=film.media.fingerprint.replace(sha256=f"{i:064x}"))
        for i in range(40)
    )
    clips = [film.clip(0, 30, id=f"c_{i}") for i in range(40)]
    placed = [clip.replace(source=clip.source.replace(media=m.id)) for clip, m in zip(clips, media, strict=True)]
    small = Effect(id="e_1", effect="transform", parameters={"scale": 0.5})
    tracks = [track("video", [clip.replace(effects=(small,))]) for clip in placed]
    made = plan(film.document(*tracks).replace(media=media), ExportSettings(gop=Fraction(1, 10)))
    assert len(made.segments[0].files) == 40 > RUN_FILES
    assert all(len(run) == 1 for run in made.runs)


def test_the_table_says_what_will_happen(film: Film) -> None:
    dissolve = Transition(id="x_1", left="c_0", right="c_1", duration=Fraction(10, 30))
    document = film.cuts((0, 30), (60, 90), transitions=[dissolve])
    table = plan(document, ExportSettings()).to_df()
    assert table.columns.tolist() == [
        "start", "end", "start_frame", "end_frame", "action", "reason", "key", "frames",
    ]  # fmt: skip
    assert {column: str(dtype) for column, dtype in table.dtypes.items()} == {
        "start": "float64", "end": "float64", "start_frame": "Int64", "end_frame": "Int64",
        "action": "str", "reason": "str", "key": "str", "frames": "Int64",
    }  # fmt: skip
    assert table["frames"].sum() == 60
    assert (table["end_frame"] - table["start_frame"] == table["frames"]).all()
    assert table["reason"].tolist() == ["unchanged picture", "dissolve", "unchanged picture"]
    known = set(table["key"][:1])
    again = plan(document, ExportSettings(), cache=known).to_df()
    assert again["action"].tolist() == ["cached", "encode", "encode"]
    assert again["reason"][0] == "in the cache"
    assert "unchanged picture" in plan(document, ExportSettings())._repr_html_()


def test_reasons_name_the_content(film: Film) -> None:
    blur = Effect(id="e_1", effect="blur", parameters={"radius": 0.01})
    half = Effect(id="e_2", effect="transform", parameters={"scale": 0.5})
    items = [film.clip(0, 10, id="c_0", effects=[blur]), Gap(duration=Fraction(1, 3)), film.clip(0, 10, id="c_1")]
    over = [Gap(duration=Fraction(2, 3)), film.clip(0, 10, id="c_2", effects=[half]), title("End", 10)]
    table = plan(film.document(track("video", items), track("video", over)), SHORT).to_df()
    assert table["reason"].tolist() == ["effects", "black", "2 layers", "title"]


def test_sound_is_cut_on_the_packet_grid(film: Film) -> None:
    clips = [film.clip(0, 240, id=f"a_{i}") for i in range(9)]
    made = plan(film.document(track("audio", clips)), ExportSettings())
    samples = 9 * 8 * 48_000
    assert made.layout.samples == samples
    assert sum(chunk.packets for chunk in made.chunks) == -(-samples // 1024) + 1
    assert [chunk.packets for chunk in made.chunks] == [1406, 1406, 564]
    for chunk in made.chunks:
        assert made.sound(chunk).samples == chunk.samples
    assert [chunk.lead for chunk in made.chunks] == [128 * 1024, 0, 0]
    again = plan(film.document(track("audio", clips)), ExportSettings(crf=30))
    assert [chunk.key for chunk in again.chunks] == [chunk.key for chunk in made.chunks]
    other = plan(film.document(track("audio", clips)), ExportSettings(audio_bitrate=96_000))
    assert not {chunk.key for chunk in other.chunks} & {chunk.key for chunk in made.chunks}
