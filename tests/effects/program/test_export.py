"""What a command of the ffmpeg program writes: subtitles beside the picture, and how deep that is."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
from ffmpeg_program import compare, run

from cutroom.render.program.command import ffmpeg_command
from cutroom.schema.cue import Cue
from cutroom.schema.export import ExportSettings


def test_soft_subtitles_are_told_to_the_letter(studio, moving, tmp_path):
    texts = ["<b>loud</b> & <soft> -->", "two\n\nlines", "{i} {\\an8} {Y:i}", r"1 < 2 \N"]
    cues = tuple(
        Cue(id=f"q_{i}", start=Fraction(i, 4), end=Fraction(i + 1, 4), text=text) for i, text in enumerate(texts)
    )
    words = studio.track(kind="subtitle").evolve(cues=cues)
    document = studio.document(studio.track(studio.clip(moving, 1)), words)
    output = tmp_path / "out.mp4"
    run(ffmpeg_command(document, studio.paths, output, ExportSettings(subtitles="soft", subtitle_language="eng")))
    with av.open(str(output)) as container:
        stream = container.streams.subtitles[0]
        packets = [bytes(packet) for packet in container.demux(stream) if packet.size > 2]
        assert stream.language == "eng"
    told = [packet[2 : 2 + int.from_bytes(packet[:2], "big")].decode() for packet in packets]
    assert [text.replace("\u2060", "") for text in told] == texts
    assert "{i}" in told[2]
    assert "1 < 2" in told[3]


def test_ten_bits_all_the_way(studio, tmp_path):
    rows, columns = np.mgrid[0:180, 0:320].astype(float)
    values = [400 + 200 * np.sin((columns + rows) / 40), *[512 + 90 * np.cos(columns[::2, ::2] / 50)] * 2]
    film = studio.film([np.rint(p).astype("<u2") for p in values], frames=12, format="yuv420p10le")
    small = studio.effect("transform", scale=0.6, position_x=0.1)
    a, b = studio.clip(film, "1/5", "1/10"), studio.clip(film, "1/5", "1/10", effects=[small])
    track = studio.track(a, b, transitions=[studio.dissolve(a, b, "1/10")])
    settings = ExportSettings(pixel_format="yuv420p10le")
    document = studio.document(track)
    compare(studio, document, tmp_path, settings=settings)

    output = tmp_path / "out.mp4"
    run(ffmpeg_command(document, studio.paths, output, settings))
    with av.open(str(output)) as container:
        frames = [frame.to_ndarray() for frame in container.decode(video=0)]
        assert container.streams.video[0].codec_context.profile == "High 10"
    assert len(frames) == 12
    assert len(np.unique(frames[0][:180] % 4)) == 4  # not 8 bits made longer
