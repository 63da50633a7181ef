"""Progress, presets, settings."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from cutroom.errors import CutroomError, UnknownNameError
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
    assert (
        table["preset"].tolist()
        == [preset.preset for preset in presets]
        == [
            *("h264", "h264-10bit", "h264-1080p", "hevc-1080p", "av1-1080p", "vp9-webm", "prores-422-hq", "preview"),
            *("wav", "mp3"),
        ]
    )
    assert {"description", "codec", "container", "crf", "encoder_preset", "audio_bitrate"} <= set(table.columns)
    rows = table.set_index("preset")
    assert rows.loc["preview", "max_size"] == "640x360"
    assert rows["crf"].isna().tolist() == (rows["codec"].isin(["prores", "none"])).tolist()
    assert rows.loc["mp3", "audio_bitrate"] == 192_000
    assert rows["audio_bitrate"].isna().sum() == 2
    assert table.columns.is_unique


@pytest.mark.parametrize(
    "wrong", [{"crf": 52}, {"crf": float("nan")}, {"gop": 0}, {"encoder_preset": "x"}, {"x264": "dump-yuv=a"}]
)
def test_settings_take_only_what_is_declared(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ExportSettings(**wrong)


@pytest.mark.parametrize(
    ("wrong", "said", "hint"),
    [
        ({"codec": "vp9", "container": "mov"}, "QuickTime cannot hold VP9", "'webm' or 'mp4'"),
        ({"codec": "prores", "crf": 20}, "there is no crf in ProRes", "leave crf out"),
        ({"codec": "vp9", "pixel_format": "yuv420p10le"}, "VP9 is not encoded in yuv420p10le", "'yuv420p'"),
        ({"codec": "none", "audio_codec": "none"}, "without picture and sound", "choose a codec"),
        ({"crf": 60}, "crf of H.264 takes a number from 0 to 51, not 60", "20"),
        ({"codec": "none", "audio_codec": "mp3", "audio_bitrate": 130_000}, "no 130000", "128000"),
        ({"codec": "none", "audio_codec": "pcm_s16le", "audio_bitrate": 9}, "no audio_bitrate in PCM", "leave"),
        ({"codec": "vp9", "subtitles": "soft"}, "not into WebM", "export_subtitles"),
        ({"codec": "none", "max_fps": 30}, "no max_fps without a picture", "leave"),
        ({"max_size": (0, 100)}, "not a size", "width, height"),
        ({"codec": "av1", "crf": None}, "AV1 needs crf", "30"),
    ],
)
def test_settings_that_do_not_go_together_say_so(wrong: dict[str, Any], said: str, hint: str) -> None:
    with pytest.raises(CutroomError, match=said) as caught:
        ExportSettings.checked(**wrong)
    assert hint in (caught.value.hint or "")
    with pytest.raises(ValidationError, match=said):
        ExportSettings(**wrong)


def test_what_is_not_chosen_is_what_is_usual_for_the_codec() -> None:
    assert ExportSettings(codec="av1", container="webm").audio_codec == "opus"
    assert ExportSettings(codec="none", container="wav").audio_codec == "pcm_s16le"
    assert ExportSettings(audio_codec="pcm_s16le").container == "mov"
    assert ExportSettings(codec="hevc", audio_codec="none").audio_bitrate is None
    for preset in default_presets():
        assert type(preset.settings).model_validate_json(preset.settings.model_dump_json()) == preset.settings


def test_settings_survive_json() -> None:
    settings = ExportSettings(crf=18.5, gop=Fraction(1001, 1000), threads=2)
    assert ExportSettings.model_validate_json(settings.model_dump_json()) == settings
    assert settings.gop_frames(Fraction(30000, 1001)) == 30
    assert ExportSettings(gop=Fraction(1, 1000)).gop_frames(Fraction(30)) == 1
