"""Questions about a clip are answered for what it shows, in the time of its media."""

from __future__ import annotations

from pathlib import Path

import pytest

import cutroom as cr
from cutroom.errors import TimeError


def test_a_clip_is_asked_about_what_it_shows(tmp_path: Path, film) -> None:
    whole_scenes, whole_silences = cr.scenes(film.path), cr.silences(film.path, -35)
    assert len(whole_scenes) > 1
    cut = whole_scenes.starts[1]
    start, end = cut - 1, cut + 1
    with cr.Project.create(tmp_path / "trip.tlp") as project:
        clip = project.timeline.append(film.path, source=(start, end))
        start, end = clip.source
        assert start > 0
        found = cr.scenes(clip)
        assert found.starts == (start, cut)
        assert found.ends == (cut, end)
        assert found.within == ((start, end),)
        quiet = cr.silences(clip, -35, min_duration=0)
        assert quiet.within == ((start, end),)
        assert all(start <= span.start < span.end <= end for span in quiet)
        loud = cr.silences(clip, 0)  # everything is below full scale
        assert (loud.starts, loud.ends) == ((start,), (end,))
        assert len(cr.scenes(clip, span=(start, cut))) == 1
        with pytest.raises(TimeError, match="no sound"):
            cr.silences(clip, span=(10_000, 10_001))
    assert len(whole_silences.within or ()) == 1
