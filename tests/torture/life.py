"""A life of edits, drawn from a seed: whoever lives it again makes the very same documents."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

from editing import make_media

from cutroom.edit import operations as ops
from cutroom.errors import EditError
from cutroom.schema import base
from cutroom.schema.clip import MediaSource, TitleSource
from cutroom.schema.document import Document
from cutroom.session import Session

MOST = 40
"""Clips, after which more goes than comes."""


def mark(document: Document) -> str:
    """What tells a document from every other."""
    return hashlib.sha256(document.model_dump_json().encode()).hexdigest()


class _Drawn(Random):
    """What is asked of `secrets`."""

    def token_bytes(self, number: int) -> bytes:
        return self.randbytes(number)


@contextlib.contextmanager
def drawn_ids(seed: str) -> Iterator[None]:
    """New ids come from a seed in the place of the system's random numbers."""
    before = base.secrets
    base.secrets = _Drawn(seed)  # type: ignore[assignment, attr-defined]
    try:
        yield
    finally:
        base.secrets = before  # type: ignore[attr-defined]


class Life:
    """One call after the other on a session: edits, blocks, cells that run again, undo, redo, saves."""

    def __init__(self, session: Session, seed: str) -> None:
        self.session = session
        self._draw = Random(seed)
        self._seed = seed
        self._calls = 0

    def call(self) -> None:
        """The next call; one that is refused changes nothing, and counts."""
        self._calls += 1
        kind = self._draw.choices(("edit", "block", "cell", "undo", "redo", "save"), (12, 3, 3, 3, 2, 1))[0]
        label = self._draw.choice("abc")
        with drawn_ids(f"{self._seed} {self._calls}"), contextlib.suppress(EditError):
            if kind == "edit":
                self._edit()
            elif kind in {"block", "cell"}:
                with self.session.edit(label, again=kind == "cell"):
                    for _ in range(self._draw.randint(1, 3)):
                        self._edit()
            elif kind == "undo":
                self.session.undo()
            elif kind == "redo":
                self.session.redo()
            elif self.session.path is not None:
                self.session.save()

    def _edit(self) -> None:
        self.session.apply(_operation(self._draw, self.session.document))


def _operation(draw: Random, document: Document) -> ops.Operation:
    if not document.media:
        return ops.AddMedia(media=make_media("m_a"))
    titles = [track.title for track in document.tracks]
    if len(titles) < 3:
        return ops.AddTrack(track="audio" if len(titles) == 2 else "video", title=f"{'VVA'[len(titles)]}{len(titles)}")
    clips = [clip.id for track in document.tracks for _, clip in track.clips()]
    verbs = _SHRINKING if len(clips) > MOST else _GROWING if not clips else (*_GROWING, *_CHANGING, *_SHRINKING)
    verb = draw.choice(verbs)
    moment, length = Fraction(draw.randrange(60), 4), Fraction(draw.randint(1, 12), 4)
    clip, track = draw.choice(clips or ["c_none"]), draw.choice(titles[:2])
    fields: dict[str, Any] = {"clip": clip}
    if verb in _GROWING:
        film = draw.random() < 0.8
        fields = {"track": track, "duration": length}
        fields["source"] = MediaSource(media=document.media[0].id) if film else TitleSource(text=f"{moment}")
        if film and draw.random() < 0.5:
            fields["sound_track"] = titles[2]
    more: dict[Any, dict[str, Any]] = {
        ops.Insert: {"at": moment}, ops.Overwrite: {"at": moment}, ops.Split: {"at": moment},
        ops.Move: {"to": moment}, ops.Delete: {"ripple": draw.random() < 0.5},
        ops.Trim: {"edge": draw.choice(["start", "end"]), "to": moment, "ripple": draw.random() < 0.5},
        ops.AddEffect: {"effect": "blur"}, ops.Retime: {"speed": Fraction(2), "duration": length},
        ops.Group: {"clips": tuple(draw.choices(clips or ["c_none"], k=3))},
        ops.AddMarker: {"time": moment, "title": "✂" * draw.randint(0, 400)},
        ops.Lift: {"spans": ((moment, moment + length),)}, ops.Extract: {"spans": ((moment, moment + length),)},
    }  # fmt: skip
    fields |= more.get(verb, {})
    return verb(**{name: value for name, value in fields.items() if name in verb.model_fields})


_GROWING = (ops.Append, ops.Insert, ops.Overwrite)
_CHANGING = (ops.Trim, ops.Split, ops.Move, ops.AddEffect, ops.Retime, ops.Reverse, ops.Group, ops.AddMarker)
_SHRINKING = (ops.Delete, ops.Lift, ops.Extract)
