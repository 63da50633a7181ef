"""Compile sound: which samples of which media are heard in a stretch of the timeline, and how loud."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from pydantic import TypeAdapter

from cutroom.effects.chain import Scene, chain
from cutroom.effects.layout import Layout, Window, samples_layout
from cutroom.effects.nodes import Ramp, SoundNode
from cutroom.effects.registry import Registry, Setting, default_registry
from cutroom.effects.segment import AudioInput, SoundClip, SoundSegment
from cutroom.effects.shot import require_handles
from cutroom.errors import EditError
from cutroom.schema.document import Document
from cutroom.schema.time import to_sample
from cutroom.schema.track import Track

_NODES: TypeAdapter[tuple[SoundNode, ...]] = TypeAdapter(tuple[SoundNode, ...])


def compile_sound(
    document: Document, first_sample: int, samples: int, registry: Registry | None = None
) -> SoundSegment:
    """What the timeline sounds like in samples [first_sample, first_sample + samples); any stretch will do.

    A clip's sound begins at the sample nearest to the clip's start and runs on exactly: only that one start is
    rounded. Its media is lined up so that cutting a clip in two changes no sample.

    Raises:
        UnknownNameError, ValidationError: an effect that the registry does not have, or a parameter out of range.
        HandlesError: a transition without enough media beyond its cut; says how much, on which side.
        EditError: a clip whose media has no sound.

    Example:
        >>> compile_sound(Document(id="d_1"), 0, 480).clips
        ()
    """
    settings = document.settings
    setting = Setting(settings.width, settings.height, settings.sample_rate, 0)
    scene = Scene(document, registry or default_registry(), setting)
    span = (first_sample, first_sample + samples)
    clips = tuple(clip for track in _heard(document) for clip in _track_clips(scene, track, span))
    return SoundSegment(sample_rate=settings.sample_rate, channels=settings.channels, samples=samples, clips=clips)


def _heard(document: Document) -> list[Track]:
    """The sound tracks without the muted and the silent; where some are solo, only those."""
    tracks = [track for track in document.tracks if track.kind == "audio"]
    solo = [track for track in tracks if track.solo]
    return [track for track in solo or tracks if not track.muted and track.volume > 0]


def _gains(track: Track, channels: int) -> tuple[float, ...]:
    """Volume and balance: turning to one side takes the other away and leaves the near one as it is."""
    if channels == 1:
        return (track.volume,)
    return (track.volume * min(1.0, 1.0 - track.pan), track.volume * min(1.0, 1.0 + track.pan))


def _track_clips(scene: Scene, track: Track, span: tuple[int, int]) -> list[SoundClip]:
    layout = samples_layout(track, scene.setting.sample_rate, scene.document.settings.fps)
    index = layout.item_at(span[0])
    found: list[SoundClip] = []
    # a transition lets a clip sound into its neighbour, never further
    index = max(0, (len(track.items) if index is None else index) - 1)
    while index < len(track.items):
        if index and layout.starts[index - 1] >= span[1]:
            break
        sound = _clip_sound(scene, layout, index, span)
        if sound is not None:
            found.append(sound)
        index += 1
    return found


def _clip_sound(scene: Scene, layout: Layout, index: int, span: tuple[int, int]) -> SoundClip | None:
    clip = layout.clip(index)
    if clip is None:
        return None
    rate = scene.setting.sample_rate
    starts, ends = layout.starts[index], layout.starts[index + 1]
    audible, fades_in, fades_out = starts, None, None
    silent = ends
    if (window := layout.window_at(starts)) is not None and window.right == index:
        fades_in, audible = window, window.begin
    if (window := layout.window_at(ends - 1)) is not None and window.left == index:
        fades_out, silent = window, window.end
    at, until = max(audible, span[0]), min(silent, span[1])
    if at >= until:
        return None
    if clip.media is None or (audio := (media := scene.document.find_media(clip.media)).audio) is None:
        raise EditError(f"clip {clip.id} has no sound", value=clip.id, hint="put it on a picture track")
    nodes: list[SoundNode] = []
    if clip.effects:
        own = replace(scene, setting=replace(scene.setting, samples=ends - starts))
        nodes += _NODES.validate_python(chain(own, clip, "audio")[0])
    nodes = [n.replace(start=n.start + starts) if isinstance(n, Ramp) else n for n in nodes]
    for window in (fades_in, fades_out):
        if window is not None and window.begin < until and window.end > at:
            scene.registry.transition(window.transition.transition)
            require_handles(scene.document, layout, window, Fraction(rate))
            nodes.append(_crossing(window, rising=window is fades_in))
    return SoundClip(
        input=AudioInput(sha256=media.fingerprint.sha256, stream=audio),
        at=at - span[0],
        first=at + to_sample(clip.start - layout.track.start_of(index), rate),
        samples=until - at,
        nodes=tuple(shifted for node in nodes if (shifted := _within(node, at, until)) is not None),
        gains=_gains(layout.track, scene.document.settings.channels),
    )


def _crossing(window: Window, *, rising: bool) -> Ramp:
    return Ramp(rising=rising, curve="equal_power", start=window.begin, samples=window.end - window.begin)


def _within(node: SoundNode, at: int, until: int) -> SoundNode | None:
    """A node as it stands from timeline sample `at` on; None where it changes nothing up to `until`."""
    if not isinstance(node, Ramp):
        return node
    idle = node.start + node.samples <= at if node.rising else node.start >= until
    return None if idle else node.replace(start=node.start - at)
