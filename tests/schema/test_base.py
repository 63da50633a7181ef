"""What every value of the document shares."""

from __future__ import annotations

import cutroom as cr
from cutroom.interchange.report import Report
from cutroom.schema.clip import TitleStyle


def test_only_ours_is_listed() -> None:
    listed = {name for name in dir(Report(format="srt", verb="read")) if not name.startswith("_")}
    assert listed == {"format", "verb", "losses", "complete", "joined", "to_df", "checked", "replace", "evolve"}
    style = {name for name in dir(TitleStyle()) if not name.startswith("_")}
    assert style == {*TitleStyle.model_fields, "checked", "replace", "evolve"}
    clip = cr.Project.create(fps=25, size=(160, 90)).timeline.add_title("Hi", at=0, duration=2)
    assert {"duration", "effects"} <= set(dir(clip.value))
    assert "__class__" in dir(clip.value)
