"""The look that FFmpeg's encoder of MP4's own subtitles writes beside the texts: white, below."""

from __future__ import annotations

_FIELDS = {
    "Name": "Default",
    "Fontname": "Arial",
    "Fontsize": 16,
    "PrimaryColour": "&Hffffff",
    "SecondaryColour": "&Hffffff",
    "OutlineColour": "&H0",
    "BackColour": "&H0",
    "Bold": 0,
    "Italic": 0,
    "Underline": 0,
    "StrikeOut": 0,
    "ScaleX": 100,
    "ScaleY": 100,
    "Spacing": 0,
    "Angle": 0,
    "BorderStyle": 1,
    "Outline": 1,
    "Shadow": 0,
    "Alignment": 2,
    "MarginL": 10,
    "MarginR": 10,
    "MarginV": 10,
    "Encoding": 1,
}
HEADER = "\r\n".join(
    [
        *("[Script Info]", "ScriptType: v4.00+", "PlayResX: 384", "PlayResY: 288", "", "[V4+ Styles]"),
        f"Format: {', '.join(_FIELDS)}",
        f"Style: {','.join(map(str, _FIELDS.values()))}",
        *("", "[Events]", "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text", ""),
    ]
).encode()
