"""Packets that go into a decoder, and those that can be had again."""

from __future__ import annotations

from fractions import Fraction

import av
import pytest

from cutroom.media import supply as module
from cutroom.media.supply import Supply, Taken, VideoPacket


def packets(keys: str, size: int = 100) -> list[VideoPacket]:
    made = []
    for number, letter in enumerate(keys):
        packet: VideoPacket = av.Packet(size)  # type: ignore[assignment]
        packet.pts, packet.is_keyframe = number, letter == "K"
        made.append(packet)
    return made


def fed(supply: Supply, count: int) -> None:
    keys = 0
    for number in range(1, count + 1):
        packet = next(iter(supply))
        keys += packet.is_keyframe
        assert packet.pts is not None
        supply.keep(Taken(packet, number, keys, Fraction(packet.pts)))


def numbers(supply: Supply) -> list[int | None]:
    return [packet.pts for packet in supply]


def test_it_goes_back_to_a_keyframe_and_leaves_one_packet_out() -> None:
    made = packets("KppKppKp")
    supply = Supply(iter(made))
    fed(supply, 6)
    key = supply.key(lambda one: one.place is not None and one.place > 1)
    assert key is not None
    assert key.packet is made[3]
    supply.begin_again(key, made[4])
    assert numbers(supply) == [3, 5, 6, 7]


def test_what_is_out_cannot_be_had_again() -> None:
    supply = Supply(iter(packets("KppKppKp")))
    fed(supply, 5)
    supply.drop(lambda key: key.number <= 4)
    assert supply.key(lambda key: True) is None
    supply.begin_again(None, None)
    assert numbers(supply) == [5, 6, 7]


def test_it_looks_ahead_as_far_as_a_keyframe_which_stays() -> None:
    supply = Supply(iter(packets("KppKp")))
    fed(supply, 1)
    assert [packet.pts for packet in supply.up_to_key()] == [1, 2, 3]
    assert [packet.pts for packet in supply.up_to_key()] == [3]
    assert numbers(supply) == [3, 4]


def test_what_is_kept_has_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BUDGET", 1000)
    supply = Supply(iter(packets("KpKp" * 10)))
    fed(supply, 40)
    key = supply.key(lambda one: True)
    assert key is not None
    supply.begin_again(key, None)
    assert numbers(supply) == list(range(30, 40))


def test_going_back_often_is_no_burden() -> None:
    made = packets("K" * 50_000, 1)
    supply, count = Supply(iter(made)), 0
    for packet in supply:
        supply.keep(Taken(packet, 1, 1, None))
        supply.begin_again(supply.key(lambda key: True), packet)
        count += 1
    assert count == len(made)
