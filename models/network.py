"""The detector: a small anchor-free convolutional network with YOLOv8's output layout, and its loss.

Three maps at strides 8, 16 and 32 give, for every cell, the distances from the cell's centre to the four sides of a
box (in units of the stride) and one logit per class. What the exported file returns is decoded: `[1, 4 + classes, N]`,
centre x, centre y, width, height in input pixels and class scores between 0 and 1.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

STRIDES = (8, 16, 32)


class Conv(nn.Sequential):
    """Convolution, batch normalisation, SiLU."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
            nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.03),
            nn.SiLU(inplace=True),
        )


class Split(nn.Module):
    """A cross-stage block: half of the channels pass through residual steps, every step's result is kept."""

    def __init__(self, inputs: int, outputs: int, steps: int = 1, *, residual: bool = True) -> None:
        super().__init__()
        half = outputs // 2
        self.enter = Conv(inputs, 2 * half, 1)
        self.steps = nn.ModuleList(nn.Sequential(Conv(half, half), Conv(half, half)) for _ in range(steps))
        self.leave = Conv((2 + steps) * half, outputs, 1)
        self.half, self.residual = half, residual

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, H, W) to (B, outputs, H, W)."""
        entered = self.enter(x)
        parts = [entered[:, : self.half], entered[:, self.half :]]
        for step in self.steps:
            changed = step(parts[-1])
            parts.append(parts[-1] + changed if self.residual else changed)
        return self.leave(torch.cat(parts, 1))


class Pool(nn.Module):
    """Spatial pyramid pooling: three maxima of 5 by 5 in a row, so that a cell sees the whole picture."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.enter = Conv(channels, channels // 2, 1)
        self.leave = Conv(channels * 2, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, channels, H, W) to the same shape."""
        parts = [self.enter(x)]
        for _ in range(3):
            parts.append(F.max_pool2d(parts[-1], 5, 1, 2))
        return self.leave(torch.cat(parts, 1))


class Head(nn.Module):
    """Boxes and classes of one map, from towers of their own."""

    def __init__(self, inputs: int, width: int, classes: int) -> None:
        super().__init__()
        self.sides = nn.Sequential(Conv(inputs, width), nn.Conv2d(width, 4, 1))
        self.logits = nn.Sequential(Conv(inputs, width), nn.Conv2d(width, classes, 1))
        nn.init.constant_(self.sides[-1].bias, 1.5)
        nn.init.constant_(self.logits[-1].bias, -4.6)  # a score of 0.01 at first: nearly every cell is empty

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, H, W) to (B, 4 + classes, H·W): four distances, then logits."""
        return torch.cat([F.softplus(self.sides(x)), self.logits(x)], 1).flatten(2)


class Detector(nn.Module):
    """The network: a backbone, a path down and up again between its maps, a head for each map."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.at4 = Conv(3, 24, 7, 4)
        self.at8 = nn.Sequential(Conv(24, 48, 3, 2), Split(48, 48))
        self.at16 = nn.Sequential(Conv(48, 72, 3, 2), Split(72, 72, 2))
        self.at32 = nn.Sequential(Conv(72, 104, 3, 2), Split(104, 104), Pool(104))
        self.down16 = Split(104 + 72, 64, residual=False)
        self.down8 = Split(64 + 48, 48, residual=False)
        self.step16 = Conv(48, 48, 3, 2)
        self.up16 = Split(48 + 64, 64, residual=False)
        self.step32 = Conv(64, 64, 3, 2)
        self.up32 = Split(64 + 104, 80, residual=False)
        self.heads = nn.ModuleList(Head(inputs, 32, classes) for inputs in (48, 64, 80))

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, S, S) from 0 to 1 to raw (B, 4 + classes, N): distances in strides, then logits."""
        map8 = self.at8(self.at4(x))
        map16 = self.at16(map8)
        map32 = self.at32(map16)
        map16 = self.down16(torch.cat([F.interpolate(map32, scale_factor=2.0), map16], 1))
        map8 = self.down8(torch.cat([F.interpolate(map16, scale_factor=2.0), map8], 1))
        map16 = self.up16(torch.cat([self.step16(map8), map16], 1))
        map32 = self.up32(torch.cat([self.step32(map16), map32], 1))
        return torch.cat([head(x) for head, x in zip(self.heads, (map8, map16, map32), strict=True)], 2)


def cells(size: int) -> tuple[Tensor, Tensor]:
    """Centres (N, 2) and strides (N, 1) of all cells, in pixels."""
    centres, strides = [], []
    for stride in STRIDES:
        count = size // stride
        line = (torch.arange(count) + 0.5) * stride
        y, x = torch.meshgrid(line, line, indexing="ij")
        centres.append(torch.stack([x.flatten(), y.flatten()], 1))
        strides.append(torch.full((count * count, 1), float(stride)))
    return torch.cat(centres), torch.cat(strides)


class Exported(nn.Module):
    """What the ONNX file computes: the network and the decoding of its output."""

    def __init__(self, detector: Detector, size: int) -> None:
        super().__init__()
        self.detector = detector
        centres, strides = cells(size)
        self.register_buffer("centres", centres.T[None])
        self.register_buffer("strides", strides.T[None])

    def forward(self, images: Tensor) -> Tensor:
        """(1, 3, S, S) from 0 to 1 to (1, 4 + classes, N): centre, size, scores."""
        raw = self.detector(images)
        near, far = raw[:, :2] * self.strides, raw[:, 2:4] * self.strides
        middle = self.centres + (far - near) / 2
        return torch.cat([middle, near + far, raw[:, 4:].sigmoid()], 1)


class Loss(nn.Module):
    """Task-aligned assignment of cells to boxes; complete IoU for boxes, cross-entropy for classes.

    The cells that suit a box best, by √score · IoU⁶, learn it, and learn to score their own IoU.
    """

    def __init__(self, classes: int, size: int, *, cells_per_box: int = 10) -> None:
        super().__init__()
        self.classes, self.cells_per_box = classes, cells_per_box
        centres, strides = cells(size)
        self.register_buffer("centres", centres)
        self.register_buffer("strides", strides)

    def forward(self, raw: Tensor, truth: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
        """The loss of boxes and of classes.

        Args:
            raw: (B, 4 + classes, N) from the network.
            truth: (B, M, 5) class, x1, y1, x2, y2, padded to M rows.
            present: (B, M) which rows are real.
        """
        raw = raw.transpose(1, 2)
        sides, logits = raw[..., :4] * self.strides, raw[..., 4:]
        boxes = torch.cat([self.centres - sides[..., :2], self.centres + sides[..., 2:]], -1)
        with torch.no_grad():
            chosen, target = self._assign(boxes, logits.sigmoid(), truth, present)
        wanted = torch.gather(truth[..., 1:], 1, chosen[..., None].expand(-1, -1, 4))
        weight = target.sum(-1)
        total = weight.sum().clamp(min=1)
        learning = weight > 0
        overlap = complete_iou(boxes[learning], wanted[learning])
        box_loss = ((1 - overlap) * weight[learning]).sum() / total
        class_loss = F.binary_cross_entropy_with_logits(logits, target, reduction="sum") / total
        return box_loss, class_loss

    def _assign(self, boxes: Tensor, scores: Tensor, truth: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
        """For every cell the row it learns (B, N) and its class targets (B, N, classes); all zero where it is empty."""
        corners = truth[:, :, None, 1:]
        inside = torch.cat([self.centres - corners[..., :2], corners[..., 2:] - self.centres], -1).amin(-1) > 0.5
        inside &= present[..., None]
        overlap = iou(corners, boxes[:, None]).clamp(min=0) * inside
        labels = truth[..., 0].long()
        score = torch.gather(scores.transpose(1, 2), 1, labels[..., None].expand(-1, -1, scores.shape[1]))
        fit = (score + 1e-4).sqrt() * overlap**6 + inside * 1e-12 / (1 + self._distance(corners))
        best = fit.topk(self.cells_per_box, dim=-1)
        mask = torch.zeros_like(fit).scatter_(-1, best.indices, 1.0) * (fit > 0)
        contested = mask.sum(1) > 1
        nearest = F.one_hot((overlap * mask).argmax(1), truth.shape[1]).transpose(1, 2).to(mask.dtype)
        mask = torch.where(contested[:, None], nearest * mask, mask)
        fit = fit * mask
        peak_fit, peak_overlap = fit.amax(-1, keepdim=True), (overlap * mask).amax(-1, keepdim=True)
        strength = (fit / (peak_fit + 1e-16) * peak_overlap.clamp(min=0.05)).amax(1)
        chosen = mask.argmax(1)
        classes = F.one_hot(torch.gather(labels, 1, chosen), self.classes).to(scores.dtype)
        return chosen, classes * (strength * mask.amax(1))[..., None]

    def _distance(self, corners: Tensor) -> Tensor:
        middle = (corners[..., :2] + corners[..., 2:]) / 2
        return (middle - self.centres).abs().sum(-1) / self.strides[:, 0]


def iou(a: Tensor, b: Tensor) -> Tensor:
    """Intersection over union of boxes x1, y1, x2, y2 in the last dimension; the others broadcast."""
    size = (torch.minimum(a[..., 2:], b[..., 2:]) - torch.maximum(a[..., :2], b[..., :2])).clamp(min=0)
    shared = size[..., 0] * size[..., 1]
    area_a, area_b = (a[..., 2:] - a[..., :2]).prod(-1), (b[..., 2:] - b[..., :2]).prod(-1)
    return shared / (area_a + area_b - shared + 1e-7)


def complete_iou(a: Tensor, b: Tensor) -> Tensor:
    """IoU less a penalty for distant centres and for differing aspect (Zheng et al., 2020)."""
    plain = iou(a, b)
    hull = torch.maximum(a[:, 2:], b[:, 2:]) - torch.minimum(a[:, :2], b[:, :2])
    apart = ((a[:, :2] + a[:, 2:] - b[:, :2] - b[:, 2:]) / 2).square().sum(1) / (hull.square().sum(1) + 1e-7)
    size_a, size_b = a[:, 2:] - a[:, :2], b[:, 2:] - b[:, :2]
    tilt = torch.atan(size_a[:, 0] / (size_a[:, 1] + 1e-7)) - torch.atan(size_b[:, 0] / (size_b[:, 1] + 1e-7))
    aspect = (4 / torch.pi**2) * tilt.square()
    with torch.no_grad():
        share = aspect / (1 - plain + aspect + 1e-7)
    return plain - apart - share * aspect
