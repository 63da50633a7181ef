"""What a notebook shows where no widget can run: a poster and a table of clips, in one self-contained piece of HTML."""

from __future__ import annotations

import base64
from html import escape

from cutroom.schema.clip import Clip, CompoundSource, TitleSource
from cutroom.schema.document import Document
from cutroom.schema.time import timecode

ROWS = 100
"""Clips in the table; a longer timeline is cut short, and says so."""

_POSTER = "max-width:480px;border-radius:6px"
_TABLE = "border-collapse:collapse;font-size:12px;font-variant-numeric:tabular-nums"
_CELL = "padding:2px 12px 2px 0;text-align:left;border-bottom:1px solid rgba(128,128,128,.3)"


def plain(document: Document) -> str:
    """One line of text."""
    settings = document.settings
    clips = sum(len(track.clips()) for track in document.tracks)
    length = timecode(document.duration, settings.fps)
    shape = f"{settings.width}x{settings.height} at {float(settings.fps):.5g} fps"
    return f"Timeline {length}, {shape}, {len(document.tracks)} tracks, {clips} clips"


def html(document: Document, poster: bytes | None) -> str:
    """The poster and the table, escaped, without a script or an address."""
    parts = ['<div style="font-family:system-ui,sans-serif;line-height:1.4">']
    if poster:
        data = base64.b64encode(poster).decode()
        parts.append(f'<img alt="poster" src="data:image/jpeg;base64,{data}" style="{_POSTER}">')
    parts.append(f'<p style="margin:6px 0;font-size:13px">{escape(plain(document))}</p>')
    rows, left_out = _rows(document)
    if rows:
        head = "".join(f'<th style="{_CELL}">{name}</th>' for name in ("track", "clip", "start", "end", "duration"))
        cells = ("".join(f'<td style="{_CELL}">{escape(cell)}</td>' for cell in row) for row in rows)
        body = "".join(f"<tr>{row}</tr>" for row in cells)
        parts.append(f'<table style="{_TABLE}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>')
    else:
        parts.append("<p>The timeline is empty: <code>tl.append(&quot;beach.mp4&quot;)</code> puts a clip on it.</p>")
    if left_out:
        parts.append(f"<p>… and {left_out} more clips; <code>tl.to_df()</code> has them all.</p>")
    return "".join([*parts, "</div>"])


def _rows(document: Document) -> tuple[list[tuple[str, ...]], int]:
    fps = document.settings.fps
    rows: list[tuple[str, ...]] = []
    for track in document.tracks:
        for start, clip in track.clips():
            times = (start, start + clip.duration, clip.duration)
            rows.append((track.title, _name(document, clip), *(timecode(time, fps) for time in times)))
    return rows[:ROWS], max(0, len(rows) - ROWS)


def _name(document: Document, clip: Clip) -> str:
    if isinstance(clip.source, TitleSource):
        return f"“{clip.source.text.splitlines()[0] if clip.source.text else ''}”"
    if isinstance(clip.source, CompoundSource):
        return document.compound(clip.source.compound).title
    return document.find_media(clip.source.media).path.rsplit("/", 1)[-1]
