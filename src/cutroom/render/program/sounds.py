"""A timeline's sound as a graph: each clip from its first sample to its last, then all of them added up."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

from cutroom.effects.nodes import Echo, Gain, Pan, Ramp, SoundFilter, SoundNode, Swell, Width
from cutroom.effects.segment import AudioInput, SoundClip, SoundSegment, Tape
from cutroom.errors import EditError, MediaNotFoundError
from cutroom.render.program.curves import expression, number
from cutroom.render.program.graph import Graph, Step
from cutroom.schema.curve import values_at

_CURVES = {"linear": "tri", "equal_power": "qsin"}
_LAYOUTS = {1: "mono", 2: "stereo"}
_NAMES = {"duck": "ducking", "limit": "limiter", "shift": "change of pitch"}
_SILENT = 3e-5
_LONGEST_ECHO = 90
"""Seconds."""
_MOST_ECHOES = 200
_SWELL_STEP = Fraction(1, 100)
"""Seconds from one value of a changing gain to the next; straight lines between them."""


def sound(graph: Graph, segment: SoundSegment, paths: Mapping[str, str]) -> str | None:
    """A stream of the segment's samples; None where nothing is heard.

    Raises:
        EditError: something that the ffmpeg program does not have.
        MediaNotFoundError: a file that is not known.
    """
    return _summed(graph, segment, paths) if segment.clips else None


def _summed(graph: Graph, segment: SoundSegment, paths: Mapping[str, str]) -> str:
    """Its clips, added up."""
    rate, layout = segment.sample_rate, _LAYOUTS[segment.channels]
    clips = [_clip(graph, clip, segment, paths) for clip in segment.clips]
    if not clips:
        clips = [graph.one([], ("anullsrc", {"sample_rate": rate, "channel_layout": layout}))]
    mixed: list[Step] = []
    if len(clips) > 1:
        mixed.append(("amix", {"inputs": len(clips), "normalize": 0, "duration": "longest", "dropout_transition": 0}))
    mixed += [("apad", {"whole_len": segment.samples}), ("atrim", {"end_sample": segment.samples})]
    mixed += [("volume", {"volume": number(node.factor), "precision": "double"}) for node in segment.master]
    return graph.one(clips, *mixed)


def _taped(graph: Graph, tape: Tape, paths: Mapping[str, str]) -> str:
    """A clip's sound from its first audible sample on, through its nodes."""
    if tape.keep_pitch:
        raise EditError(
            "the ffmpeg program stretches sound in another way",
            hint="let the clip's pitch follow its speed for this command, or export with Cutroom",
        )
    source = tape.source
    steps = [step for node in tape.nodes for step in node_steps(node, source.samples, source)]
    return graph.one([_summed(graph, source, paths)], *steps)


def _clip(graph: Graph, clip: SoundClip, segment: SoundSegment, paths: Mapping[str, str]) -> str:
    rate = segment.sample_rate
    if clip.bend or clip.pace <= 0:
        raise EditError("the ffmpeg program has no sound at this speed", hint="give the clip one speed, forwards")
    form = {"sample_fmts": "fltp", "sample_rates": rate, "channel_layouts": _LAYOUTS[segment.channels]}
    first, steps = clip.first, list[Step]()
    if isinstance(clip.input, AudioInput):
        sha256 = clip.input.sha256
        if sha256 not in paths:
            raise MediaNotFoundError(f"no file is known for media {sha256[:12]}…", value=sha256, hint="put it back")
        label = graph.stream("-i", paths[sha256], which=clip.input.stream.index, sound=True)
        first -= clip.input.stream.start * rate
        steps.append(("aresample", {"osr": rate, "filter_size": 64}))
    elif isinstance(clip.input, Tape):
        label = _taped(graph, clip.input, paths)
    else:
        label = _summed(graph, clip.input, paths)
    steps += [("aformat", form), ("asetpts", {"expr": "PTS-STARTPTS"})]
    if first < 0:
        steps.append(("adelay", {"delays": f"{-int(first)}S", "all": 1}))
    start = max(0, int(first))
    if clip.pace != 1:
        count = int(clip.samples * clip.pace) + rate
        steps.append(("atrim", {"start_sample": start, "end_sample": start + count}))
        steps += [("asetrate", {"r": round(rate * clip.pace)}), ("aresample", {"osr": rate})]
        steps.append(("asetpts", {"expr": "PTS-STARTPTS"}))
        start = 0
    steps.append(("atrim", {"start_sample": start, "end_sample": start + clip.samples}))
    steps += [("asetpts", {"expr": "PTS-STARTPTS"}), ("apad", {"whole_len": clip.samples})]
    steps += [step for node in clip.nodes for step in node_steps(node, clip.samples, segment)]
    if any(gain != 1 for gain in clip.gains):
        steps.append(
            _crossed([[gain if i == k else 0.0 for k in range(len(clip.gains))] for i, gain in enumerate(clip.gains)])
        )
    if clip.at:
        steps.append(("adelay", {"delays": f"{clip.at}S", "all": 1}))
    return graph.one([label], *steps)


def node_steps(node: SoundNode, samples: int, segment: SoundSegment) -> list[Step]:
    """One node's filters.

    Args:
        node: what it does.
        samples: how many it is done to.
        segment: where they are heard: its rate and its channels.

    Raises:
        EditError: the program has nothing like it.
    """
    rate = segment.sample_rate
    match node:
        case Gain():
            return [("volume", {"volume": number(node.factor), "precision": "double"})]
        case Ramp():
            return _fade(node, samples)
        case Swell():
            count = int(Fraction(samples, rate) / _SWELL_STEP) + 2
            levels = values_at(node.db, Fraction(0), _SWELL_STEP, count).clip(node.low, node.high)
            told = expression(list(10 ** (levels / 20)), f"(t*{1 / _SWELL_STEP})", 1e-4)
            return [("volume", {"volume": told, "eval": "frame", "precision": "double"})]
        case Pan() if len(node.pan) == 1:
            return [_crossed(_panned(node))] if segment.channels == 2 else []
        case Width() if len(node.width) == 1:
            width = min(max(node.width[0].value, 0.0), 2.0)
            own, other = (1 + width) / 2, (1 - width) / 2
            return [_crossed([[own, other], [other, own]])] if segment.channels == 2 else []
        case SoundFilter():
            late = node.latency(rate)
            steps: list[Step] = [(node.filter, node.args)]
            if late:
                cut = {"start_sample": late, "end_sample": late + samples}
                steps = [("apad", {"pad_len": late}), *steps, ("atrim", cut), ("asetpts", {"expr": "PTS-STARTPTS"})]
            return steps
        case Echo():
            return _echoed(node, samples, rate)
    raise EditError(
        f"the ffmpeg program has nothing like our own {_NAMES.get(node.kind, node.kind)}",
        value=node.kind,
        hint="switch that effect off for this command, or export with Cutroom",
    )


def _panned(node: Pan) -> list[list[float]]:
    pan = min(max(node.pan[0].value, -1.0), 1.0)
    if node.law == "balance":
        left, right = min(1.0, 1 - pan), min(1.0, 1 + pan)
    elif not pan:
        left = right = 1.0
    else:
        angle = (pan + 1) * math.pi / 4
        left, right = math.sqrt(2) * math.cos(angle), math.sqrt(2) * math.sin(angle)
    return [[left, 0.0], [0.0, right]]


def _crossed(rows: Sequence[Sequence[float]]) -> Step:
    """Each channel a sum of all."""
    told = (
        f"c{i}=" + "+".join(f"{number(share)}*c{k}" for k, share in enumerate(row) if share or i == k)
        for i, row in enumerate(rows)
    )
    return "pan", {"args": "|".join((_LAYOUTS[len(rows)], *told)).replace("+-", "-")}


def _echoed(node: Echo, samples: int, rate: int) -> list[Step]:
    """The program's echoes do not feed themselves: each repeat is one of its own."""
    late = max(1, round(node.time * rate))
    shares: list[float] = []
    while (share := node.mix * node.feedback ** len(shares)) > _SILENT and late * (len(shares) + 1) < samples:
        shares.append(share)
    if not shares:
        return []
    if late * len(shares) > _LONGEST_ECHO * rate or len(shares) > _MOST_ECHOES:
        raise EditError(
            "the ffmpeg program has no echo that goes on for so long",
            value=len(shares),
            hint="give it less feedback for this command, or export with Cutroom",
        )
    delays = "|".join(f"{1000 * late * (i + 1) / rate:.9g}" for i in range(len(shares)))
    decays = "|".join(f"{share:.9g}" for share in shares)
    gains = {"in_gain": 1, "out_gain": 1}
    return [("aecho", {**gains, "delays": delays, "decays": decays}), ("atrim", {"end_sample": samples})]


def _fade(node: Ramp, samples: int) -> list[Step]:
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
        cut = {"start_sample": lead, "end_sample": lead + samples}
        steps = [("adelay", shifted), *steps, ("atrim", cut), ("asetpts", {"expr": "PTS-STARTPTS"})]
    return steps
