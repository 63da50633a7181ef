"""How swscale is asked to scale: the same for the runner's graphs and for the ffmpeg program's."""

from __future__ import annotations

FLAGS = "bicubic+accurate_rnd+full_chroma_int"
SITES = {0: (0.0, 0.5), 1: (0.0, 0.5), 2: (0.5, 0.5), 3: (0.0, 0.0), 4: (0.5, 0.0), 5: (0.0, 1.0), 6: (0.5, 1.0)}
"""Where a chroma sample stands among its four luma samples, by FFmpeg's number; unknown means left."""
LEFT = (0.0, 0.5)


def sites(side: str, site: tuple[float, float], across: bool = True, down: bool = True) -> dict[str, str]:
    """swscale's options for where chroma stands, in 256ths of a luma sample; it assumes the middle otherwise."""
    named = {f"{side}_h_chr_pos": (site[0], across), f"{side}_v_chr_pos": (site[1], down)}
    return {key: str(round(256 * at)) for key, (at, halved) in named.items() if halved}


LEFT_SITES = {**sites("in", LEFT), **sites("out", LEFT)}
"""Chroma on the left, before and after."""
Step = tuple[str, dict[str, str]]
"""A filter's name and its options."""
_EXACT = "accurate_rnd+full_chroma_int+full_chroma_inp"


def to_rgb(*, alpha: bool, kernel: str = "bicubic") -> list[Step]:
    """From the chain's Y'CbCr to R'G'B' of 16 bits; chroma is made larger by this kernel."""
    options = {"in_color_matrix": "bt709", "in_range": "limited", "out_range": "full", **sites("in", LEFT)}
    return [
        ("scale", {"flags": f"{kernel}+{_EXACT}", **options}),
        ("format", {"pix_fmts": "gbrap16le" if alpha else "gbrp16le"}),
    ]


def from_rgb() -> Step:
    """Back again; a format must follow."""
    options = {"out_color_matrix": "bt709", "in_range": "full", "out_range": "limited", **sites("out", LEFT)}
    return "scale", {"flags": f"bicubic+{_EXACT}", **options}
