"""The film of the benchmark `render`: its media, and its edit as plain values that every program is told of."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import imageio_ffmpeg

RATE, WIDTH, HEIGHT = 30, 1920, 1080
GOP, CRF, PRESET, SOUND_BITS = 60, 23, "veryfast", 192_000
CLIPS, HANDLE = 7, RATE
SIZE, COLOUR, WORDS = 0.09, "#ffffff", "A day by the water"
MUSIC_DB = -8.0
Keys = dict[Fraction, float]


@dataclass(frozen=True)
class Look:
    """What is done to one clip of the bottom layer; 0 and 1 do nothing."""

    contrast: float = 1.0
    saturation: float = 1.0
    temperature: float = 0.0
    blur: float = 0.0


LOOKS = (
    Look(contrast=1.1, saturation=1.2),
    Look(contrast=0.95, saturation=1.1, blur=0.003),
    Look(saturation=0.8, temperature=0.4),
    Look(contrast=1.15, blur=0.006),
    Look(contrast=1.05, saturation=1.3, temperature=-0.3),
    Look(saturation=0.5, blur=0.004),
    Look(contrast=1.2, saturation=0.9),
)


@dataclass(frozen=True)
class Film:
    """The edit, in frames.

    Args:
        frames: of all.
        folder: of the media.
    """

    frames: int
    folder: Path

    @property
    def cuts(self) -> list[tuple[int, int]]:
        """First frame of each clip of the bottom layer, and the one behind its last."""
        return list(pairwise(round(Fraction(i * self.frames, CLIPS)) for i in range(CLIPS + 1)))

    @property
    def blend(self) -> int:
        """Frames of each dissolve, even."""
        return min(RATE, 2 * (self.frames // CLIPS // 6))

    def source(self, number: int) -> int:
        """Frame of the base film with which a clip begins: each jumps by half a second and a frame."""
        return HANDLE + self.cuts[number][0] + number * (RATE // 2 + 1)

    @property
    def inset(self) -> tuple[int, int]:
        """The picture in picture."""
        return self.frames // 20, self.frames - self.frames // 20

    @property
    def title(self) -> tuple[int, int]:
        """The title."""
        return self.frames // 10, self.frames - self.frames // 10

    @property
    def keys(self) -> dict[str, Keys]:
        """Keyframes of the inset, in seconds after its start; all in straight lines."""
        length = Fraction(self.inset[1] - self.inset[0], RATE)
        third, fade = length / 3, min(Fraction(1), length / 6)
        return {
            "scale": {Fraction(0): 0.25, third: 0.42, 2 * third: 0.3, length: 0.36},
            "position_x": {Fraction(0): -0.32, third: 0.21, 2 * third: 0.3, length: -0.25},
            "position_y": {Fraction(0): -0.3, third: -0.2, 2 * third: 0.25, length: 0.1},
            "opacity": {Fraction(0): 0.02, fade: 0.98, length - fade: 0.98, length: 0.02},
        }

    @property
    def base(self) -> Path:
        """What the bottom layer shows, with sound."""
        return self.folder / f"base-{self.frames}.mp4"

    @property
    def other(self) -> Path:
        """What the inset shows."""
        return self.folder / f"inset-{self.frames}.mp4"

    @property
    def music(self) -> Path:
        """The second track of sound."""
        return self.folder / f"music-{self.frames}.wav"

    def make(self) -> None:
        """Make the media that are not there yet."""
        self.folder.mkdir(parents=True, exist_ok=True)
        seconds = self.frames / RATE
        long = seconds + CLIPS * (0.5 + 1 / RATE) + 2 * HANDLE / RATE
        tone = "aevalsrc=exprs=0.2*sin(2*PI*t*(300+40*sin(t)))|0.2*sin(2*PI*t*(410-30*cos(t))):s=48000:d"
        _made(self.base, [*_picture("testsrc2", 3, 1), "-f", "lavfi", "-i", f"{tone}={long}"], long, sound=True)
        _made(self.other, _picture("testsrc", 2, 7), seconds + 2, sound=False)
        if not self.music.exists():
            noise = f"anoisesrc=c=pink:a=0.3:s=7:r=48000:d={seconds},aformat=channel_layouts=stereo"
            _run("-f", "lavfi", "-i", noise, "-c:a", "pcm_s16le", str(self.music))

    def project(self, path: Path) -> Any:
        """The edit as a Cutroom project, open."""
        import cutroom as cr

        project = cr.Project.create(path, fps=RATE, size=(WIDTH, HEIGHT), sample_rate=48_000, overwrite=path.exists())
        with project.edit("the film"):
            self._cut(project.timeline)
        project.save()
        return project

    def _cut(self, tl: Any) -> None:
        clips = []
        for number, ((first, end), look) in enumerate(zip(self.cuts, LOOKS, strict=True)):
            at = self.source(number)
            clips.append(tl.append(str(self.base), source=(time(at), time(at + end - first))))
            for name, idle in (("contrast", 1), ("saturation", 1), ("temperature", 0)):
                if (value := getattr(look, name)) != idle:
                    clips[-1].effects.add(name, value=value)
            if look.blur:
                clips[-1].effects.add("blur", radius=look.blur)
        for left, right in pairwise(clips):
            tl.add_transition("dissolve", left, right, duration=time(self.blend))
        first, end = self.inset
        inset = tl.overwrite(str(self.other), at=time(first), source=(0, time(end - first)), track="V2", sound=False)
        transform = inset.transform(scale=0.3)
        for name, keys in self.keys.items():
            transform.animate(name, keys)
        first, end = self.title
        tl.add_title(WORDS, at=time(first), duration=time(end - first), size=SIZE, colour=COLOUR)
        music = tl.overwrite(str(self.music), at=0, source=(0, time(self.frames)), track="A2")
        music.effects.add("gain", db=MUSIC_DB)


def time(frames: int) -> Fraction:
    """Frames in seconds."""
    return Fraction(frames, RATE)


def _picture(pattern: str, grain: int, seed: int) -> list[str]:
    """Moving shapes over soft clouds that drift, with a camera's grain."""
    size = f"{WIDTH}x{HEIGHT}"
    clouds = (
        f"color=gray:s=480x270:r={RATE}:d=0.1,format=yuv420p,noise=c0s=100:c1s=60:c2s=60:all_seed={seed},gblur=sigma=9,"
        f"lutyuv=y='clip((val-126)*14+120,16,235)':u='clip((val-128)*12+128,16,240)':v='clip((val-128)*12+128,16,240)',"
        f"scale={size},loop=-1:1,scroll=h=0.0011:v=0.0004"
    )
    shapes = f"{pattern}=s={size}:r={RATE},format=yuv420p"
    graph = f"{shapes}[a];{clouds}[b];[b][a]blend=all_mode=average,noise=c0s={grain}:c0f=t:all_seed={seed}"
    return ["-f", "lavfi", "-i", graph]


def _made(path: Path, inputs: list[str], seconds: float, *, sound: bool) -> None:
    if path.exists():
        return
    tags = ("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv")
    encoder = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-g", str(GOP), "-pix_fmt", "yuv420p", *tags)
    heard = ("-c:a", "aac", "-b:a", "160k") if sound else ()
    _run(*inputs, "-t", f"{seconds:.3f}", *encoder, *heard, str(path))


def _run(*arguments: str) -> None:
    path = Path(arguments[-1])
    part = path.with_name(f"part-{path.name}")
    program = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-y"]
    subprocess.run([*program, *arguments[:-1], str(part)], check=True)
    part.replace(path)
