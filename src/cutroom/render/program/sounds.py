"""A timeline's sound as a graph: each clip from its first sample to its last, then all of them added up."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from cutroom.effects.nodes import Gain, Ramp, SoundNode, Swell
from cutroom.effects.segment import AudioInput, SoundClip, SoundSegment, Tape
from cutroom.errors import EditError, MediaNotFoundError
from cutroom.render.program.curves import expression, number
from cutroom.render.program.graph import Graph, Step
from cutroom.schema.curve import values_at

_CURVES = {"linear": "tri", "equal_power": "qsin"}
_SWELL_STEP = Fraction(1, 100)
"""Seconds from one value of a changing gain to the next; straight lines between them."""


def sound(graph: Graph, segment: SoundSegment, paths: Mapping[str, str]) -> str | None:
    """A stream of the segment's samples; None where nothing is heard.

    Raises:
        EditError: something that the ffmpeg program does not have.
        MediaNotFoundError: a file that is not known.
    """
    clips = [_clip(graph, clip, segment, paths) for clip in segment.clips]
    if not clips:
        return None
    mixed: list[Step] = []
    if len(clips) > 1:
        mixed.append(("amix", {"inputs": len(clips), "normalize": 0, "duration": "longest", "dropout_transition": 0}))
    mixed += [("apad", {"whole_len": segment.samples}), ("atrim", {"end_sample": segment.samples})]
    mixed += [("volume", {"volume": number(node.factor), "precision": "double"}) for node in segment.master]
    return graph.one(clips, *mixed)


def _clip(graph: Graph, clip: SoundClip, segment: SoundSegment, paths: Mapping[str, str]) -> str:
    rate = segment.sample_rate
    if isinstance(clip.input, Tape):
        told = ", ".join(dict.fromkeys(node.kind for node in clip.input.nodes)) or "another speed at the same pitch"
        raise EditError(
            f"the ffmpeg program gets no sound that remembers what came before: {told}",
            value=told,
            hint="switch that effect off for this command, or export with Cutroom",
        )
    if not isinstance(clip.input, AudioInput):
        raise EditError("the ffmpeg program gets no sound of compounds", hint="unnest the compound first")
    sha256 = clip.input.sha256
    if sha256 not in paths:
        raise MediaNotFoundError(f"no file is known for media {sha256[:12]}…", value=sha256, hint="put it back")
    if clip.bend or clip.pace <= 0:
        raise EditError("the ffmpeg program has no sound at this speed", hint="give the clip one speed, forwards")
    number_ = graph.input("-i", paths[sha256])
    layout = {1: "mono", 2: "stereo"}[segment.channels]
    form = {"sample_fmts": "fltp", "sample_rates": rate, "channel_layouts": layout}
    first = clip.first - clip.input.stream.start * rate
    steps: list[Step] = [("aresample", {"osr": rate, "filter_size": 64}), ("aformat", form)]
    steps.append(("asetpts", {"expr": "PTS-STARTPTS"}))
    if first < 0:
        steps.append(("adelay", {"delays": f"{-int(first)}S", "all": 1}))
    if clip.pace != 1:
        count = int(clip.samples * clip.pace) + rate
        steps.append(("atrim", {"start_sample": max(0, int(first)), "end_sample": max(0, int(first)) + count}))
        steps += [("asetrate", {"r": round(rate * clip.pace)}), ("aresample", {"osr": rate})]
        steps.append(("asetpts", {"expr": "PTS-STARTPTS"}))
        start = 0
    else:
        start = max(0, int(first))
    steps.append(("atrim", {"start_sample": start, "end_sample": start + clip.samples}))
    steps.append(("asetpts", {"expr": "PTS-STARTPTS"}))
    steps.append(("apad", {"whole_len": clip.samples}))
    for node in clip.nodes:
        steps += _node(node, clip, rate)
    if any(gain != 1 for gain in clip.gains):
        pan = "|".join(f"c{i}={number(gain)}*c{i}" for i, gain in enumerate(clip.gains))
        steps.append(("pan", {"args": f"{layout}|{pan}"}))
    if clip.at:
        steps.append(("adelay", {"delays": f"{clip.at}S", "all": 1}))
    return graph.one([f"{number_}:{clip.input.stream.index}"], *steps)


def _node(node: SoundNode, clip: SoundClip, rate: int) -> list[Step]:
    if isinstance(node, Gain):
        return [("volume", {"volume": number(node.factor), "precision": "double"})]
    if isinstance(node, Ramp):
        return _fade(node, clip)
    if isinstance(node, Swell):
        count = int(Fraction(clip.samples, rate) / _SWELL_STEP) + 2
        levels = values_at(node.db, Fraction(0), _SWELL_STEP, count).clip(node.low, node.high)
        told = expression(list(10 ** (levels / 20)), f"(t*{1 / _SWELL_STEP})", 1e-4)
        return [("volume", {"volume": told, "eval": "frame", "precision": "double"})]
    raise EditError(
        f"the ffmpeg program has nothing for {node.kind}",
        value=node.kind,
        hint="switch that effect off for this command, or export with Cutroom",
    )


def _fade(node: Ramp, clip: SoundClip) -> list[Step]:
    """`afade` begins at a sample of the stream; a fade that began before it is given the silence it began in."""
    direction = "in" if node.rising else "out"
    lead = max(0, -node.start)
    options = {
        "type": direction,
        "start_sample": node.start + lead,
        "nb_samples": node.samples,
        "curve": _CURVES[node.curve],
    }
    steps: list[Step] = [("afade", options)]
    if lead:
        shifted = {"delays": f"{lead}S", "all": 1}
        cut = {"start_sample": lead, "end_sample": lead + clip.samples}
        steps = [("adelay", shifted), *steps, ("atrim", cut), ("asetpts", {"expr": "PTS-STARTPTS"})]
    return steps
