"""Sources of other light: patches of known colours, against the standards' formulas written down a second time here."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from cutroom.effects.compiler.document import compile_picture
from cutroom.effects.run import PictureRunner
from cutroom.errors import UnsupportedMediaError
from cutroom.media import probe
from cutroom.media.colours import matrix_of
from cutroom.media.light import Light, light_of
from cutroom.schema.media import Colour
from cutroom.workers.inline import InlineExecutor

from ..conftest import HEIGHT, WIDTH, Planes, Studio

ROWS, COLUMNS = 4, 8
SIDE = (HEIGHT // ROWS // 2 * 2, WIDTH // COLUMNS)
KR_KB = {"bt709": (0.2126, 0.0722), "bt2020": (0.2627, 0.0593), "bt601": (0.299, 0.114)}
BT2087 = np.array(
    [[1.660491, -0.587641, -0.072850], [-0.124550, 1.132900, -0.008349], [-0.018151, -0.100579, 1.118730]]
)
"""Linear BT.2020 to linear BT.709."""
SMPTE_C = np.array([[0.939542, 0.050181, 0.010277], [0.017772, 0.965793, 0.016435], [-0.001622, -0.004370, 1.005992]])
P3 = np.array([[1.224940, -0.224940, 0.0], [-0.042057, 1.042057, 0.0], [-0.019638, -0.078636, 1.098274]])
"""Linear Display P3 to linear BT.709."""

C_TO_D65 = np.array(
    [[0.9904476, -0.0071683, -0.0116156], [-0.0123712, 1.0155950, -0.0029282], [-0.0035635, 0.0067697, 0.9181569]]
)
"""XYZ under illuminant C to XYZ under D65 by Bradford, as it is published."""
XYZ_TO_709 = np.array(
    [[3.2404542, -1.5371385, -0.4985314], [-0.9692660, 1.8760108, 0.0415560], [0.0556434, -0.2040259, 1.0572252]]
)


def film_light() -> np.ndarray:
    """Linear light of film's primaries, whose white is C, to that of BT.709."""
    points = [(0.681, 0.319), (0.243, 0.692), (0.145, 0.049), (0.310, 0.316)]
    *colours, white = (np.array([x / y, 1, (1 - x - y) / y]) for x, y in points)
    columns = np.stack(colours, axis=1)
    return XYZ_TO_709 @ C_TO_D65 @ (columns * np.linalg.solve(columns, white))


def patches() -> np.ndarray:
    """R'G'B' of 32 patches, from 0 to 1: greys, the corners of the cube, what lies between."""
    greys = [[level] * 3 for level in (0, 0.05, 0.2, 0.4, 0.58, 0.75, 0.9, 1)]
    corners = [[r, g, b] for r in (0, 1) for g in (0, 1) for b in (0, 1)][1:7]
    soft = [[0.6, 0.3, 0.25], [0.3, 0.6, 0.3], [0.2, 0.3, 0.62], [0.55, 0.5, 0.2], [0.2, 0.55, 0.5], [0.5, 0.25, 0.5]]
    rng = np.random.default_rng(7)
    return np.array([*greys, *corners, *soft, *rng.uniform(0, 1, (12, 3))])


def coded(rgb: np.ndarray, matrix: str, bits: int = 10, full: bool = False) -> np.ndarray:
    """Y'CbCr code values, not rounded, (N, 3)."""
    red, blue = KR_KB[matrix]
    y = rgb @ [red, 1 - red - blue, blue]
    cb, cr = (rgb[:, 2] - y) / (2 - 2 * blue), (rgb[:, 0] - y) / (2 - 2 * red)
    if full:
        top = (1 << bits) - 1
        return np.stack([top * y, top * cb + (1 << bits - 1), top * cr + (1 << bits - 1)], axis=1)
    finer = 1 << bits - 8
    return np.stack([219 * y + 16, 224 * cb + 128, 224 * cr + 128], axis=1) * finer


def decoded(codes: np.ndarray, matrix: str, bits: int = 10, full: bool = False) -> np.ndarray:
    """The way back: R'G'B', (N, 3)."""
    red, blue = KR_KB[matrix]
    if full:
        top = (1 << bits) - 1
        y, cb, cr = codes[:, 0] / top, *((codes[:, i] - (1 << bits - 1)) / top for i in (1, 2))
    else:
        finer = 1 << bits - 8
        y, cb, cr = (codes[:, 0] / finer - 16) / 219, *((codes[:, i] / finer - 128) / 224 for i in (1, 2))
    r, b = y + (2 - 2 * red) * cr, y + (2 - 2 * blue) * cb
    return np.clip(np.stack([r, (y - red * r - blue * b) / (1 - red - blue), b], axis=1), 0, 1)


def pq_to_nits(v: np.ndarray) -> np.ndarray:
    p = v ** (32 / 2523)
    return 10000 * (np.maximum(p - 0.8359375, 0) / (18.8515625 - 18.6875 * p)) ** (8192 / 1305)


def nits_to_pq(nits: np.ndarray) -> np.ndarray:
    p = (nits / 10000) ** (1305 / 8192)
    return ((0.8359375 + 18.8515625 * p) / (1 + 18.6875 * p)) ** (2523 / 32)


def tone_mapped(nits: np.ndarray, peak: float) -> np.ndarray:
    """BT.2390 on the brightest of three, from `peak` to 203 cd/m²; as R'G'B' of a BT.1886 display."""
    nits = np.maximum(nits, 0)
    brightest = nits.max(axis=1)
    source, target = nits_to_pq(np.array(peak)), nits_to_pq(np.array(203.0))
    e1, most = np.clip(nits_to_pq(brightest) / source, 0, 1), target / source
    ks = 1.5 * most - 0.5
    t = (e1 - ks) / (1 - ks)
    p = (2 * t**3 - 3 * t**2 + 1) * ks + (t**3 - 2 * t**2 + t) * (1 - ks) + (-2 * t**3 + 3 * t**2) * most
    mapped = pq_to_nits(np.where(e1 < ks, e1, p) * source)
    if peak <= 203:
        mapped = np.minimum(brightest, 203)
    share = np.divide(mapped, brightest, out=np.ones_like(mapped), where=brightest > 0)
    return np.clip(nits * share[:, None] / 203, 0, 1) ** (1 / 2.4)


def of_pq(rgb: np.ndarray, peak: float = 1000) -> np.ndarray:
    return tone_mapped(pq_to_nits(rgb) @ BT2087.T, peak)


def of_hlg(rgb: np.ndarray) -> np.ndarray:
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(rgb <= 0.5, rgb**2 / 3, (np.exp((rgb - c) / a) + b) / 12)
    luminance = scene @ [0.2627, 0.6780, 0.0593]
    nits = 1000 * np.maximum(luminance, 1e-9)[:, None] ** 0.2 * scene
    return tone_mapped(nits @ BT2087.T, 1000)


def of_sdr(matrix: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    return lambda rgb: np.clip(np.maximum(rgb, 0) ** 2.4 @ matrix.T, 0, 1) ** (1 / 2.4)


def planes_of_patches(codes: np.ndarray, across: int = 2, down: int = 2, kind: Any = np.uint16) -> list[np.ndarray]:
    """Planes of patches of these code values, whatever chroma they have."""
    found = []
    for i in range(3):
        sx, sy = (across, down) if i else (1, 1)
        grid = np.rint(codes[:, i]).reshape(ROWS, COLUMNS)
        found.append(np.kron(grid, np.ones((SIDE[0] // sy, SIDE[1] // sx))).astype(kind))
    return found


def middles(planes: Planes) -> np.ndarray:
    """The colour in the middle of each patch, (N, 3), and proof that it is the same around there."""
    found = []
    for row in range(ROWS):
        for column in range(COLUMNS):
            colour = []
            for i, plane in enumerate(planes):
                step = 2 if i else 1
                y, x = (int(SIDE[0] * (row + 0.5)) // step, int(SIDE[1] * (column + 0.5)) // step)
                part = plane[y - 3 : y + 3, x - 3 : x + 3]
                assert np.ptp(part) <= 4
                colour.append(part.mean())
            found.append(colour)
    return np.array(found)


def render(studio: Studio, film: str, depth: int = 10, **settings: Any) -> Planes:
    settings = {"height": SIDE[0] * ROWS, **settings}
    document = studio.document(studio.track(studio.clip(film, Fraction(1, 30))), **settings)
    with studio.readers() as readers, PictureRunner(compile_picture(document, 0, 1, depth=depth), readers) as runner:
        frame = runner.frame(0)
    kind = np.dtype(np.uint16 if depth == 10 else np.uint8)
    return [np.frombuffer(p, kind).reshape(p.height, -1)[:, : p.width].astype(np.float64) for p in frame.planes]


def compare(found: np.ndarray, wanted_rgb: np.ndarray, depth: int) -> None:
    """Two levels of ten bits, one of eight (and half of one for its rounding)."""
    wanted = coded(wanted_rgb, "bt709", depth)
    assert np.abs(found - wanted).max() <= (2.0 if depth == 10 else 1.5), np.abs(found - wanted).max(axis=1)
    greys = found[:8, 1:] - (512 if depth == 10 else 128)
    assert np.abs(greys).max() <= (0 if depth == 10 else 0.05)  # neutral; in 8 bits swscale dithers


CASES = {
    "pq": (Colour(matrix="bt2020nc", primaries="bt2020", transfer="smpte2084", peak=1000), of_pq),
    "pq of nobody knows": (Colour(matrix="bt2020nc", primaries="bt2020", transfer="smpte2084"), of_pq),
    "pq of 4000": (
        Colour(matrix="bt2020nc", primaries="bt2020", transfer="smpte2084", peak=4000),
        lambda rgb: of_pq(rgb, 4000),
    ),
    "pq of 150": (
        Colour(matrix="bt2020nc", primaries="bt2020", transfer="smpte2084", peak=150),
        lambda rgb: of_pq(rgb, 150),
    ),
    "hlg": (Colour(matrix="bt2020nc", primaries="bt2020", transfer="arib-std-b67"), of_hlg),
    "hlg of no more words": (Colour(transfer="arib-std-b67"), of_hlg),
    "bt2020": (Colour(matrix="bt2020nc", primaries="bt2020", transfer="bt2020-10"), of_sdr(BT2087)),
    "display p3": (Colour(matrix="bt709", primaries="smpte432", transfer="bt709"), of_sdr(P3)),
    "525 lines": (Colour(matrix="smpte170m", primaries="smpte170m", transfer="smpte170m"), of_sdr(SMPTE_C)),
    "film under illuminant C": (Colour(matrix="bt709", primaries="film", transfer="bt709"), of_sdr(film_light())),
}


@pytest.mark.parametrize("depth", [8, 10])
@pytest.mark.parametrize("case", CASES)
def test_light_becomes_that_of_the_canvas(studio: Studio, case: str, depth: int) -> None:
    colour, shown = CASES[case]
    matrix = {"bt709": "bt709", "smpte170m": "bt601"}.get(colour.matrix or "", "bt2020")
    codes = np.rint(coded(patches(), matrix))
    film = studio.film(planes_of_patches(codes), 1, format="yuv420p10le", colour=colour)
    compare(middles(render(studio, film, depth)), shown(decoded(codes, matrix)), depth)


@pytest.mark.parametrize(
    ("format", "across", "down", "bits"),
    [
        ("yuv420p", 2, 2, 8),
        ("yuv422p", 2, 1, 8),
        ("yuv444p", 1, 1, 8),
        ("yuv411p", 4, 1, 8),
        ("yuv422p10le", 2, 1, 10),
        ("yuv444p10le", 1, 1, 10),
        ("yuv422p12le", 2, 1, 12),
        ("yuv444p12le", 1, 1, 12),
        ("yuv420p12le", 2, 2, 12),
    ],
)
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("wide", [False, True])
def test_any_format_range_and_depth(
    studio: Studio, format: str, across: int, down: int, bits: int, full: bool, wide: bool
) -> None:
    matrix = "bt2020" if wide else "bt601"
    tags = {"matrix": "bt2020nc", "primaries": "bt2020"} if wide else {"matrix": "smpte170m"}
    codes = np.clip(np.rint(coded(patches(), matrix, bits, full)), 0, (1 << bits) - 1)
    planes = planes_of_patches(codes, across, down, np.uint8 if bits == 8 else np.uint16)
    film = studio.film(planes, 1, format=format, colour=Colour(full_range=full, **tags))
    rgb = decoded(codes, matrix, bits, full)
    wanted = of_sdr(BT2087)(rgb) if wide else rgb
    for depth in (8, 10):
        found, goal = middles(render(studio, film, depth)), coded(wanted, "bt709", depth)
        assert np.abs(found - goal).max() <= (1.5 if depth == 8 else 2.5), np.abs(found - goal).max(axis=1)
        assert np.abs(found[:8, 1:] - (1 << depth - 1)).max() <= (0.05 if depth == 8 else 1)


@pytest.mark.parametrize(
    "format", ["bgr0", "bgra", "gbrp10le", "gbrp12le", "rgb48le", "gray", "gray10le", "gray limited"]
)
def test_rgb_and_grey(studio: Studio, format: str) -> None:
    rgb = patches()
    if format.startswith("gray"):
        rgb = np.repeat(rgb[:, :1], 3, axis=1)
    bits = {"10le": 10, "12le": 12, "48le": 16}.get(format[-4:], 8)
    limited, format = format.endswith("limited"), format.removesuffix(" limited")
    low, top = (16, 219) if limited else (0, (1 << bits) - 1)
    levels = np.rint(top * rgb)
    blocks = [np.kron(levels[:, i].reshape(ROWS, COLUMNS), np.ones(SIDE)) for i in range(3)]
    if format.startswith("bgr"):
        planes = [np.dstack([*blocks[::-1], np.full(blocks[0].shape, 255)]).astype(np.uint8)]
    elif format.startswith("gray"):
        planes = [(low + blocks[0]).astype(np.uint8 if bits == 8 else np.uint16)]
    elif format == "rgb48le":
        planes = [np.dstack(blocks).astype(np.uint16)]
    else:
        planes = [blocks[i].astype(np.uint16) for i in (1, 2, 0)]
    matrix = None if format.startswith("gray") else "gbr"
    film = studio.film(planes, 1, format=format, colour=Colour(matrix=matrix, full_range=not limited))
    for depth in (8, 10):
        found = middles(render(studio, film, depth))
        assert np.abs(found - coded(levels / top, "bt709", depth)).max() <= (1.5 if depth == 8 else 2)


def test_grey_of_image_files_has_full_range_whether_they_say_so_or_not(studio: Studio) -> None:
    levels = np.tile(np.linspace(0, 255, WIDTH).round(), (HEIGHT, 1))
    for codec, wanted in (("tiff", 16 + levels * 219 / 255), ("jpeg", 16 + levels * 219 / 255), ("h264", levels)):
        film = studio.film([levels.astype(np.uint8)], 1, format="gray", colour=Colour(), codec=codec)
        y, u, v = render(studio, film, 8, height=HEIGHT)
        assert np.abs(y - wanted).max() <= 0.5
        assert np.unique(np.stack([u, v])).tolist() == [128]


@pytest.mark.parametrize("size", [(WIDTH, HEIGHT), (WIDTH // 2, HEIGHT // 2), (2 * WIDTH, 2 * HEIGHT)])
@pytest.mark.parametrize("format", ["yuv420p10le", "yuv444p10le"])
def test_nothing_moves(
    studio: Studio, where: Callable[[Planes], list[tuple[float, float]]], format: str, size: tuple[int, int]
) -> None:
    step = 2 if "420" in format else 1
    planes = []
    for i, base in enumerate((16, 128, 128)):
        sx = step if i else 1
        rows, columns = np.mgrid[0 : HEIGHT // sx, 0 : WIDTH // sx].astype(float)
        columns, rows = sx * columns, sx * rows + (0.5 if sx == 2 else 0)
        spot = np.exp(-((columns - 150) ** 2 + (rows - 80) ** 2) / 128)
        planes.append(np.rint(4 * (base + 60 * spot)).astype(np.uint16))
    colour = Colour(matrix="bt2020nc", primaries="bt2020", transfer="bt709")
    film = studio.film(planes, 1, format=format, colour=colour)
    found = render(studio, film, 8, width=size[0], height=size[1])
    scale = size[0] / WIDTH
    for place in where(found):
        assert place == pytest.approx((150.5 * scale - 0.5, 80.5 * scale - 0.5), abs=0.25)


def test_rotation_and_alpha_come_along(studio: Studio) -> None:
    codes = np.rint(coded(patches(), "bt2020"))
    planes = planes_of_patches(codes)
    alpha = np.full(planes[0].shape, 1023, np.uint16)
    alpha[:, : WIDTH // 2] = 0
    colour = Colour(matrix="bt2020nc", primaries="bt2020", transfer="smpte2084")
    film = studio.film([*planes, alpha], 1, format="yuva420p10le", colour=colour, rotation=180)
    y, u, v = render(studio, film)
    assert np.unique(y[:, WIDTH // 2 + 2 :]).tolist() == [64]  # clear, turned to the right side
    wanted = coded(of_pq(decoded(codes, "bt2020")), "bt709")[::-1].reshape(ROWS, COLUMNS, 3)
    at = (SIDE[0] // 2, SIDE[1] // 2)
    found = [y[at], u[at[0] // 2, at[1] // 2], v[at[0] // 2, at[1] // 2]]
    assert np.abs(np.array(found) - wanted[0, 0]).max() <= 2


def test_what_light_colours_are_taken_for() -> None:
    assert light_of(Colour()) is None
    assert light_of(Colour(primaries="bt709", transfer="iec61966-2-1")) is None
    assert light_of(Colour(matrix="bt2020nc")) is None
    assert light_of(Colour(primaries="bt2020")) == Light(primaries="bt2020", transfer="sdr")
    assert light_of(Colour(transfer="smpte2084")) == Light(primaries="bt2020", transfer="pq", peak=1000)
    assert light_of(Colour(transfer="smpte2084", primaries="smpte432", peak=600)) == Light(
        primaries="smpte432", transfer="pq", peak=600
    )
    assert light_of(Colour(transfer="arib-std-b67", peak=600)) == Light(primaries="bt2020", transfer="hlg", peak=1000)


@pytest.mark.parametrize("transfer", ["linear", "log100", "log316", "smpte428"])
def test_a_transfer_that_is_not_known_is_refused(transfer: str) -> None:
    with pytest.raises(UnsupportedMediaError, match=f"transfer {transfer} cannot be read"):
        light_of(Colour(transfer=transfer))


def test_primaries_that_are_not_known_are_refused() -> None:
    with pytest.raises(UnsupportedMediaError, match="primaries smpte428 cannot be read"):
        light_of(Colour(primaries="smpte428"))


@pytest.mark.parametrize("named", ["bt2020c", "ictcp", "ycgco"])
def test_a_matrix_that_is_not_known_is_refused(named: str) -> None:
    with pytest.raises(UnsupportedMediaError, match=f"colours coded as {named} cannot be read"):
        matrix_of(Colour(matrix=named), 1920, 1080)


@pytest.mark.shared
def test_the_real_hdr_clip_is_as_bright_as_it_should_be(studio: Studio, shared_data: Path) -> None:
    path = shared_data / "video" / "exo_hdr10-video-with-sdr-container.mp4"
    media = probe(str(path), InlineExecutor())
    assert media.video is not None
    assert media.video.colour.peak == 1000  # what its mastering display and its brightest pixel are said to be
    found = render(studio, studio.add(media), 10, width=1920, height=1080)
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
    raw = [np.frombuffer(p, np.uint16).reshape(p.height, -1)[:, : p.width].astype(np.float64) for p in frame.planes]
    # where Y and its neighbours are alike, chroma's place does not matter
    y, u, v = raw[0][::2, ::2], raw[1], raw[2]
    spread = [
        np.abs(np.diff(plane, axis=a, append=np.take(plane, [-1], axis=a))) for plane in (y, u, v) for a in (0, 1)
    ]
    flat = np.max(spread, axis=0) <= 2
    assert flat.mean() > 0.2
    codes = np.stack([y[flat], u[flat], v[flat]], axis=1)
    wanted = coded(of_pq(decoded(codes, "bt2020")), "bt709")
    made = np.stack([found[0][::2, ::2][flat], found[1][flat], found[2][flat]], axis=1)
    assert np.abs(made - wanted).mean() < 3
    assert np.percentile(np.abs(made - wanted), 99) < 12
    assert wanted[:, 0].max() > 600  # it has something bright
