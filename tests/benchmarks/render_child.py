"""Export a project in a process of its own: `render_child.py PROJECT OUTPUT [WORKERS]`."""

from __future__ import annotations

import sys

import render_film

import cutroom as cr


def main(path: str, output: str, workers: str = "") -> None:
    with cr.Project.open(path, read_only=True) as project:
        renderer = cr.Renderer(project, workers=int(workers) if workers else None)
        renderer.settings = renderer.settings.replace(
            crf=render_film.CRF, encoder_preset=render_film.PRESET, audio_bitrate=render_film.SOUND_BITS
        )
        renderer.render(output, progress=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
