"""The other programs that make the film of the benchmark `render`: what each is told."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

import imageio_ffmpeg
import render_film
from render_film import COLOUR, CRF, GOP, HEIGHT, LOOKS, MUSIC_DB, PRESET, RATE, SIZE, SOUND_BITS, WIDTH, WORDS, Film

MOVIEPY = "moviepy==2.2.1"


class MissingError(Exception):
    """A program that is not here; says why."""


def ffmpeg(film: Film, project: Any, output: Path) -> list[str]:
    """The program's own command of the document."""
    import cutroom as cr

    renderer = cr.Renderer(project)
    renderer.settings = renderer.settings.replace(crf=CRF, encoder_preset=PRESET, audio_bitrate=SOUND_BITS)
    (_, *arguments) = renderer.ffmpeg_command(output)
    return [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", *arguments]


def moviepy(film: Film, project: Any, output: Path) -> list[str]:
    """A script in an environment of its own: MoviePy wants an older Pillow than Cutroom."""
    home = film.folder / "moviepy"
    python = home / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if not (home / "ready").exists():
        try:
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True, capture_output=True)
            subprocess.run([str(python), "-m", "pip", "install", "-q", MOVIEPY], check=True, capture_output=True)
        except (OSError, subprocess.SubprocessError) as error:
            raise MissingError(f"{MOVIEPY} cannot be installed: {error}") from error
        (home / "ready").touch()
    keys = {name: [(float(at), value) for at, value in row.items()] for name, row in film.keys.items()}
    clips = [
        {
            "first": first,
            "end": end,
            "source": film.source(number),
            "contrast": look.contrast,
            "saturation": look.saturation,
            "blur": look.blur,
            "gains": _gains(look),
        }
        for number, ((first, end), look) in enumerate(zip(film.cuts, LOOKS, strict=True))
    ]
    order = {
        "width": WIDTH,
        "height": HEIGHT,
        "rate": RATE,
        "frames": film.frames,
        "blend": film.blend,
        "clips": clips,
        "base": str(film.base),
        "other": str(film.other),
        "music": str(film.music),
        "words": str(_words(film)),
        "inset": film.inset,
        "title": film.title,
        "keys": keys,
        "volume": 10 ** (MUSIC_DB / 20),
        "output": str(output),
        "preset": PRESET,
        "crf": CRF,
        "gop": GOP,
        "sound_bits": SOUND_BITS,
    }
    path = output.with_suffix(".json")
    path.write_text(json.dumps(order), encoding="utf-8")
    return [str(python), str(Path(__file__).with_name("render_moviepy.py")), str(path)]


def melt(film: Film, project: Any, output: Path) -> list[str]:
    """An MLT document, as editors built on it write them; two threads that make pictures, none left out."""
    program = shutil.which("melt")
    if program is None:
        raise MissingError("melt is not installed")
    path = output.with_suffix(".mlt")
    path.write_bytes(tostring(_Mlt(film).document()))
    consumer = {
        "vcodec": "libx264",
        "preset": PRESET,
        "crf": CRF,
        "g": GOP,
        "pix_fmt": "yuv420p",
        "threads": 0,
        "acodec": "aac",
        "ab": SOUND_BITS,
        "real_time": -2,
        "mlt_audio_format": "f32le",
    }
    options = [f"{name}={value}" for name, value in consumer.items()]
    return [program, "-silent", str(path), "-consumer", f"avformat:{output}", *options]


class _Mlt:
    """Writes an MLT document."""

    def __init__(self, film: Film) -> None:
        self._film = film
        self._root = Element("mlt", producer="film")
        size = {"width": str(WIDTH), "height": str(HEIGHT), "display_aspect_num": "16", "display_aspect_den": "9"}
        rate = {"frame_rate_num": str(RATE), "frame_rate_den": "1", "sample_aspect_num": "1", "sample_aspect_den": "1"}
        SubElement(self._root, "profile", {**size, **rate, "progressive": "1", "colorspace": "709"})

    def document(self) -> Element:
        film = self._film
        self._bottom()
        self._alone("inset", film.other, film.inset)
        self._alone("title", _words(film), film.title)
        music = self._producer("music", film.music, film.frames)
        _filter(music, "volume", level=MUSIC_DB)
        whole = SubElement(self._root, "tractor", {"id": "film", "in": "0", "out": str(film.frames - 1)})
        for name in ("bottom", "inset-track", "title-track", "music"):
            SubElement(whole, "track", {"producer": name, **({"hide": "video"} if name == "music" else {})})
        span = {"in": film.inset[0], "out": film.inset[1] - 1}
        _transition(whole, "qtblend", 0, 1, rect=self._rect(), **span)
        _transition(whole, "qtblend", 0, 2, **{"in": film.title[0], "out": film.title[1] - 1})
        _transition(whole, "mix", 0, 3, sum=1, always_active=1)
        return self._root

    def _bottom(self) -> None:
        film, half = self._film, self._film.blend // 2
        last = len(film.cuts) - 1
        for number, look in enumerate(LOOKS):
            made = self._producer(f"clip{number}", film.base, None)
            _look(made, look)
        entries = []
        for number, (first, end) in enumerate(film.cuts):
            begin, stop = film.source(number), film.source(number) + end - first
            entries.append((f"clip{number}", begin + half * (number > 0), stop - half * (number < last)))
            if number == last:
                break
            joint = SubElement(self._root, "tractor", {"id": f"joint{number}", "in": "0", "out": str(2 * half - 1)})
            ahead = film.source(number + 1)
            for name, at in ((f"clip{number}", stop - half), (f"clip{number + 1}", ahead - half)):
                SubElement(joint, "track", {"producer": name, "in": str(at), "out": str(at + 2 * half - 1)})
            _transition(joint, "luma", 0, 1, **{"in": 0, "out": 2 * half - 1})
            _transition(joint, "mix", 0, 1, start=-1, **{"in": 0, "out": 2 * half - 1})
            entries.append((f"joint{number}", 0, 2 * half))
        track = SubElement(self._root, "playlist", {"id": "bottom"})
        for name, begin, stop in entries:
            SubElement(track, "entry", {"producer": name, "in": str(begin), "out": str(stop - 1)})

    def _alone(self, name: str, path: Path, span: tuple[int, int]) -> None:
        length = span[1] - span[0]
        self._producer(name, path, length)
        track = SubElement(self._root, "playlist", {"id": f"{name}-track"})
        SubElement(track, "blank", {"length": str(span[0])})
        SubElement(track, "entry", {"producer": name, "in": "0", "out": str(length - 1)})

    def _producer(self, name: str, path: Path, length: int | None) -> Element:
        made = SubElement(self._root, "producer", {"id": name})
        service = "qimage" if path.suffix == ".png" else "avformat"
        _properties(made, mlt_service=service, resource=path)
        if length is not None:
            made.set("in", "0")
            made.set("out", str(length - 1))
            if service == "qimage":
                _properties(made, length=length, ttl=length)
        return made

    def _rect(self) -> str:
        keys = self._film.keys
        times = sorted({at for row in keys.values() for at in row})
        rows = []
        for at in times:
            scale, x, y, opacity = (_at(keys[name], at) for name in ("scale", "position_x", "position_y", "opacity"))
            left, top = WIDTH * (0.5 + x - scale / 2), HEIGHT * (0.5 + y - scale / 2)
            rows.append(
                f"{round(at * RATE)}={left:.4f} {top:.4f} {WIDTH * scale:.4f} {HEIGHT * scale:.4f} {opacity:.4f}"
            )
        return ";".join(rows)


def _look(producer: Element, look: render_film.Look) -> None:
    offset, chroma = 219 * (1 - look.contrast) / 2, look.contrast * look.saturation
    luma = f"clip((val-16)*{look.contrast}+{16 + offset:.4f},16,235)"
    colour = f"clip((val-128)*{chroma:.6f}+128,16,240)"
    _filter(producer, "avfilter.lutyuv", **{"av.y": luma, "av.u": colour, "av.v": colour})
    if look.temperature:
        names = zip("rgb", _gains(look), strict=True)
        _filter(producer, "avfilter.lutrgb", **{f"av.{name}": f"clip(val*{gain:.6f},0,255)" for name, gain in names})
    if look.blur:
        _filter(producer, "avfilter.gblur", **{"av.sigma": look.blur * HEIGHT, "av.steps": 2})


def _filter(parent: Element, service: str, **values: Any) -> None:
    _properties(SubElement(parent, "filter"), mlt_service=service, **values)


def _transition(parent: Element, service: str, below: int, above: int, **values: Any) -> None:
    span = {name: str(values.pop(name)) for name in ("in", "out") if name in values}
    made = SubElement(parent, "transition", span)
    _properties(made, mlt_service=service, a_track=below, b_track=above, **values)


def _properties(element: Element, **values: Any) -> None:
    for name, value in values.items():
        SubElement(element, "property", {"name": name}).text = str(value)


def _at(keys: render_film.Keys, at: Any) -> float:
    before = max(time for time in keys if time <= at)
    after = min(time for time in keys if time >= at)
    share = float((at - before) / (after - before)) if after > before else 0.0
    return keys[before] * (1 - share) + keys[after] * share


def _gains(look: render_film.Look) -> tuple[float, float, float]:
    """What `temperature` multiplies red, green and blue by."""
    from cutroom.effects.registry import Setting, default_registry

    if not look.temperature:
        return 1.0, 1.0, 1.0
    setting = Setting(WIDTH, HEIGHT, 48_000, 0)
    (levels,) = default_registry().effect("temperature").build({"value": look.temperature, "tint": 0.0}, setting)
    red, green, blue = levels.in_white
    return 1 / red, 1 / green, 1 / blue


def _words(film: Film) -> Path:
    """The title as a picture with alpha."""
    from PIL import Image

    from cutroom.effects.text.title import draw_title
    from cutroom.schema.clip import TitleStyle

    path = film.folder / "title.png"
    Image.fromarray(draw_title(WORDS, TitleStyle(size=SIZE, colour=COLOUR), (WIDTH, HEIGHT))).save(path)
    return path
