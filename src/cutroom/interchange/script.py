"""An edit as Python text: run, it builds the edit anew, exactly; read, it tells the edit in the order of the timeline.

The script is made by doing it: each line is an operation that was applied to a second document, and the script is given
out only when that document equals the first.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from cutroom.edit import operations as ops
from cutroom.edit.attempt import attempt
from cutroom.edit.difference import differences
from cutroom.errors import EditError, TimeError
from cutroom.interchange.source_text import media_key, text
from cutroom.schema.clip import Clip, CompoundSource, MediaSource, Source, TitleSource
from cutroom.schema.document import Compound, Document, ProjectSettings, Timeline
from cutroom.schema.media import Media
from cutroom.schema.resource import Resource
from cutroom.schema.time import parse_rate
from cutroom.schema.track import Track, TrackKind

_TAKEN = frozenset({"F", "cr", "do", "ops", "project"})
_LOOSE = ProjectSettings(fps=Fraction(1, 1000))
"""With frames this long, clips may reach beyond their sources by as much as they ever will."""
_SWITCHES = ("muted", "solo", "hidden", "sync_lock", "volume", "pan")


def script(document: Document, *, title: str = "an edit", add: Callable[[Media], str] | None = None) -> str:
    """Python that rebuilds an edit.

    Args:
        document: the edit.
        title: what the script says that it rebuilds.
        add: the expression that puts a media into the project and gives its id; None: `project.media.add(path).id`.

    Raises:
        EditError: something in it can only be read from a file, and not be made by edits; names it.
    """
    first: EditError | None = None
    for loose in (False, True):
        try:
            writer = _Writer(document, add or _from_file, loose=loose)
            writer.write()
        except EditError as error:
            first = first or error
            continue
        return "\n".join([*_head(_creatable(document.settings), title), *writer.block(title), ""])
    assert first is not None
    raise EditError(
        f"no script can make this: {first.message}", value=first.value, hint="save or pack the project instead"
    ) from first


def _from_file(media: Media) -> str:
    return f"project.media.add({media.path!r}).id"


def _creatable(settings: ProjectSettings) -> ProjectSettings:
    """The nearest that `Project.create` makes."""
    try:
        exact = parse_rate(settings.fps) == settings.fps
    except TimeError:
        exact = False
    return settings.evolve(channels=2, adopt=(), fps=settings.fps if exact else Fraction(30))


def _head(settings: ProjectSettings, title: str) -> Iterator[str]:
    chosen = f"fps={text(settings.fps)}, size={settings.width, settings.height}, sample_rate={settings.sample_rate}"
    yield f'"""Rebuilds {_told(title)}. Run it in the folder that the paths of its media start from."""\n'
    yield "from fractions import Fraction as F  # noqa: F401\n"
    yield "import cutroom as cr\nfrom cutroom import ops\n"
    yield f"project = cr.Project.create({chosen})"
    yield "do = project.apply"


def _told(title: str) -> str:
    return title.replace("\\", "/").replace('"', "'")


@dataclass
class _Writer:
    document: Document
    add: Callable[[Media], str]
    loose: bool
    """Whether clips are placed before the frame rate is set, and compounds have a track of each kind meanwhile."""
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.settings = self.document.settings.evolve(adopt=())
        self.made = Document(id=self.document.id, settings=_creatable(self.settings))
        self.names: dict[str, str] = {}
        """What the script calls an id that it has made."""
        self.ids: dict[str, str] = {}
        """The id that it made for one of the document: compounds and tracks."""
        self.clips: dict[str | None, dict[str, str]] = {}
        """The same for clips, by the timeline that they are on."""
        self.used: set[str] = set(_TAKEN)
        self.counts: dict[str, int] = {}
        """The last number that was given out behind a name."""
        self.tracks: list[tuple[str | None, Track]] = []
        """Those whose transitions are still to come."""
        compounds = [t for compound in self.document.compounds for t in compound.timeline.tracks]
        sources = [clip.source for _, clip in self.document.everywhere()]
        angles = {source.angle for source in sources if isinstance(source, CompoundSource)}
        self.angles = {track.id for track in compounds if track.id in angles}

    def write(self) -> None:
        """All of it."""
        if self.document.resources:
            self.head("fonts, look-up tables and code")
        for resource in self.document.resources:
            self.resource(resource)
        if self.document.media:
            self.head("media")
        for media in self.document.media:
            self.media(media)
        if self.loose:
            self.head("the frame rate comes last: some clips reach beyond what their sources hold")
        if self.loose or self.settings != self.made.settings:
            self.do(ops.SetSettings(settings=_LOOSE if self.loose else self.settings))
        for compound in _inner_first(self.document):
            self.head(f"compound {compound.title}")
            made = self.do(ops.AddCompound(title=compound.title, multicam=compound.multicam), compound.title)
            self.ids[compound.id] = made[0]
            self.timeline(compound.timeline, made[0])
            for kind in self.lacking(compound):
                self.do(ops.AddTrack(track=kind, title=f"placeholder {kind}", compound=made[0]))
        self.timeline(self.document.timeline, None)
        if self.loose:
            self.head("transitions")
            self.do(ops.SetSettings(settings=self.settings))
            self.transitions()
            self.lock(self.document.timeline, None)
            for compound in self.document.compounds:
                self.lock(compound.timeline, self.ids[compound.id])
                for kind in self.lacking(compound):
                    self.do(ops.RemoveTrack(track=f"placeholder {kind}", compound=self.ids[compound.id]))
        for row in differences(self.document, self.made):
            told = f"{row.what} {row.id} in {row.place or 'the project'}, {row.field or row.change}"
            raise EditError(told, value=row.id)

    def block(self, title: str) -> list[str]:
        """The lines as one step of history."""
        return ["", f"with project.edit({f'rebuild {_told(title)}'!r}):", *self.lines] if self.lines else []

    def lacking(self, compound: Compound) -> list[TrackKind]:
        """Kinds of tracks that it needs for a while, so that it can be shown on tracks of that kind."""
        kinds = {track.kind for track in compound.timeline.tracks}
        wanted: tuple[TrackKind, ...] = ("video", "audio") if self.loose else ()
        return [kind for kind in wanted if kind not in kinds]

    def head(self, words: str) -> None:
        """A comment above what follows."""
        self.lines += ["", f"    # {' '.join(words.split())}"]

    def name(self, wanted: str) -> str:
        """A name that nothing has yet."""
        plain = re.sub(r"\W+", "_", unicodedata.normalize("NFKC", wanted).lower())[:30].strip("_")
        base = plain if plain.isidentifier() and not keyword.iskeyword(plain) else f"x_{plain}".rstrip("_")
        name = base if base not in self.used else self.numbered(base, 2)
        self.used.add(name)
        return name

    def numbered(self, base: str, first: int) -> str:
        """A name that nothing has yet, with a number behind it; the next one is looked for from there."""
        number = max(first, self.counts.get(base, 0))
        while f"{base}_{number}" in self.used:
            number += 1
        self.counts[base] = number
        return f"{base}_{number}"

    def do(self, operation: ops.Operation, *names: str) -> tuple[str, ...]:
        """Apply an operation and write it; returns the ids it made, called by `names`."""
        result = attempt(self.made, operation)
        self.made = result.document
        told = f"do({text(operation, self.names)})"
        if names:
            chosen = [self.name(wanted) for wanted in names]
            self.names.update(zip(result.created, chosen, strict=True))
            told = f"{', '.join(chosen) if len(chosen) > 1 else f'[{chosen[0]}]'} = {told}"
        self.lines.append(f"    {told}")
        return result.created

    def resource(self, resource: Resource) -> None:
        """A font or another file from where it lies; code as it is."""
        adding = ops.AddResource(resource=resource)
        if resource.path is None:
            self.do(adding)
        else:
            self.made = attempt(self.made, adding).document
            self.lines.append(f"    project.resources.add({resource.path!r}, kind={resource.kind!r})")

    def media(self, media: Media) -> None:
        """A media, and a name for showing it."""
        made = attempt(self.made, ops.AddMedia(media=media))
        self.made = made.document
        name = self.name(media.path.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0])
        self.names[media_key(media.id)] = name
        self.lines.append(f"    {name} = ops.MediaSource(media={self.add(media)})")

    def timeline(self, timeline: Timeline, compound: str | None) -> None:
        """Tracks, what is on them, what belongs together, markers, and at last the locks."""
        if timeline.tracks and compound is None:
            self.head("the timeline")
        for track in timeline.tracks:
            self.track(track, compound)
        for index, track in enumerate(timeline.tracks):
            if self.at(compound).track_index(track.title) != index:
                self.do(ops.MoveTrack(track=track.title, index=index, compound=compound))
        sounds = _pairs(timeline)
        for track in sorted(timeline.tracks, key=lambda track: track.kind == "audio"):  # sound comes with its picture
            if track.items or track.cues:
                self.head(track.title)
            for at, clip in track.clips():
                self.clip(track, at, clip, sounds, compound)
            self.cues(track, compound)
            self.tracks.append((compound, track))
            if not self.loose:
                self.transitions()
        self.together(timeline, sounds, compound)
        if timeline.markers:
            self.head("markers")
        for marker in timeline.markers:
            self.do(ops.AddMarker(time=marker.time, title=marker.title, marker=marker.marker, compound=compound))
        if not self.loose:
            self.lock(timeline, compound)

    def at(self, compound: str | None) -> Document:
        """What has been made, as that timeline sees it."""
        return self.made.inside(compound)

    def track(self, track: Track, compound: str | None) -> None:
        """A track and its switches, all but the lock."""
        names = [f"{self.names[compound]}_{track.title}"] if track.id in self.angles and compound else []
        made = self.do(ops.AddTrack(track=track.kind, title=track.title, compound=compound), *names)
        self.ids[track.id] = made[0]
        fresh = self.at(compound).tracks[self.at(compound).track_index(made[0])]
        switches = {name: value for name in _SWITCHES if (value := getattr(track, name)) != getattr(fresh, name)}
        if switches:
            self.do(ops.SetTrack(track=track.title, compound=compound, **switches))

    def source(self, source: Source) -> Source:
        """What a clip shows, by the ids of the script."""
        if isinstance(source, CompoundSource):
            angle = None if source.angle is None else self.ids[source.angle]
            return CompoundSource(compound=self.ids[source.compound], angle=angle)
        return source

    def clip(
        self, track: Track, at: Fraction, clip: Clip, sounds: dict[str, tuple[Track, Clip]], compound: str | None
    ) -> None:
        """A clip with its linked sound, unless it is one that came with its picture; then its effects."""
        ids = self.clips.setdefault(compound, {})
        if clip.id not in ids:
            sound = sounds.get(clip.id)
            called = self.called(clip.source)
            operation = ops.Overwrite(
                track=track.title, at=at, source=self.source(clip.source), start=clip.start, duration=clip.duration,
                speed=clip.speed, reverse=clip.reverse, keep_pitch=clip.keep_pitch,
                sound_track=sound and sound[0].title, compound=compound,
            )  # fmt: skip
            name = self.numbered(called, 1)
            names = [name, *([f"{name}_sound"] if sound else [])]
            made = self.do(operation, *names)
            ids[clip.id] = made[0]
            if sound:
                ids[sound[1].id] = made[1]
        own = ids[clip.id]
        for effect in clip.effects:
            adding = ops.AddEffect(clip=own, effect=effect.effect, parameters=effect.parameters, compound=compound)
            names = [f"{self.names[own]}_{effect.effect}"] if effect.curves or not effect.enabled else []
            (name,) = self.do(adding, *names)
            for parameter, curve in effect.curves.items():
                self.do(
                    ops.SetKeyframes(clip=own, effect=name, parameter=parameter, keyframes=curve, compound=compound)
                )
            if not effect.enabled:
                self.do(ops.SetEffect(clip=own, effect=name, enabled=False, compound=compound))

    def called(self, source: Source) -> str:
        """What clips of a source are called, without their number."""
        if isinstance(source, TitleSource):
            return self.free(source.text.split("\n")[0])
        return self.names[media_key(source.media) if isinstance(source, MediaSource) else self.ids[source.compound]]

    def free(self, wanted: str) -> str:
        """A word of a title as a name, whether it is taken or not."""
        name = self.name(f"{wanted[:20]}_title")
        self.used.discard(name)
        return name

    def cues(self, track: Track, compound: str | None) -> None:
        """Subtitles, each in a line of its own."""
        if track.cues:
            operation = ops.SetCues(track=track.title, cues=track.cues, compound=compound)
            self.made = attempt(self.made, operation).document
            inside = f", compound={self.names[compound]}" if compound else ""
            rows = [f"        {text(cue, self.names)}," for cue in track.cues]
            self.lines += [f"    do(ops.SetCues(track={track.title!r}{inside}, cues=(", *rows, "    )))"]

    def transitions(self) -> None:
        """Those of the tracks that still lack theirs."""
        for compound, track in self.tracks:
            for known in track.transitions:
                left, right = (
                    None if side is None else self.clips[compound][side] for side in (known.left, known.right)
                )
                self.do(
                    ops.AddTransition(
                        transition=known.transition, left=left, right=right, duration=known.duration, compound=compound
                    )
                )
        self.tracks.clear()

    def together(self, timeline: Timeline, sounds: dict[str, tuple[Track, Clip]], compound: str | None) -> None:
        """Links that did not come with their clips, and groups."""
        known, ids = {*sounds, *(sound.id for _, sound in sounds.values())}, self.clips.get(compound, {})
        for members in _sharing(timeline, lambda clip: None if clip.id in known else clip.link):
            self.do(ops.Link(clips=tuple(ids[name] for name in members), compound=compound))
        for members in _sharing(timeline, lambda clip: clip.group):
            self.do(ops.Group(clips=tuple(ids[name] for name in members), compound=compound))

    def lock(self, timeline: Timeline, compound: str | None) -> None:
        """The locks: nothing can be put on those tracks from here on."""
        for track in timeline.tracks:
            if track.locked:
                self.do(ops.SetTrack(track=track.title, locked=True, compound=compound))


def _inner_first(document: Document) -> list[Compound]:
    """Compounds in an order in which each comes after those that it shows."""
    ordered: dict[str, Compound] = {}

    def visit(compound: Compound) -> None:
        for track in compound.timeline.tracks:
            for _, clip in track.clips():
                if isinstance(clip.source, CompoundSource) and clip.source.compound not in ordered:
                    visit(document.compound(clip.source.compound))
        ordered[compound.id] = compound

    for compound in document.compounds:
        if compound.id not in ordered:
            visit(compound)
    return list(ordered.values())


def _pairs(timeline: Timeline) -> dict[str, tuple[Track, Clip]]:
    """Pictures whose linked sound, on a later track, can be placed together with them, by id: the sound, its track."""
    found: dict[str, list[tuple[Track, Fraction, Clip]]] = {}
    for track in timeline.tracks:
        for at, clip in track.clips():
            if clip.link is not None:
                found.setdefault(clip.link, []).append((track, at, clip))
    pairs = {}
    for members in found.values():
        if len(members) == 2:
            (above, at, picture), (track, start, sound) = members
            same = picture.evolve(id="", effects=(), group=None) == sound.evolve(id="", effects=(), group=None)
            if at == start and same and above.kind != "audio" and track.kind == "audio":
                pairs[picture.id] = track, sound
    return pairs


def _sharing(timeline: Timeline, key: Callable[[Clip], str | None]) -> Iterable[list[str]]:
    """Ids of the clips that share a link or a group with another."""
    found: dict[str, list[str]] = {}
    for track in timeline.tracks:
        for _, clip in track.clips():
            if (name := key(clip)) is not None:
                found.setdefault(name, []).append(clip.id)
    return [members for members in found.values() if len(members) > 1]
