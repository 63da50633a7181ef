"""Detection: end to end against what its stages allow (D1), pre- and post-processing (D2), tracking (D3)."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from cutroom.demo.film import write_demo_film
from cutroom.detection import onnx, store
from cutroom.detection.boxes import Found, decode_v8, suppress
from cutroom.detection.bytetrack import ByteTrack
from cutroom.detection.letterbox import Letterbox
from cutroom.detection.run import detect
from cutroom.detection.sampling import Converter
from cutroom.media.library import probe
from cutroom.media.video import VideoReader
from cutroom.settings.limits import limits
from cutroom.workers import InlineExecutor

ROUNDS = 5


def seconds(work: Callable[[], Any]) -> float:
    """How long a call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def middle(work: Callable[[], Any], rounds: int = 40) -> float:
    """Median milliseconds of a call."""
    return 1000 * statistics.median(seconds(work) for _ in range(rounds))


def measure() -> list[dict[str, Any]]:
    """D1 to D3 of the goals."""
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        write_demo_film(path, seconds=12, size=(1280, 720))
        results = end_to_end(path)
    return [*results, *processing(), *tracking()]


def end_to_end(path: Path) -> list[dict[str, Any]]:
    """Throughput against each stage alone, in turn."""
    media, cores = probe(path, InlineExecutor()), limits().cores
    stream = media.video
    assert stream is not None
    ratios, raws, rates, extras = [], [], [], []
    with InlineExecutor() as pool:  # a worker would have another priority than the stages that it is compared with
        card = store.load("shapes", pool)
        with open(card.path, "rb") as file:
            model = onnx.load(file, card.path)
        box, converter = Letterbox.fit(stream.display_size, (card.card.width, card.card.height)), Converter(stream)
        with VideoReader(path.open("rb"), stream) as reader:
            pictures = [shown.frame for _, shown in zip(range(60), reader.frames(), strict=False)]
        tensors = [box.tensor(converter.rgb(picture)) for picture in pictures]
        outputs = [model.infer(tensor) for tensor in tensors]

        def decode() -> None:
            with VideoReader(path.open("rb"), stream) as again:
                for _ in again.frames(Fraction(0)):
                    pass

        def post() -> None:
            tracker = ByteTrack(30.0)
            for i, output in enumerate(outputs):
                found = suppress(decode_v8(output, 0.1), 0.45)
                tracker.update(i / 30, found._replace(xyxy=box.restore(found.xyxy)))

        def raw() -> None:
            with ThreadPoolExecutor(cores) as threads:
                list(threads.map(model.infer, tensors))

        detect(media, path, card, pool, span=(0, 0.5))  # warm
        for _ in range(ROUNDS):
            began = time.process_time()
            decoding = seconds(decode) / stream.frames
            processor = (time.process_time() - began) / stream.frames
            began = time.process_time()
            pre = seconds(lambda: [box.tensor(converter.rgb(picture)) for picture in pictures]) / len(pictures)
            infer = seconds(lambda: [model.infer(tensor) for tensor in tensors]) / len(pictures)
            together = seconds(post) / len(pictures)
            processor += (time.process_time() - began) / len(pictures)
            began = time.process_time()
            whole = seconds(lambda: detect(media, path, card, pool)) / stream.frames
            spent = (time.process_time() - began) / stream.frames
            allowed = max(decoding, (decoding + pre + infer + together) / cores)
            ratios.append(allowed / whole)
            raws.append(seconds(raw) / len(tensors) / whole)
            rates.append(1 / whole)
            extras.append(spent / processor)
            stages = " ".join(f"{1000 * t:.2f}" for t in (decoding, pre, infer, together, whole))
            print(f"  decode, pre, infer, post, whole: {stages} ms a frame")
    figures = (
        ("D1 rate against what the stages allow", ratios, "x", 0.97),
        ("D1 rate against the bare session", raws, "x", 0.85),
        ("D1 processor time beyond the stages'", extras, "x", None),
        ("D1 frames a second, 720p", rates, "1/s", None),
    )
    return [
        {"what": what, "value": statistics.median(v), "unit": unit, "goal": goal, "least": True}
        for what, v, unit, goal in figures
    ]


def processing() -> list[dict[str, Any]]:
    """Letterbox, decoding and suppression of one 1080p picture that is in memory."""
    results = []
    random = np.random.default_rng(3)
    picture = random.integers(0, 256, (1080, 1920, 3), np.uint8)
    for size, goal in ((416, 1.0), (640, 2.0)):
        anchors = sum((size // stride) ** 2 for stride in (8, 16, 32))
        output = np.zeros((84, anchors), np.float32)
        objects, around = random.uniform(40, size - 40, (2, 30)), random.choice(anchors, 210, replace=False)
        output[:2, around] = np.repeat(objects, 7, axis=1) + random.normal(0, 2, (2, 210))  # each seen 7 times
        output[2:4, around] = 40
        output[4 + np.repeat(random.integers(0, 80, 30), 7), around] = random.uniform(0.3, 0.9, 210)
        box = Letterbox.fit((1920, 1080), (size, size))

        def work(box: Letterbox = box, output: Any = output) -> None:
            box.tensor(picture)
            box.restore(suppress(decode_v8(output, 0.25), 0.45).xyxy)

        results.append({"what": f"D2 pre and post at {size}", "value": middle(work), "unit": "ms", "goal": goal})
    return results


def tracking() -> list[dict[str, Any]]:
    """Thirty objects that move."""
    random = np.random.default_rng(5)
    places, speeds = random.uniform(0, 1500, (30, 2)), random.uniform(-4, 4, (30, 2))
    frames = []
    for i in range(200):
        corner = places + i * speeds + random.normal(0, 1, (30, 2))
        xyxy = np.concatenate((corner, corner + 60), axis=1).astype(np.float32)
        frames.append(Found(xyxy, random.uniform(0.15, 0.95, 30).astype(np.float32), np.arange(30) % 3))
    tracker, times = ByteTrack(30.0), []
    for i, found in enumerate(frames):
        times.append(seconds(lambda i=i, found=found: tracker.update(i / 30, found)))
    return [{"what": "D3 tracking 30 objects", "value": 1000 * statistics.median(times), "unit": "ms", "goal": 1.0}]
