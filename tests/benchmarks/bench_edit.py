"""What editing 10,000 clips costs: one edit until it is journalled (goal E1), open, save and table (E2), the plan."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

from cutroom.api.project import Project
from cutroom.api.tables import clips_table
from cutroom.app import app
from cutroom.edit import operations as ops
from cutroom.edit.change import State as Now
from cutroom.edit.journal import Journal
from cutroom.edit.journal_files import journal_path
from cutroom.edit.ledger import Ledger
from cutroom.edit.project_file import dump, write_whole
from cutroom.effects.registry import default_registry
from cutroom.render.plan import plan
from cutroom.schema.clip import Clip, MediaSource
from cutroom.schema.document import Document, Timeline
from cutroom.schema.export import ExportSettings
from cutroom.schema.media import AudioStream, Fingerprint, Media, VideoStream
from cutroom.schema.time import written
from cutroom.schema.track import Track, TrackKind
from cutroom.session import Session
from cutroom.widgets.patch import patch
from cutroom.widgets.snapshot import State, clock_of

ROUNDS = 31
CLIPS = 10_000
PAST = 200
"""Steps before a project is closed, and taken up when it is opened again."""
EDIT, OPEN, SAVE, TABLE = 4.0, 400.0, 150.0, 60.0
"""Milliseconds, goals E1 and E2."""
BACK = 150.0
"""Milliseconds until a table of all clips is given back, in which ten rows were changed."""
MEMORY = Path("/dev/shm")
"""Where a sync costs nothing: the goal is "plus one fsync"."""


def measure() -> list[dict[str, Any]]:
    """Milliseconds, medians."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        os.environ["CUTROOM_DATA_DIR"] = os.environ["CUTROOM_CACHE_DIR"] = folder
        edits = [
            result
            for name, document in (("pairs", paired(CLIPS // 2)), ("one track", single(CLIPS)))
            for result in _edits(name, document, Path(folder))
        ]
        home = Path(folder, "files")  # away from the journals of the edits, which any project beside them looks at
        home.mkdir()
        return [*edits, *_files(paired(CLIPS // 2), home), *_plans()]


def paired(pairs: int) -> Document:
    """Pictures with their sound."""
    return _document((_track("V1", "video", pairs, linked=True), _track("A1", "audio", pairs, linked=True)))


def single(clips: int) -> Document:
    """Pictures alone."""
    return _document((_track("V1", "video", clips, linked=False),))


def _document(tracks: tuple[Track, ...]) -> Document:
    media = tuple(_media(i) for i in range(20))
    return Document(id="p_bench", media=media, timeline=Timeline(tracks=tracks))


def _track(title: str, kind: TrackKind, clips: int, *, linked: bool) -> Track:
    items = tuple(
        Clip(
            id=f"c_{title}_{i:05}",
            source=MediaSource(media=f"m_{i % 20}"),
            start=Fraction(i % 900 + 5),
            duration=Fraction(20 + i % 17, 30),
            link=f"l_{i:05}" if linked else None,
        )
        for i in range(clips)
    )
    return Track(id=f"t_{title}", kind=kind, title=title, items=items)


def _media(number: int) -> Media:
    length = Fraction(1000)
    video = VideoStream(
        index=0, codec="h264", width=1920, height=1080, rate=Fraction(30), duration=length, frames=30_000,
        pixel_format="yuv420p",
    )  # fmt: skip
    audio = AudioStream(index=1, codec="aac", sample_rate=48_000, channels=2, layout="stereo", duration=length)
    return Media(
        id=f"m_{number}", path=f"footage/{number}.mp4", fingerprint=Fingerprint(sha256=f"{number:064x}", size=1),
        format="mov", duration=length, video=video, audio=audio,
    )  # fmt: skip


def _operations(document: Document) -> dict[str, Callable[[int], ops.Operation]]:
    """One edit of every kind, all over the timeline, on a document that knows nothing of itself yet."""
    bare = {track.title: track.evolve() for track in document.tracks}  # a copy: what it works out helps no edit
    track, frame = bare["V1"], Fraction(1, 30)
    step = len(track.items) // (ROUNDS + 1)

    def clip(n: int) -> tuple[str, Fraction, Fraction]:
        i = next(i for i in range(step * (n + 1), len(track.items)) if track.items[i].kind == "clip")
        item = track.items[i]
        assert isinstance(item, Clip)
        return item.id, track.start_of(i), track.start_of(i + 1)

    sound = "A1" if "A1" in bare else None
    source = MediaSource(media="m_3")
    return {
        "trim": lambda n: ops.Trim(clip=clip(n)[0], edge="end", to=clip(n)[2] - 2 * frame),
        "ripple trim": lambda n: ops.Trim(clip=clip(n)[0], edge="end", to=clip(n)[2] - 2 * frame, ripple=True),
        "move": lambda n: ops.Move(clip=clip(n)[0], to=Fraction(10 + n)),
        "insert": lambda n: ops.Insert(
            track="V1", sound_track=sound, source=source, duration=Fraction(2), at=clip(n)[1]
        ),
        "delete, ripple": lambda n: ops.Delete(clip=clip(n)[0], ripple=True),
        "split": lambda n: ops.Split(clip=clip(n)[0], at=clip(n)[1] + 5 * frame),
    }


def _edits(name: str, document: Document, folder: Path) -> list[dict[str, Any]]:
    """Each edit follows upon the one before, as it does for a person; the patch is what the widget's thread adds."""
    results: list[dict[str, Any]] = []
    path = folder / f"{name}.tlp"
    journal = Journal(path)
    session = Session(Ledger(Now(0, document), path, journal))
    journal.begin(document, hashlib.sha256(dump(document)).hexdigest())
    clock = clock_of(document)
    for verb in _operations(document):
        times, both, size = [], [], 0
        for n in range(ROUNDS):
            before, op = State(session.document, session.revision), _operations(session.document)[verb](n)
            times.append(_seconds(lambda op=op: session.apply(op)))
            after = State(session.document, session.revision)
            made: list[Any] = []
            both.append(times[-1] + _seconds(lambda a=before, b=after, out=made: out.append(patch(a, b, clock))))
            size = max(size, len(json.dumps(made[0].model_dump(mode="json"))))
        results += [
            _row(f"E1 {verb}, {name}", times, EDIT),
            _row(f"E1 {verb} with the patch, {name}", both, EDIT),
            {"what": f"E1 patch of the {verb}, {name}", "value": size, "unit": "bytes", "goal": 2048},
        ]
    undo = [_seconds(session.undo) for _ in range(ROUNDS)]
    session.close(save=False)
    return [*results, _row(f"E1 undo, {name}", undo, EDIT)]


def _files(document: Document, folder: Path) -> list[dict[str, Any]]:
    """As a person opens and saves: with the journal, the checks and the grants."""
    path, opened, saved = folder / "files.tlp", [], []
    write_whole(path, dump(document))
    with Project.open(path) as warm:
        warm.timeline.to_df()  # loads pandas
    for _ in range(9):
        written.cache_clear()  # a kernel opens a project for the first time
        projects: list[Project] = []
        opened.append(_seconds(lambda out=projects: out.append(Project.open(path))))
        project = projects[0]
        saved.append(_seconds(project.save))
        project.close()
    again, first_edit, first_undo = _reopened(path)
    table = [_seconds(lambda: clips_table(document.evolve(timeline=document.timeline))) for _ in range(9)]
    few, every = (_back(document, step) for step in (CLIPS // 20, 1))
    return [
        _row("E2 open", opened, OPEN),
        _row(f"E2 open, closed after {PAST} steps", again, OPEN),
        _row("first edit after that", first_edit, None),
        _row(f"first undo after that, which does the {PAST} steps once more", first_undo, None),
        _row("E2 save", saved, SAVE),
        _row("E2 to_df", table, TABLE),
        *_beside_otio(path, folder, opened, saved),
        _row("apply_df, ten rows changed", few, BACK),
        _row("apply_df, every row changed", every, None),
    ]


def _reopened(path: Path) -> tuple[list[float], list[float], list[float]]:
    """A project that was edited, then closed: how long it takes to open, to be edited, and until its past is there."""
    opened, edited, undone = [], [], []
    with Project.open(path) as project:
        for n in range(PAST):
            clip = project.session.document.tracks[0].items[20 * n]
            assert isinstance(clip, Clip)
            project.session.apply(ops.Delete(clip=clip.id))
    for n in range(9):
        copy = path.with_name(f"again-{n}.tlp")
        for file, to in ((path, copy), (journal_path(path), journal_path(copy))):
            shutil.copy(file, to)
        written.cache_clear()
        projects: list[Project] = []
        opened.append(_seconds(lambda copy=copy, out=projects: out.append(Project.open(copy))))
        session = projects[0].session
        edited.append(_seconds(lambda session=session: session.apply(ops.AddTrack(track="video", title="V2"))))
        undone.append(_seconds(session.undo))
        assert len(session.history.steps) == PAST + 1
        session.close(save=False)
    return opened, edited, undone


def _back(document: Document, step: int) -> list[float]:
    """How long a table takes in which every so manyth picture, with its sound, was made shorter."""
    times = []
    for _ in range(5):
        project = Project(Session(document), app())
        df = project.timeline.to_df()
        pictures = df.index[df["track"] == "V1"][::step]
        df.loc[pictures, "duration"] -= 2 / 30
        df.loc[pictures, ["end", "end_frame", "source_end"]] = None
        times.append(_seconds(lambda project=project, df=df: project.timeline.apply_df(df)))
    return times


def _beside_otio(path: Path, folder: Path, opened: list[float], saved: list[float]) -> list[dict[str, Any]]:
    """OpenTimelineIO's own file of the same timeline, read and written by its C++ core in the same run."""
    import opentimelineio as otio

    with Project.open(path) as project:
        project.export_timeline(folder / "files.otio", overwrite=True)
    again, read, written = str(folder / "again.otio"), [], []
    for _ in range(9):
        made: list[Any] = []
        read.append(_seconds(lambda out=made: out.append(otio.adapters.read_from_file(str(folder / "files.otio")))))
        written.append(_seconds(lambda out=made: otio.adapters.write_to_file(out[0], again)))
    return [
        _row("E2 OpenTimelineIO reads the same timeline", read, None),
        _row("E2 OpenTimelineIO writes the same timeline", written, None),
        _times("E2 open, as a share of OpenTimelineIO's", opened, read),
        _times("E2 save, as a share of OpenTimelineIO's", saved, written),
    ]


def _times(what: str, ours: list[float], theirs: list[float]) -> dict[str, Any]:
    return {"what": what, "value": statistics.median(ours) / statistics.median(theirs), "unit": "times", "goal": None}


def _plans() -> list[dict[str, Any]]:
    settings, times = ExportSettings(), []
    for _ in range(5):
        document = paired(CLIPS // 2)  # anew: nothing is remembered of it
        times.append(_seconds(lambda document=document: plan(document, settings, registry=default_registry())))
    return [_row("plan", times, 1000.0)]


def _row(what: str, seconds: list[float], goal: float | None) -> dict[str, Any]:
    return {"what": what, "value": 1000 * statistics.median(seconds), "unit": "ms", "goal": goal}


def _seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
