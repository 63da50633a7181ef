"""Progress, presets, settings."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from cutroom.errors import UnknownNameError
from cutroom.render.meter import Meter
from cutroom.render.presets import default_presets
from cutroom.schema.export import ExportSettings


def test_the_meter_counts_cached_finished_and_partly_encoded_frames() -> None:
    told: list[dict[str, Any]] = []
    now = [0.0]
    meter = Meter(told.append, clock=lambda: now[0])
    meter.stage("encode")
    meter.expect(400)
    meter.found(100)
    now[0] = 2.0
    meter.partly(1, 40)
    assert told[-1] == {"stage": "encode", "done": 140, "total": 400, "fps": 20.0, "eta": 13.0}
    now[0] = 4.0
    meter.finished(1, 60)
    assert told[-1] == {"stage": "encode", "done": 160, "total": 400, "fps": 15.0, "eta": 16.0}
    count = len(told)
    meter.partly(1, 1)
    assert len(told) == count, "not more often than ten times a second"
    meter.stage("mux")
    assert told[-1] == {"stage": "mux", "done": 161, "total": 400, "fps": None, "eta": None}


def test_presets_have_names_and_a_table() -> None:
    presets = default_presets()
    assert presets.get("h264").settings == ExportSettings()
    with pytest.raises(UnknownNameError, match="did you mean 'h264'"):
        presets.get("h265")
    table = presets.to_df()
    assert table["preset"].tolist() == [preset.preset for preset in presets] == ["h264", "h264-10bit"]
    assert {"description", "codec", "crf", "encoder_preset", "audio_bitrate"} <= set(table.columns)
    assert table.columns.is_unique


@pytest.mark.parametrize(
    "wrong", [{"crf": 52}, {"crf": float("nan")}, {"gop": 0}, {"encoder_preset": "x"}, {"x264": "dump-yuv=a"}]
)
def test_settings_take_only_what_is_declared(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ExportSettings(**wrong)


def test_settings_survive_json() -> None:
    settings = ExportSettings(crf=18.5, gop=Fraction(1001, 1000), threads=2)
    assert ExportSettings.model_validate_json(settings.model_dump_json()) == settings
    assert settings.gop_frames(Fraction(30000, 1001)) == 30
    assert ExportSettings(gop=Fraction(1, 1000)).gop_frames(Fraction(30)) == 1
