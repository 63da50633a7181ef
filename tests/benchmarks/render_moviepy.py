"""The film by MoviePy, in an environment of its own: `render_moviepy.py ORDER.json`; knows nothing of Cutroom."""

from __future__ import annotations

import json
import sys
from functools import partial

import numpy as np
from moviepy import AudioFileClip, CompositeAudioClip, CompositeVideoClip, ImageClip, VideoFileClip, afx, vfx
from PIL import Image, ImageFilter

LUMA = np.array([0.2126, 0.7152, 0.0722])


def look(frame, matrix, offset, sigma):
    """Colours as one matrix, then the blur."""
    flat = frame.reshape(-1, 3).astype(np.float32)
    made = np.clip(flat @ matrix + offset, 0, 255).astype(np.uint8).reshape(frame.shape)
    return np.asarray(Image.fromarray(made).filter(ImageFilter.GaussianBlur(sigma))) if sigma else made


def matrix_of(contrast, saturation, gains):
    """Contrast about middle grey, then saturation, then a gain of each channel: columns are results."""
    chroma = saturation * np.eye(3) + (1 - saturation) * LUMA[:, None]
    gain = np.diag(gains)
    offset = np.full(3, 127.5 * (1 - contrast)) @ chroma @ gain
    return (contrast * chroma @ gain).astype(np.float32), offset.astype(np.float32)


def value(keys, t):
    """A keyframed number, in straight lines."""
    return float(np.interp(t, *zip(*keys, strict=True)))


def main(order):
    width, height, rate = order["width"], order["height"], order["rate"]
    length, blend = order["frames"] / rate, order["blend"] / rate
    layers, sounds = [], []
    for number, clip in enumerate(order["clips"]):
        first, end = clip["first"] / rate, clip["end"] / rate
        before = blend / 2 if number else 0
        after = blend / 2 if number < len(order["clips"]) - 1 else 0
        source = clip["source"] / rate
        film = VideoFileClip(order["base"]).subclipped(source - before, source + end - first + after)
        matrix, offset = matrix_of(clip["contrast"], clip["saturation"], clip["gains"])
        sigma = clip["blur"] * height
        sound = film.audio.with_effects([afx.AudioFadeIn(2 * before), afx.AudioFadeOut(2 * after)])
        sounds.append(sound.with_start(first - before))
        film = film.without_audio().image_transform(partial(look, matrix=matrix, offset=offset, sigma=sigma))
        film = film.with_start(first - before)
        layers.append(film.with_effects([vfx.CrossFadeIn(blend)]) if number else film)
    first, end = (frame / rate for frame in order["inset"])
    keys = order["keys"]
    fade = keys["opacity"][1][0]
    inset = VideoFileClip(order["other"], audio=False).subclipped(0, end - first)
    inset = inset.with_effects([vfx.CrossFadeIn(fade), vfx.CrossFadeOut(fade)]).resized(
        lambda t: value(keys["scale"], t)
    )

    def place(t):
        scale = value(keys["scale"], t)
        x, y = value(keys["position_x"], t), value(keys["position_y"], t)
        return width * (0.5 + x - scale / 2), height * (0.5 + y - scale / 2)

    layers.append(inset.with_start(first).with_position(place))
    first, end = (frame / rate for frame in order["title"])
    layers.append(ImageClip(order["words"]).with_start(first).with_duration(end - first))
    sounds.append(AudioFileClip(order["music"]).with_effects([afx.MultiplyVolume(order["volume"])]))
    film = CompositeVideoClip(layers, size=(width, height)).with_duration(length)
    film = film.with_audio(CompositeAudioClip(sounds).with_duration(length))
    film.write_videofile(
        order["output"],
        fps=rate,
        codec="libx264",
        preset=order["preset"],
        audio_codec="aac",
        audio_bitrate=str(order["sound_bits"]),
        ffmpeg_params=[
            *("-crf", str(order["crf"]), "-g", str(order["gop"]), "-pix_fmt", "yuv420p"),
            *("-vf", "scale=out_color_matrix=bt709:out_range=tv", "-colorspace", "bt709"),
        ],
        logger=None,
    )


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        main(json.load(file))
