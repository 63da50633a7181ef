"""Timelines and subtitles of other programs: OTIO, EDL, Final Cut's XML, MLT, SRT, WebVTT and ASS.

`formats` reads and writes text; `to_otio` and `from_otio` stand between every format and the document; `bring_in` makes
operations of what was read. Nothing here opens a media: who calls says which media a reference means. Every read and
write tells in a `Report` what could not be carried.
"""
