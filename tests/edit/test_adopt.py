"""What a project takes over from its first media."""

from __future__ import annotations

import pytest
from editing import make_media

from cutroom.edit.adopt import adopt
from cutroom.schema.document import Document, ProjectSettings


@pytest.mark.parametrize(
    ("found", "taken"),
    [(8_000, 48_000), (16_000, 48_000), (32_000, 48_000), (44_100, 44_100), (96_000, 96_000), (384_000, 192_000)],
)
def test_a_first_sound_of_few_samples_does_not_decide(found: int, taken: int) -> None:
    media = make_media("m_a")
    assert media.audio is not None
    media = media.replace(audio=media.audio.replace(sample_rate=found))
    document = Document(id="d_1", settings=ProjectSettings(adopt=("sample_rate",)))
    settings, note = adopt(document, media)
    assert (settings.sample_rate, settings.adopt, note) == (taken, (), "")
