"""Train the bundled detection model, export it to ONNX and measure it.

    python models/train.py            # everything; writes src/cutroom/detection/models/shapes.onnx
    python models/train.py --quick    # two minutes, to see that it runs; writes to a temporary folder

Pictures are drawn as they are needed (`pictures.py`); every seed is fixed, so that a run on the same kind of machine
with the same number of threads gives the same file. Needs models/requirements.txt, on Python 3.11 or newer.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import math
import multiprocessing
import os
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # read when torch starts: idle threads leave the cores to others

import cv2
import metrics
import numpy as np
import onnx
import onnxruntime
import pictures
import torch
from network import Detector, Exported, Loss
from numpy.typing import NDArray
from pictures import CLASSES, SIZE, Image, Labels

VERSION = "1.0"
TRAINING_SEED, HELD_OUT_SEED = 1, 2
BATCH = 32
MOST = 8  # labels of one picture
SHIPPED = Path(__file__).resolve().parents[1] / "src" / "cutroom" / "detection" / "models" / "shapes.onnx"


def draw_set(seed: int, count: int, processes: int) -> tuple[NDArray[np.uint8], list[Labels]]:
    """`count` pictures (count, SIZE, SIZE, 3) with their labels, drawn in worker processes."""
    images = np.empty((count, SIZE, SIZE, 3), np.uint8)
    labels: list[Labels] = []
    with multiprocessing.get_context("spawn").Pool(processes, initializer=cv2.setNumThreads, initargs=(1,)) as pool:
        drawn = pool.imap(_drawn, ((seed, number) for number in range(count)), chunksize=16)
        for number, (image, found) in enumerate(drawn):
            images[number] = image
            labels.append(found)
    return images, labels


def _drawn(task: tuple[int, int]) -> tuple[Image, Labels]:
    return pictures.picture(*task)


def vary(image: Image, labels: Labels, rng: np.random.Generator) -> tuple[Image, Labels]:
    """A picture in another guise: mirrored, turned by quarters, channels exchanged, lighter or darker."""
    boxes = labels[:, 1:].copy()
    if rng.random() < 0.5:
        image, boxes = image[:, ::-1], np.stack([SIZE - boxes[:, 2], boxes[:, 1], SIZE - boxes[:, 0], boxes[:, 3]], 1)
    if rng.random() < 0.3:
        image, boxes = image[::-1], np.stack([boxes[:, 0], SIZE - boxes[:, 3], boxes[:, 2], SIZE - boxes[:, 1]], 1)
    if rng.random() < 0.3:
        image, boxes = image.transpose(1, 0, 2), boxes[:, [1, 0, 3, 2]]
    if rng.random() < 0.6:
        image = image[..., rng.permutation(3)]
    if rng.random() < 0.4:
        image = cv2.convertScaleAbs(np.ascontiguousarray(image), alpha=float(rng.uniform(0.7, 1.3)))
    return image, np.column_stack([labels[:, :1], boxes])


def batch(images: NDArray[np.uint8], labels: list[Labels], chosen: NDArray[np.int64], rng: np.random.Generator):
    """One step's tensors: pictures (B, 3, S, S) from 0 to 1, labels (B, MOST, 5), which are real (B, MOST)."""
    pixels = np.empty((len(chosen), SIZE, SIZE, 3), np.uint8)
    truth, present = np.zeros((len(chosen), MOST, 5), np.float32), np.zeros((len(chosen), MOST), bool)
    for row, index in enumerate(chosen):
        pixels[row], found = vary(images[index], labels[index], rng)
        truth[row, : len(found)], present[row, : len(found)] = found, True
    tensor = torch.from_numpy(pixels).permute(0, 3, 1, 2).float().div_(255)  # stays channels-last in memory
    return tensor, torch.from_numpy(truth), torch.from_numpy(present)


def train(images: NDArray[np.uint8], labels: list[Labels], epochs: int) -> Detector:
    """The trained network: the running average of the weights."""
    torch.manual_seed(TRAINING_SEED)
    rng = np.random.default_rng(TRAINING_SEED)
    network = Detector(len(CLASSES)).to(memory_format=torch.channels_last).train()
    average = copy.deepcopy(network).eval()
    loss = Loss(len(CLASSES), SIZE)
    decayed = [weight for weight in network.parameters() if weight.ndim > 1]
    plain = [weight for weight in network.parameters() if weight.ndim <= 1]
    optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.02}, {"params": plain, "weight_decay": 0.0}])
    steps = epochs * (len(images) // BATCH)
    began, step = time.monotonic(), 0
    for epoch in range(epochs):
        order = rng.permutation(len(images))
        totals = np.zeros(2)
        for first in range(0, len(order) - BATCH + 1, BATCH):
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(step, steps)
            box_loss, class_loss = _losses(network, loss, batch(images, labels, order[first : first + BATCH], rng))
            optimizer.zero_grad(set_to_none=True)
            (2.5 * box_loss + class_loss).backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 10.0)
            optimizer.step()
            step += 1
            _follow(average, network, min(0.998, step / (step + 100)))
            totals += box_loss.item(), class_loss.item()
            if step % 25 == 0:
                print(f"step {step}/{steps}: box {box_loss:.3f}, class {class_loss:.3f}", flush=True)
        box, class_ = totals / (len(order) // BATCH)
        print(f"epoch {epoch + 1}/{epochs}: box {box:.3f}, class {class_:.3f}, {time.monotonic() - began:.0f} s")
    return average


def learning_rate(step: int, steps: int) -> float:
    """A short rise, then half a cosine down to a fiftieth."""
    rise, share = min(1.0, (step + 1) / 150), step / steps
    return 2.5e-3 * rise * (0.02 + 0.98 * (1 + math.cos(math.pi * share)) / 2)


def _losses(network: Detector, loss: Loss, data: tuple[torch.Tensor, torch.Tensor, torch.Tensor]):
    tensor, truth, present = data
    return loss(network(tensor), truth, present)


@torch.no_grad()
def _follow(average: Detector, network: Detector, keep: float) -> None:
    for mean, new in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
        if mean.dtype.is_floating_point:
            mean.lerp_(new, 1 - keep)


def export(network: Detector, path: Path) -> None:
    """Write the ONNX file, with the metadata that Ultralytics' exporter writes too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    module = Exported(network.to(memory_format=torch.contiguous_format), SIZE).eval()
    example = (torch.zeros(1, 3, SIZE, SIZE),)
    torch.onnx.export(
        module, example, path, opset_version=17, input_names=["images"], output_names=["output0"], dynamo=False
    )
    model = onnx.load(path)
    metadata = {
        "description": "Cutroom's demo model: drawn shapes",
        "author": "Cutroom contributors",
        "license": "BSD-3-Clause",
        "version": VERSION,
        "family": "yolov8",
        "task": "detect",
        "stride": "32",
        "batch": "1",
        "imgsz": str([SIZE, SIZE]),
        "names": str(dict(enumerate(CLASSES))),
    }
    for key, value in metadata.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    for node in model.graph.node:
        node.doc_string = ""  # source lines of the machine that exported it
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def evaluate(path: Path, images: NDArray[np.uint8], labels: list[Labels]) -> None:
    """Print average precision of the exported file over a set of pictures."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
    found = []
    for image in images:
        tensor = np.ascontiguousarray(image.transpose(2, 0, 1)[None], np.float32) / 255
        found.append(metrics.boxes_of(session.run(None, {"images": tensor})[0][0]))
    thresholds = np.arange(0.5, 1, 0.05)
    table = [metrics.average_precision(found, labels, len(CLASSES), threshold=float(limit)) for limit in thresholds]
    for name, value in zip(CLASSES, table[0], strict=True):
        print(f"AP50 {name}: {value:.4f}")
    print(f"mAP50: {np.mean(table[0]):.4f} on {len(images)} held-out pictures")
    print(f"mAP50-95: {np.mean(table):.4f}")


def main() -> None:
    """Draw, train, export, evaluate."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--pictures", type=int, default=8000, help="drawn for training, 300 kB of memory each")
    parser.add_argument("--held-out", type=int, default=600, help="drawn for the evaluation")
    parser.add_argument("--threads", type=int, default=2, help="another number gives slightly other weights")
    parser.add_argument("--output", type=Path, default=None, help=f"default: {SHIPPED.name} inside the package")
    parser.add_argument("--quick", action="store_true", help="a smoke run: 1 epoch of 320 pictures, nothing shipped")
    parser.add_argument("--evaluate-only", action="store_true", help="measure the file that is there")
    options = parser.parse_args()
    if options.quick:
        options.epochs, options.pictures, options.held_out = 1, 320, 32
        options.output = options.output or Path(tempfile.mkdtemp()) / "shapes.onnx"
    output = options.output or SHIPPED
    torch.set_num_threads(options.threads)
    if not options.evaluate_only:
        images, labels = draw_set(TRAINING_SEED, options.pictures, options.threads)
        print(f"{len(images)} pictures, {sum(map(len, labels))} shapes", flush=True)
        network = train(images, labels, options.epochs)
        print(f"{sum(weight.numel() for weight in network.parameters())} parameters")
        export(network, output)
    print(f"{output}: {output.stat().st_size} bytes, sha256 {hashlib.sha256(output.read_bytes()).hexdigest()}")
    evaluate(output, *draw_set(HELD_OUT_SEED, options.held_out, options.threads))


if __name__ == "__main__":
    main()
