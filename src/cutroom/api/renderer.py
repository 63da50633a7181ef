"""`Renderer`: from a project to a file, here or in a background kernel."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cutroom.api import arguments
from cutroom.api.arguments import number, text, whole, wrong
from cutroom.api.belongings import belongings
from cutroom.api.timeline import Timeline
from cutroom.api.times import Clock, span_of
from cutroom.app import Snapshot, app
from cutroom.errors import MediaNotFoundError, OutputError, ValidationError, warn
from cutroom.jobs import Jobs
from cutroom.jobs.bar import Bar, late_bar
from cutroom.jobs.job import Job
from cutroom.render.planned import Plan
from cutroom.render.presets import default_presets
from cutroom.render.report import Report
from cutroom.render.verify import Verification
from cutroom.render.verify import verify as verify_file
from cutroom.schema.export import ExportSettings
from cutroom.schema.formats import CONTAINERS
from cutroom.services import MediaWorkers
from cutroom.settings import amount
from cutroom.workers.grantbook import GrantBook

if TYPE_CHECKING:
    from cutroom.api.names import PresetName
    from cutroom.api.project import Project


class Renderer:
    """Exports a project.

    Args:
        project: a project, its timeline, or a compound.
        preset: a name of `cr.presets.to_df()`; "h264" keeps the project's size and rate. Sizes and rates of others are
            ceilings: nothing is ever made larger.
        loudness: LUFS that the whole mix is brought to, -70 to -5, its true peaks limited to -1 dBTP (-23 by
            EBU R 128, -14 for YouTube); None: as the preset says.
        subtitles: "burn" draws them into the picture; "soft" puts them beside it, as streams of plain text that
            players switch on and off, exact to the millisecond; "none" leaves them out. None: as the preset says.
        language: of soft subtitles, three letters as ISO 639-2 has them: "eng", "fra".
        on_error: where a source is found to be damaged, "fail" and say where, or show a "slate": nothing is seen and
            heard there, and the report says so.
        workers: worker processes, at most; None: the share of the machine that this process may use.
        memory: for all workers together, in bytes or as "600MB" or "2 GiB": so many work at once as it holds. None:
            what is free of the share; `cr.limits()` shows both.
        executor: runs the work instead of local workers: anything shaped like `concurrent.futures.Executor`.

    Raises:
        UnknownNameError: there is no such preset.
        ValidationError: something else is not what it should be; names it.

    Example:
        >>> renderer = cr.Renderer(project)  # doctest: +SKIP
        >>> renderer.plan().to_df()  # doctest: +SKIP
        >>> renderer.render("out.mp4")  # doctest: +SKIP
    """

    def __init__(
        self,
        project: Project | Timeline,
        preset: PresetName | str = "h264",
        *,
        loudness: float | None = None,
        subtitles: Literal["burn", "soft", "none"] | None = None,
        language: str | None = None,
        on_error: Literal["fail", "slate"] = "fail",
        workers: int | None = None,
        memory: int | str | None = None,
        executor: Any = None,
    ) -> None:
        timeline = getattr(project, "timeline", project)
        if not isinstance(timeline, Timeline):
            raise wrong("project", "a project, its timeline or a compound", project)
        if executor is not None and not callable(getattr(executor, "submit", None)):
            raise wrong("executor", "something with a method submit", executor)
        self.session = timeline.session
        self._timeline = timeline
        chosen = {"subtitles": subtitles, "subtitle_language": _language(language), "on_error": on_error}
        changes = {name: value for name, value in chosen.items() if value is not None}
        self.settings = default_presets().get(text("preset", preset)).settings.replace(**changes)
        if loudness is not None:
            self.settings = self.settings.replace(loudness=number("loudness", loudness, -70, -5))
        self._app = app()
        self._workers = None if workers is None else whole("workers", workers, 1, 1024)
        self._memory = None if memory is None else _bytes(memory)
        self._executor = executor

    def _snapshot(self, span: Any) -> Snapshot:
        document = self._timeline.document
        exact = None if span is None else span_of(span, Clock.of(document, "video"))
        own = belongings(self.session)
        return Snapshot(
            document=document, paths=self.session.paths(), protected=own, settings=self.settings, span=exact
        )

    def plan(self, span: Any = None) -> Plan:
        """What an export would do, before anything runs: `.to_df()` has start, end, action, reason, key, frames.

        What the plan goes by (loudness, the movement of a camera) is measured first where it is not known yet.

        Args:
            span: (start, end) on the timeline; None: all of it.

        Raises:
            EditError: there is nothing to export.
        """
        snapshot = self._snapshot(span)
        with late_bar("plan") as tell:
            return self._app.plan(snapshot, tell)

    def ffmpeg_command(self, output: str | os.PathLike[str]) -> list[str]:
        """The equivalent command of the ffmpeg program, for reading and for checking; nothing is run.

        Its film is the same to a measure (45 dB in the picture), not byte for byte, but for two cases: `chroma_key`
        came to 42 dB on hard, saturated edges, whose rounding its threshold amplifies, and effects on a layer with
        soft edges to 42. It knows no cache: it always does everything.

        Raises:
            EditError: something that the ffmpeg program does not have; names it. Or the command is too long for a
                system: long animations, and hundreds of clips.

        Example:
            >>> print(*renderer.ffmpeg_command("out.mp4"))  # doctest: +SKIP
            ffmpeg -y -i beach.mp4 -filter_complex …
        """
        from cutroom.render.program.command import ffmpeg_command

        snapshot = self._snapshot(None)
        with late_bar("command") as tell:
            results = self._app.analysed(snapshot, tell)
        return ffmpeg_command(
            snapshot.document, snapshot.paths, _target(output, self.settings), snapshot.settings, results=results
        )

    def render(self, output: str | os.PathLike[str], span: Any = None, *, progress: bool = True) -> Report:
        """Export, and wait for it, with a progress bar. The file appears whole and verified, or not at all.

        Args:
            output: the file; an existing one is replaced at the end, but never the project's own files and media.
            span: (start, end) on the timeline; None: all of it.
            progress: whether to draw the bar.

        Raises:
            OutputError, DiskFullError: the folder cannot be written, or is full.
            RenderError, VerificationError: it could not be rendered, or is not what the plan says.
            OutOfMemoryError: the memory does not hold one worker, or one ran out of it.
            DamagedMediaError: a source is damaged where it is shown, and `on_error` is "fail".
        """
        target = _target(output, self.settings)
        snapshot = self._snapshot(span)
        _warn_of_proxies(snapshot)
        if not progress:
            return self._export(snapshot, target, None)
        with Bar(target.name) as bar:
            return self._export(snapshot, target, bar.update)

    def _export(self, snapshot: Snapshot, target: Path, on_progress: Any) -> Report:
        return self._app.export(
            snapshot,
            target,
            executor=self._executor,
            workers=self._workers,
            memory=self._memory,
            on_progress=on_progress,
        )

    def submit(self, output: str | os.PathLike[str], span: Any = None) -> Job:
        """Export in a background kernel; returns as soon as the kernel has the job, which outlives this process.

        Raises:
            EditError: there is nothing to export.
            AccessDeniedError: a media that only the project file names, outside its folder.
            OutputError: the file cannot be written there, or belongs to the project.
            JobError: the kernel did not start.
        """
        target = _target(output, self.settings)
        snapshot = self._snapshot(span)
        _warn_of_proxies(snapshot)
        self._app.access.require_granted(snapshot.paths.values())
        self._app.plan(snapshot, measure=False)  # what cannot be planned or written fails here, not later
        self._app.require_output(snapshot, target)
        return self._app.get(Jobs).submit(
            "export",
            target.name,
            {
                "snapshot": snapshot.model_dump(mode="json"),
                "output": str(target),
                "workers": self._workers,
                "memory": self._memory,
            },
        )


def _warn_of_proxies(snapshot: Snapshot) -> None:
    """Say so where an export shows proxies: the project has them in the place of their media."""
    document = snapshot.document
    names = [m.original.path for m in document.media if m.original is not None and m.id in document.used_media]
    if names:
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        told = f"proxies are exported in place of {names[0]}{more}; project.media.relink(folder) finds the originals"
        warn(told)


def _target(output: str | os.PathLike[str], settings: ExportSettings) -> Path:
    """The file to write; its name says what the preset makes.

    Raises:
        OutputError: another suffix.
    """
    target = arguments.path(output)
    facts = CONTAINERS[settings.container]
    if target.suffix.lower() not in facts.suffixes:
        raise OutputError(
            f"this preset writes {facts.called}, not {target.suffix or 'a file without a suffix'}: {target.name!r}",
            value=str(target),
            hint=f"name it {target.stem or 'out'}{facts.suffixes[0]}",
        )
    return target


def verify(path: str | os.PathLike[str]) -> Verification:
    """Look at a finished file: frames counted, timestamps in order, lengths of picture and sound, decoding.

    Raises:
        MediaNotFoundError, UnsupportedMediaError: the file cannot be looked at.
    """
    target = arguments.path(path)
    if not target.exists():
        raise MediaNotFoundError(f"there is no file {target}", value=str(target), hint="check the path")
    services = app()
    services.get(GrantBook).grants.allow_read(target)
    return verify_file(target, services.get(MediaWorkers))


def _bytes(memory: int | str) -> int:
    """A number of bytes, or one with its unit."""
    if not isinstance(memory, str):
        return whole("memory", memory, 1, 1 << 60)
    try:
        return amount(memory)
    except ValueError:
        raise ValidationError(
            f"memory takes bytes, not {memory!r}", value=memory, hint='such as 600_000_000, "600MB" or "2 GiB"'
        ) from None


def _language(code: str | None) -> str | None:
    """A code of ISO 639-2, in small letters."""
    if code is None or re.fullmatch(r"[a-z]{3}", code := text("language", code).lower()):
        return code
    raise ValidationError(
        f"language takes three letters, not {code!r}",
        value=code,
        hint='give a code of ISO 639-2: "eng" for English, "fra" for French, "deu" for German, "zho" for Chinese',
    )
