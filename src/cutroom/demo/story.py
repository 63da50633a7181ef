"""`cutroom demo`: from nothing to a finished film, through every room, with its tables printed on the way."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

from cutroom.api.detect import detect
from cutroom.api.project import Project
from cutroom.api.renderer import Renderer, verify
from cutroom.demo.film import write_demo_film
from cutroom.demo.tables import show_table, wide_console
from cutroom.errors import ValidationError
from cutroom.jobs.bar import Bar

WANTED = "star"
"""What the demo keeps."""
SHORTEST, LONGEST = 2, 7200
"""Seconds that the film may last: a shorter one shows nothing for long enough to be kept."""


class Teller:
    """Says what happens and how long it took; says nothing where a program listens."""

    def __init__(self, *, quiet: bool) -> None:
        self._console = wide_console(quiet=quiet)
        self._number = 0

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """One numbered step."""
        self._number += 1
        self._console.print(f"\n[bold]{self._number}. {what}[/bold]")
        began = time.monotonic()
        yield
        self._console.print(f"   [dim]{time.monotonic() - began:.1f} s[/dim]")

    def table(self, table: Any, title: str) -> None:
        """A table with a headline."""
        if not self._console.quiet:
            self._console.print(f"   {title}")
            show_table(table, self._console, rows=12)

    def say(self, text: str) -> None:
        """A line."""
        self._console.print("   " + text)


def tell(folder: Path, *, seconds: float = 40.0, quiet: bool = False) -> dict[str, Any]:
    """Make a film, find its stars, keep those moments, dress them up, export in the background, verify.

    Args:
        folder: where the film, the project and the export go; an earlier demo there is replaced.
        seconds: length of the film, from 2 to 7200.
        quiet: print nothing.

    Returns:
        What was made: film, project, export, detections, clips, report.

    Raises:
        ValidationError: no film of that length; no folder is made.
    """
    if not (math.isfinite(seconds) and SHORTEST <= seconds <= LONGEST):
        raise ValidationError(
            f"no demo of {seconds:g} seconds", value=seconds, hint=f"use a length from {SHORTEST} to {LONGEST} seconds"
        )
    teller = Teller(quiet=quiet)
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    film, output = folder / "film.mp4", folder / "stars.mp4"

    with teller.step(f"A film of {seconds:g} s: {film.name}"), Bar("drawing") as bar:
        truth = write_demo_film(
            film,
            seconds=Fraction(str(seconds)),
            progress=lambda done, total: bar.update({"done": done, "total": total}),
        )
        bar.update({"done": truth.frames, "total": truth.frames})

    with Project.create(folder / "stars.tlp", overwrite=True) as project:
        timeline = project.timeline
        with teller.step("The whole film on the timeline"):
            timeline.append(film)
            teller.table(project.media.to_df().drop(columns=["id", "warnings"]), "project.media.to_df()")

        with teller.step("What is in it"):
            media = project.media[film.name]
            found = detect(media, "shapes")
            teller.table(found.tracks_df(), "detections.tracks_df()")

        with teller.step(f"Keep the moments with a {WANTED}"):
            spans = found.query(f"label == '{WANTED}' and confidence > 0.5").spans(
                min_duration=0.5, merge_gap=0.3, pad=0.2
            )
            timeline.keep(spans)
            teller.table(spans.to_df().drop(columns=["reason"]), "spans.to_df()")

        with teller.step("An effect, a title and a dissolve"):
            clips = timeline.track("V1").clips
            clips[0].effects.add("saturation", value=1.4)
            timeline.add_title(f"Only {WANTED}s", at=0.3, duration=2.5, position=(0.0, -0.32))
            if len(clips) > 1:
                timeline.add_transition("dissolve", clips[0], clips[1], duration=0.5)
            teller.table(
                timeline.to_df().drop(columns=["id", "link", "start_frame", "end_frame", "kind"]), "timeline.to_df()"
            )

        with teller.step("Export in a background kernel"):
            renderer = Renderer(project)
            teller.table(renderer.plan().to_df().drop(columns=["key"]), "renderer.plan().to_df()")
            job = renderer.submit(output)
            report = job.result()
            teller.say(str(report))

    with teller.step("Verify the file once more, from the outside"):
        checked = verify(output)
        teller.say(str(checked))
    teller.say(f"[bold green]{output}[/bold green]")
    return {
        "film": str(film),
        "project": str(folder / "stars.tlp"),
        "output": str(output),
        "boxes": len(found.to_df()),
        "clips": len(clips),
        "report": report.model_dump(mode="json"),
    }
