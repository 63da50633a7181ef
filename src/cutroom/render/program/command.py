"""The argument vector of the ffmpeg program that makes the same film."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType

from cutroom.effects.analysis import Results
from cutroom.effects.compiler.document import Pictures, frame_count
from cutroom.effects.compiler.sound import Sounds
from cutroom.effects.registry import Registry
from cutroom.errors import EditError
from cutroom.render.codecs import picture_codec, sound_codec
from cutroom.render.codecs.kinds import PictureFormat
from cutroom.render.plan import loudness_of
from cutroom.render.planned import Mix, mastering
from cutroom.render.program.graph import LONGEST, Graph
from cutroom.render.program.layers import Canvas
from cutroom.render.program.shots import Shots
from cutroom.render.program.sounds import sound
from cutroom.render.program.timeline import Timeline
from cutroom.render.shape import Shape, heard_at, shape_of
from cutroom.render.soft import SoftTrack, soft_tracks, without_subtitles
from cutroom.schema.document import Document
from cutroom.schema.export import ExportSettings
from cutroom.schema.time import to_sample

_TAGS = ("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv")
_OF_LOOKS = {
    "preset": "-preset",
    "crf": "-crf",
    "b": "-b:v",
    "deadline": "-deadline",
    "cpu-used": "-cpu-used",
    "profile": "-profile:v",
}
"""Options of encoders that change how the film looks, as the program calls them."""
HELD = 1_000_000_000
"""Bytes of pictures that the program may hold so that it ends for sure; see `Graph.stream`. Of a film with more it may,
seldom, have to be started again."""
_UNSEEN = "\u2060"
_TAG = re.compile(r"(<(?=[A-Za-z/])|\{(?=\\|[A-Za-z]:)|\\(?=[Nnh]))")
"""Where the program begins to read a tag, or an end of a line."""


def ffmpeg_command(
    document: Document,
    paths: Mapping[str, str],
    output: str | os.PathLike[str],
    settings: ExportSettings,
    registry: Registry | None = None,
    *,
    results: Results | None = MappingProxyType({}),
) -> list[str]:
    """The equivalent command of the ffmpeg program (version 8 or later), for reading and for checking.

    Every clip is an input of its own, every track a layer, every title a picture within the command. The program
    resamples, scales and blends with its own code, so its film is the same to the eye and to a measure (45 dB; 42
    where a chroma key meets hard, saturated edges, and for effects on a layer with soft ones), not byte for byte. It
    knows no cache and no segments.

    Args:
        document: the project.
        paths: absolute path of each media file, by the SHA-256 of its content.
        output: the file that the command writes; it replaces an existing one.
        settings: of the export.
        registry: the effects; None: the built-in ones.
        results: what was measured; see `plan.wanted`.

    Raises:
        AnalysisNeededError: something must be measured first.
        EditError: something that the program does not have; names it. Or the command is too long for a system.
        MediaNotFoundError: a file that is not known.
        HandlesError, UnknownNameError, ValidationError: as an export would raise.

    Example:
        >>> ffmpeg_command(document, paths, "out.mp4", ExportSettings())  # doctest: +SKIP
        ['ffmpeg', '-i', 'beach.mp4', '-filter_complex', …, 'out.mp4']
    """
    project = document.settings
    frames = frame_count(document)
    if not frames:
        raise EditError("the timeline is empty", value=document.id, hint="append a clip first")
    tracks = sum(track.kind != "audio" for track in document.tracks)
    graph = Graph(second_ends=frames * tracks * project.width * project.height * 3 // 2 <= HELD)
    shape, size = Shape(project.width, project.height, project.fps, 1), None
    has_picture = any(track.kind != "audio" and (track.items or track.cues) for track in document.tracks)
    has_picture = has_picture and settings.codec != "none"
    if has_picture:
        shape = shape_of(document, settings)
        size = (shape.width, shape.height)
    document = heard_at(document, settings)
    canvas = Canvas(shape.width, shape.height, project.fps, settings.depth)
    media = {found.fingerprint.sha256: found for found in document.media}
    shots = Shots(graph, canvas, paths, media)
    maps: list[str] = []
    told: tuple[SoftTrack, ...] = ()
    if settings.subtitles == "soft":
        told = soft_tracks(document, (Fraction(0), frames / project.fps), settings.subtitle_language)
    if settings.subtitles != "burn":
        document = without_subtitles(document, inside=settings.subtitles == "none")
    if has_picture:
        pictures = Pictures(document, registry, size=size, depth=settings.depth, results=results)
        label = Timeline(graph, canvas, shots).picture(pictures, frames)
        if shape.step > 1:
            label = graph.one([label], ("select", {"expr": f"not(mod(n,{shape.step}))"}))
        maps += ["-map", f"[{label}]", *_picture_options(settings, shape)]
    samples = to_sample(Fraction(frames) / project.fps, document.settings.sample_rate)
    found = None if settings.loudness is None else loudness_of(document, (0, frames), registry, results)
    master = () if found is None or settings.loudness is None else mastering(found, settings.loudness)
    content = Mix(Sounds(document, registry, results=results), (0, samples), master).compile(0, samples)
    heard = sound(graph, content, paths) if settings.audio_codec != "none" else None
    if heard is not None:
        maps += ["-map", f"[{heard}]", *_sound_options(settings)]
    for i, track in enumerate(told):
        number_ = graph.input("-f", "srt", "-i", "data:text/plain;base64," + base64.b64encode(_srt(track)).decode())
        maps += ["-map", f"{number_}:s", f"-metadata:s:s:{i}", f"language={track.language}"]
    maps += ["-c:s", "mov_text"] if told else []
    inputs = [argument for arguments in graph.inputs for argument in arguments]
    return [
        "ffmpeg",
        "-y",
        *inputs,
        "-filter_complex",
        _argument(graph.text),
        *maps,
        *("-f", settings.container),
        os.fspath(output),
    ]


def _argument(text: str) -> str:
    """The graph, where it is no longer than what a system hands on to a program.

    Raises:
        EditError: it is longer.
    """
    if (size := len(text.encode())) > LONGEST:
        raise EditError(
            f"the filter graph of this timeline has {size:,} bytes, more than the {LONGEST:,} that one argument of a "
            "command takes",
            value=size,
            hint="animate a shorter stretch, or put fewer clips into one command; or export with Cutroom",
        )
    return text


def _srt(track: SoftTrack) -> bytes:
    """Subtitles as a text file. The program has no way to write what looks like a tag: a letter that is not seen parts
    it, and stands on empty lines, which would end a text."""
    told = []
    for i, (start, end, text) in enumerate(track.told, start=1):
        first, last = (
            f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02},{ms % 1000:03}" for ms in (start, end)
        )
        lines = (_TAG.sub(rf"\1{_UNSEEN}", line) or _UNSEEN for line in text.split("\n"))
        told.append(f"{i}\n{first} --> {last}\n" + "\n".join(lines) + "\n")
    return "\n".join(told).encode()


def _picture_options(settings: ExportSettings, shape: Shape) -> list[str]:
    """What the program is told of the encoder: the settings that show, without what only makes segments join."""
    codec = picture_codec(settings)
    picture = PictureFormat(shape.fps, shape.width, shape.height)
    options = ["-c:v", codec.encoder]
    for name, value in codec.options(settings, picture).items():
        if name in _OF_LOOKS:
            options += [_OF_LOOKS[name], value]
    if settings.container in codec.tags:
        options += ["-tag:v", codec.tags[settings.container]]
    rate = f"{shape.fps.numerator}/{shape.fps.denominator}"
    gop = str(settings.gop_frames(shape.fps))
    return [*options, "-g", gop, "-pix_fmt", str(settings.pixel_format), "-r", rate, *_TAGS]


def _sound_options(settings: ExportSettings) -> list[str]:
    rate = [] if settings.audio_bitrate is None else ["-b:a", str(settings.audio_bitrate)]
    return ["-c:a", sound_codec(settings).encoder, *rate]
