"""Verbs that change how clips look and sound: effects, transitions, titles."""

from __future__ import annotations

from cutroom.edit.draft import Draft
from cutroom.edit.items import cut_sides
from cutroom.edit.limits import check_overlaps, check_transition, readable, require_font
from cutroom.edit.operations import (
    AddEffect,
    AddTransition,
    MoveEffect,
    RemoveEffect,
    RemoveTransition,
    SetEffect,
    SetKeyframes,
    SetTitle,
    SetTransition,
)
from cutroom.errors import ClipGoneError, EditError
from cutroom.schema.clip import Clip, Gap, TitleSource, Transition
from cutroom.schema.document import Document
from cutroom.schema.effect import Effect


def add_effect(draft: Draft, op: AddEffect) -> None:
    """``[A: blur]`` → ``[A: blur, fade_in]``, or at another place in the chain."""
    clip = draft.document.clip(op.clip)
    effect = Effect(id=draft.make_id("e"), effect=op.effect, parameters=op.parameters)
    chain = list(clip.effects)
    chain.insert(len(chain) if op.index is None else op.index, effect)
    draft.set_clip(clip.replace(effects=tuple(chain)))
    draft.created.append(effect.id)


def _find(clip: Clip, effect_id: str) -> int:
    for i, effect in enumerate(clip.effects):
        if effect.id == effect_id:
            return i
    raise ClipGoneError(f"clip {clip.id} has no effect {effect_id!r}", value=effect_id, hint="it may have been removed")


def set_effect(draft: Draft, op: SetEffect) -> None:
    """``[A: blur 2]`` → ``[A: blur 3]``: parameters that are not named stay; a named one is not animated any more."""
    clip = draft.document.clip(op.clip)
    i = _find(clip, op.effect)
    old = clip.effects[i]
    new = old.replace(
        parameters={**old.parameters, **op.parameters},
        curves={name: curve for name, curve in old.curves.items() if name not in op.parameters},
        enabled=old.enabled if op.enabled is None else op.enabled,
    )
    draft.set_clip(clip.evolve(effects=(*clip.effects[:i], new, *clip.effects[i + 1 :])))


def set_keyframes(draft: Draft, op: SetKeyframes) -> None:
    """``[A: blur 2]`` → ``[A: blur 2/\\5]``: the parameter goes from key to key; without keys it is 2 again."""
    clip = draft.document.clip(op.clip)
    i = _find(clip, op.effect)
    old = clip.effects[i]
    curves = {name: curve for name, curve in old.curves.items() if name != op.parameter}
    new = old.replace(curves={**curves, op.parameter: op.keyframes} if op.keyframes else curves)
    draft.set_clip(clip.evolve(effects=(*clip.effects[:i], new, *clip.effects[i + 1 :])))


def move_effect(draft: Draft, op: MoveEffect) -> None:
    """``[A: blur, fade_in]`` → ``[A: fade_in, blur]``."""
    clip = draft.document.clip(op.clip)
    chain = list(clip.effects)
    effect = chain.pop(_find(clip, op.effect))
    chain.insert(op.index, effect)
    draft.set_clip(clip.evolve(effects=tuple(chain)))


def remove_effect(draft: Draft, op: RemoveEffect) -> None:
    """``[A: blur, fade_in]`` → ``[A: fade_in]``."""
    clip = draft.document.clip(op.clip)
    i = _find(clip, op.effect)
    draft.set_clip(clip.evolve(effects=(*clip.effects[:i], *clip.effects[i + 1 :])))


def set_title(draft: Draft, op: SetTitle) -> None:
    """``[T: Hello]`` → ``[T: Goodbye]``: where it stands, and for how long, stays.

    Raises:
        EditError: the clip is no title.
    """
    clip = draft.document.clip(op.clip)
    if not isinstance(clip.source, TitleSource):
        raise EditError(f"clip {clip.id} is not a title", value=clip.id, hint="only titles have a text")
    require_font(draft.document, op.source.style)
    draft.set_clip(clip.evolve(source=op.source))


def _why_apart(document: Document, left: str | None, right: str | None) -> str:
    """What keeps two clips from a transition, and what to do."""
    if left and right:
        (t, i), (u, j) = document.locate(left), document.locate(right)
        track = document.tracks[t]
        if t != u:
            return f"{right} is on track {document.tracks[u].title}: a transition joins two clips of one track"
        if j == i - 1:
            return f"{right} comes first: give the clips in their order"
        if j == i + 2 and isinstance(track.items[i + 1], Gap):
            span = f"({readable(track.start_of(i + 1))} to {readable(track.start_of(j))})"
            return f"a gap lies between them {span}: close it, or give one clip for a transition from or to nothing"
    return "a transition joins two neighbours, or a clip and a gap"


def add_transition(draft: Draft, op: AddTransition) -> None:
    """``[A][B]`` → ``[A/\\B]``, or to and from nothing ``[A]··`` → ``[A\\··``: on the cut; no clip moves or changes.

    Raises:
        EditError: the clips do not meet, or the cut has one already.
        HandlesError: not enough media beyond the cut; says how much, on which side.
    """
    known = op.left or op.right
    if known is None:
        raise EditError("a transition needs a clip on one side at least", hint="give left, right or both")
    t, _ = draft.document.locate(known)
    if op.left and op.right:
        draft.document.locate(op.right)
    draft.require_unlocked(t)
    track = draft.document.tracks[t]
    sides = cut_sides(track, op.left, op.right)
    if sides is None:
        raise EditError(
            f"{op.left or 'nothing'} and {op.right or 'nothing'} do not meet at a cut of track {track.title}",
            value=(op.left, op.right),
            hint=_why_apart(draft.document, op.left, op.right),
        )
    for other in track.transitions:
        if (op.left and other.left == op.left) or (op.right and other.right == op.right):
            raise EditError(
                f"this cut has a {other.transition} already",
                value=other.id,
                hint="tl.transitions has it: give it another duration or transition, or remove it first",
            )
    check_transition(draft.document, *sides, op.duration)
    made = Transition(
        id=draft.make_id("x"), transition=op.transition, left=op.left, right=op.right, duration=op.duration
    )
    check_overlaps(draft.document, track, track.transitions, made)
    draft.set_tracks({t: track.evolve(transitions=(*track.transitions, made))})
    draft.created.append(made.id)


def set_transition(draft: Draft, op: SetTransition) -> None:
    """``[A~/\\~B]`` → ``[A/~~\\B]``: on the same cut; no clip moves or changes.

    Raises:
        HandlesError: not enough media beyond the cut for the new length; says how much, on which side.
    """
    t, old = _find_transition(draft, op.transition)
    track = draft.document.tracks[t]
    new = old.evolve(transition=op.kind or old.transition, duration=op.duration or old.duration)
    clips = [draft.document.clip(side) if side else None for side in (old.left, old.right)]
    check_transition(draft.document, clips[0], clips[1], new.duration)
    check_overlaps(draft.document, track, [one for one in track.transitions if one is not old], new)
    changed = tuple(new if one is old else one for one in track.transitions)
    draft.set_tracks({t: track.evolve(transitions=changed)})


def remove_transition(draft: Draft, op: RemoveTransition) -> None:
    """``[A/\\B]`` → ``[A][B]``: the cut is plain again."""
    t, old = _find_transition(draft, op.transition)
    track = draft.document.tracks[t]
    draft.set_tracks({t: track.evolve(transitions=tuple(one for one in track.transitions if one is not old))})


def _find_transition(draft: Draft, transition_id: str) -> tuple[int, Transition]:
    """A transition and the number of its track, which must not be locked."""
    for t, track in enumerate(draft.document.tracks):
        for one in track.transitions:
            if one.id == transition_id:
                draft.require_unlocked(t)
                return t, one
    raise ClipGoneError(
        f"there is no transition {transition_id!r}", value=transition_id, hint="look at tl.transitions_df()"
    )
