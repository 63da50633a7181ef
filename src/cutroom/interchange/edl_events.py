"""The events of a CMX 3600 list, line by line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction

from cutroom.errors import InterchangeError, TimeError
from cutroom.interchange.report import Loss
from cutroom.schema.time import DROP_RATES, parse_time

_TC = r"(\d{1,3}:\d\d:\d\d[:;.]\d{2,3})"
_EVENT = re.compile(
    rf"(\d{{1,12}})\s+(\S+)\s+(\S+)\s+(C|D|W\d{{0,6}}|K[BO]?)\s+(?:(\d{{1,6}})\s+)?{_TC}\s+{_TC}\s+{_TC}\s+{_TC}\b.*"
)
_SPEED = re.compile(rf"M2\s+(?:(\S{{1,40}})\s+)?(-?\d{{1,9}}(?:\.\d{{0,15}})?)\s+{_TC}")
_LOCATOR = re.compile(rf"LOC:?\s+{_TC}\s*(\w*)[ \t]*(.*)")
_SAID = re.compile(r"(FROM CLIP NAME|TO CLIP NAME|(?:FROM|TO) (?:CLIP|FILE)|KEY CLIP NAME|SOURCE FILE):?\s*(.*)")
_CHANNEL = re.compile(r"V\d*|A\d*")
_IGNORED = re.compile(
    r"BLEND, ?DISSOLVE|EFFECTS NAME IS .*DISSOLVE|\* ?FREEZE FRAME|TITLE:.*|FREEZE FRAME", re.IGNORECASE
)
BLACK = {"BL", "BLACK", "BLK"}
HINT = "is it a CMX 3600 list, and is fps=... its rate?"


@dataclass
class Event:
    """One edit; times in seconds."""

    line: int
    number: str
    reel: str
    channels: tuple[str, ...]
    kind: str
    length: int
    """Frames of its dissolve or wipe."""
    source: tuple[Fraction, Fraction]
    record: tuple[Fraction, Fraction]
    said: dict[str, str] = field(default_factory=dict)
    speeds: dict[str, Fraction] = field(default_factory=dict)
    """Frames a second of M2, by reel."""


@dataclass
class Events:
    """What a list says."""

    rate: Fraction
    events: list[Event] = field(default_factory=list)
    markers: list[tuple[Fraction, str]] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    drop: bool = False

    def take(self, number: int, line: str) -> None:
        """Read one line.

        Raises:
            InterchangeError: it begins like an event and is none; names the line.
        """
        bare = line.removeprefix("*").strip()
        if line[0].isdigit():
            self._event(number, line)
        elif line.startswith("FCM"):
            self.drop = "NON" not in line.upper() and self.rate in DROP_RATES
        elif found := _SPEED.match(bare):
            if self.events:
                self.events[-1].speeds[found[1] or ""] = Fraction(found[2])
        elif found := _LOCATOR.match(bare):
            try:
                self.markers.append((self.time(found[1], number), found[3].strip()))
            except InterchangeError:
                self._lose("marker", number, f"left out: no timecode at {float(self.rate):g} fps: {found[1]}")
        elif bare.startswith("AUD") and self.events:
            event = self.events[-1]
            event.channels += tuple(f"A{one}" for one in re.findall(r"\b\d{1,2}\b", bare))
        elif (found := _SAID.match(bare)) and self.events:
            self.events[-1].said[found[1].replace("FILE", "CLIP") if "SOURCE" not in found[1] else found[1]] = found[2]
            if found[1] in {"SOURCE FILE", "KEY CLIP NAME"}:
                self._lose("comment", number, f"left out: {bare[:100]}")
        elif bare.startswith("ASC_"):
            self._lose("colour decision (CDL)", number, "left out")
        elif bare and not _IGNORED.fullmatch(bare):
            self._lose("comment", number, f"left out: {bare[:100]}")

    def _lose(self, what: str, number: int, why: str) -> None:
        self.losses.append(Loss(what=what, where=f"line {number}", why=why))

    def _event(self, number: int, line: str) -> None:
        found = _EVENT.fullmatch(line)
        if found is None:
            raise InterchangeError(f"line {number} is no event: {line[:60]}", value=number, hint=HINT)
        moments = [self.time(found[i], number) for i in range(6, 10)]
        source, record = (moments[0], moments[1]), (moments[2], moments[3])
        if record[1] < record[0]:
            raise InterchangeError(f"line {number} ends before it begins", value=number, hint=HINT)
        channels = _channels(found[3])
        if not channels:
            self._lose(f"channel {found[3]}", number, "left out: neither picture nor sound")
        kind = found[4][0]
        if kind == "K":
            self._lose("key", number, "became a cut: its background is left out")
        length = int(found[5] or 0) if kind in "DW" else 0
        if kind in "DW" and not 0 < length <= round((record[1] - record[0]) * self.rate):
            if length:
                self._lose("transition", number, f"left out: {length} frames do not fit into its event")
            kind, length = "C", 0
        self.events.append(Event(number, found[1], found[2], channels, kind, length, source, record))

    def time(self, text: str, number: int) -> Fraction:
        """Seconds of a timecode.

        Raises:
            InterchangeError: none at this rate; names the line.
        """
        plain = text.replace(";", ":").replace(".", ":")
        drop = self.rate in DROP_RATES and (self.drop or ";" in text or "." in text)
        head, _, frames = plain.rpartition(":")
        try:
            return parse_time(f"{head}{';' if drop else ':'}{frames}", rate=self.rate)
        except TimeError as error:
            what = f"line {number}: {error.message}"
            raise InterchangeError(what, value=text, hint=HINT) from None


def _channels(text: str) -> tuple[str, ...]:
    """The tracks that a channel names: AA/V is V, A1 and A2, B is V and A1."""
    found: list[str] = []
    for one in _CHANNEL.findall(text.upper().replace("B", "V/A")) if not text.upper().startswith("NONE") else ():
        sound = "A2" if "A1" in found else "A1"
        found.append({"A": sound, "V1": "V"}.get(one, one))
    return tuple(dict.fromkeys(found))
