"""Whatever is done to a file, a reader gives frames and samples or a typed error that names a remedy."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from cutroom.errors import MediaError
from cutroom.media.audio import AudioReader
from cutroom.media.probing import Probed, probe_file
from cutroom.media.strip import nearby_thumbnails
from cutroom.media.video import VideoReader

Make = Callable[..., Path]

KINDS = {
    "hurt.mp4": {"options": {"bf": "2", "g": "20"}, "sound_codec": "aac"},
    "hurt.mkv": {"options": {"bf": "2", "g": "20"}, "sound_codec": "libopus"},
    "hurt.ts": {"options": {"bf": "2", "g": "20"}, "sound_codec": "aac"},
    "hurt.avi": {"codec": "mpeg4", "options": {"g": "20"}, "sound_codec": "libmp3lame"},
    "hurt.webm": {"codec": "libvpx", "options": {"g": "20"}, "sound_codec": "libopus"},
}  # fmt: skip


def hurt(data: bytes, rng: random.Random) -> bytes:
    """Change bytes anywhere or near the beginning, take some out, or cut the rest off."""
    content = bytearray(data)
    match rng.randrange(4):
        case 0:
            for _ in range(rng.randrange(1, 60)):
                content[rng.randrange(len(content))] = rng.randrange(256)
        case 1:
            for _ in range(rng.randrange(1, 20)):
                content[rng.randrange(min(len(content), 3_000))] = rng.randrange(256)
        case 2:
            at = rng.randrange(len(content))
            del content[at : at + rng.randrange(5_000)]
        case _:
            del content[rng.randrange(len(content)) :]
    return bytes(content)


@pytest.mark.parametrize("name", KINDS)
def test_damage_ends_in_pictures_or_typed_errors(film: Make, make_tone: Callable[..., np.ndarray], name: str) -> None:
    whole = film(name, frames=60, sound=make_tone(2.4), **KINDS[name]).read_bytes()
    rng = random.Random(name)
    for _ in range(12):
        data = hurt(whole, rng)
        found = attempt(lambda: probe_file(io.BytesIO(data)))  # noqa: B023
        if not isinstance(found, Probed):
            continue
        times = [Fraction(rng.randrange(300), 100) for _ in range(4)]
        if found.video is not None:
            attempt(lambda: nearby_thumbnails(io.BytesIO(data), times, (32, 32)))  # noqa: B023
            with VideoReader(io.BytesIO(data), found.video) as pictures:
                for time in times:
                    attempt(lambda: pictures.frame_at(time))  # noqa: B023
        if found.audio is not None:
            with AudioReader(io.BytesIO(data), found.audio) as sound:
                for time in times:
                    attempt(lambda: sound.read(int(time * 48_000), 500, 48_000, 2))  # noqa: B023


def attempt(action: Callable[[], object]) -> object:
    """What the action gives; of its errors only typed ones with a remedy may come."""
    try:
        return action()
    except MediaError as error:
        if not error.hint:
            raise
        return None
