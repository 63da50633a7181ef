"""Which picture and sound are one take."""

from __future__ import annotations

import pytest
from documents import F
from opentimelineio import opentime, schema

from cutroom.interchange.moments import to_range
from cutroom.interchange.pairs import link_pairs
from cutroom.interchange.read_items import LINK

FPS = F(30000, 1001)
SAMPLE = F(1, 96_000)


def track(kind: str, *parts: tuple[F, F | None]) -> schema.Track:
    """Lengths with the in point of a clip, None for a gap."""
    made = schema.Track(kind=kind)
    for length, start in parts:
        window = to_range(start or F(0), length, FPS)
        reference = schema.ExternalReference(target_url="a.mov")
        clip = schema.Clip(source_range=window, media_reference=reference)
        made.append(schema.Gap(source_range=window) if start is None else clip)
    return made


def linked(*tracks: schema.Track) -> list[list[str]]:
    stack = schema.Stack(children=list(tracks))
    link_pairs(stack, FPS)
    return [[child.metadata.get(LINK, "") for child in one] for one in stack]


@pytest.mark.parametrize("slip", [F(0), SAMPLE, -SAMPLE])
@pytest.mark.parametrize("start", [1001 * i * SAMPLE + 7 * SAMPLE for i in range(0, 4000, 371)])
def test_a_sound_is_linked_when_it_is_in_step_to_the_sample(start: F, slip: F) -> None:
    picture = track("Video", (start, None), (F(2), F(5)))
    sound = track("Audio", (start / 3, None), (start / 3, None), (start / 3 + slip, None), (F(2), F(5)))
    (_, seen), (*_, heard) = linked(picture, sound)
    assert bool(heard) == (slip == 0)
    assert heard == seen


@pytest.mark.parametrize("slip", [F(0), SAMPLE])
def test_in_points_agree_to_the_sample(slip: F) -> None:
    (seen,), (heard,) = linked(track("Video", (F(2), F(5))), track("Audio", (F(2), F(5) + slip)))
    assert (bool(seen), bool(heard)) == (slip == 0, slip == 0)


def test_of_each_track_one_clip_is_linked_and_none_of_no_length() -> None:
    sounds = track("Audio", (F(0), F(5)), (F(0), F(5)), (F(2), F(5)))
    (nothing, seen), first, second = linked(
        track("Video", (F(0), F(5)), (F(2), F(5))), sounds, track("Audio", (F(2), F(5)))
    )
    assert first == ["", "", seen]
    assert (nothing, second) == ("", [seen])
    assert seen


def test_times_of_other_rates_mean_the_same() -> None:
    sound = track("Audio", (F(2), F(5)))
    sound[0].source_range = opentime.TimeRange(
        opentime.RationalTime(240_000, 48_000), opentime.RationalTime(96_000, 48_000)
    )
    (seen,), (heard,) = linked(track("Video", (F(2), F(5))), sound)
    assert seen
    assert seen == heard
