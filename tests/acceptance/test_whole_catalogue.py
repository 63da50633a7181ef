"""One film with all kinds of effects through real workers: the same bytes however many, whole, and what was seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from decoding import frames, run

import cutroom as cr
from cutroom.render.cache import SegmentCache
from cutroom.render.export import export
from cutroom.schema.export import ExportSettings
from cutroom.workers import Grants, WorkerPool

SIZE = (256, 144)
FPS = 30
SOUNDS = ("fade_in", "highpass"), ("normalize",), ("compressor", "reverb"), ("denoise", "delay")
SEEN = (8, 14, 29, 33, 48, 62, 68, 75, 100, 122, 139)
"""In each chain, each transition, each title, over keys and cells."""
TURNED = "\n".join(["LUT_3D_SIZE 2", *(f"{b} {0.5 + 0.5 * g} {r}" for b in (0, 1) for g in (0, 1) for r in (0, 1))])


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, film) -> Iterator[cr.Project]:
    """Five seconds: chains on one track, what lies over it on others, sound, words."""
    folder = tmp_path_factory.mktemp("whole")
    table = folder / "turned.cube"
    table.write_text(TURNED)
    with cr.Project.create(folder / "whole.tlp", fps=FPS, size=SIZE, sample_rate=48_000) as made:
        tl = made.timeline
        chains = [
            [("brightness", {"value": 0.1}), ("curves", {"blue": "0,0.1 1,0.9"}), ("lut3d", {"file": table})],
            [("vintage", {}), ("glow", {}), ("film_grain", {})],
            [("stabilize", {}), ("denoise", {}), ("motion_blur", {})],
            [("edge", {"mode": "outline"}), ("mirror", {}), ("lens_correction", {"k1": -0.2})],
        ]
        clips = []
        for number, chain in enumerate(chains):
            clip = tl.append(film.path, source=(number + Fraction(1, 2), number + Fraction(5, 3)))
            for effect, values in chain:
                clip.effects.add(effect, **values)
            for effect in (("fade_in", "highpass"), ("normalize",), ("compressor", "reverb"), ("denoise", "delay"))[
                number
            ]:
                clip.linked[0].effects.add(effect)
            clips.append(clip)
        for left, right, name in zip(clips, clips[1:], ("dissolve", "wipe_left", "fade_black"), strict=False):
            tl.add_transition(name, left, right, duration=Fraction(1, 3))
        tl.overwrite(film.path, at=0.5, source=(2, 3), track="V2", sound=False).effects.add(
            "chroma_key", colour="#30a040", similarity=0.4
        )
        zoomed = tl.overwrite(film.path, at=2, source=(4, 5), track="V2", sound=False)
        zoomed.effects.add("transform", scale=0.5, blend="screen").animate("rotation", {0: 0, 1: 90})
        tl.add_title("السلام عليكم", at=0.3, duration=1, template="lower_third", subtitle="नमस्ते")
        tl.add_title("Chapter", at=2.2, duration=1, template="chapter")
        cells = [tl.overwrite(film.path, at=4, source=(i, i + 0.5), track=f"V{i + 1}", sound=False) for i in (2, 3)]
        tl.split_screen("diagonal-2", cells, gap=0.02)
        tl.add_subtitle("Good morning.", 1, 2)
        yield made


@pytest.fixture(scope="module")
def pools(project: cr.Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, WorkerPool]]:
    """One worker, and two."""
    base = tmp_path_factory.getbasetemp()
    with ExitStack() as stack:
        yield {
            workers: stack.enter_context(
                WorkerPool(
                    "media",
                    workers=workers,
                    preload=("cutroom.render.tasks",),
                    grants=Grants(read=[*project.session.paths().values(), base], write=[base]),
                )
            )
            for workers in (1, 2)
        }


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv420p10le"])
def test_any_number_of_workers_the_same_bytes_and_what_was_seen(
    project: cr.Project, pools: dict[int, WorkerPool], tmp_path: Path, pixel_format: Literal["yuv420p", "yuv420p10le"]
) -> None:
    settings = ExportSettings(pixel_format=pixel_format, subtitles="soft", crf=12, gop=Fraction(1, 2))
    runs = (("one.mp4", 1, "a"), ("two.mp4", 2, "b"), ("again.mp4", 2, "a"))
    document, paths = project.session.document, project.session.paths()
    one, two, again = (
        export(document, paths, tmp_path / name, settings, pools[workers], SegmentCache(tmp_path / cache))
        for name, workers, cache in runs
    )
    assert one.verified.ok
    assert two.verified.ok
    assert len({(tmp_path / name).read_bytes() for name, *_ in runs}) == 1
    assert one.segments_encoded > 10
    assert again.segments_encoded == 0
    shown = frames(tmp_path / "one.mp4", SIZE).astype(float)
    assert len(shown) == one.frames
    assert "Good morning." in run("-i", str(tmp_path / "one.mp4"), "-map", "0:s", "-f", "srt", "-").decode()
    tl = project.timeline
    tl.track("S1").hidden = True
    stills = {number: tl.frame(Fraction(number, FPS)).array.astype(float) for number in SEEN}
    tl.track("S1").hidden = False
    for number, still in stills.items():
        assert 10 * np.log10(255**2 / np.mean((still - shown[number]) ** 2)) > 34, number
