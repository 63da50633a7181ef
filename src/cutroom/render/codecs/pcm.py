"""Samples as they are, in whole numbers of 16 or 24 bits, least byte first."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cutroom.render.codecs.kinds import SoundCodec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def packed(samples: NDArray[np.float32], bits: int) -> bytes:
    """Samples (channels, samples) within [-1, 1], interleaved and rounded to the nearest number; 1 is the highest one.

    Example:
        >>> import numpy as np
        >>> packed(np.array([[0.5, -1.0]], np.float32), 16).hex()
        '00400080'
        >>> packed(np.array([[0.5, 1.0]], np.float32), 24).hex()
        '000040ffff7f'
    """
    import numpy as np

    full = 1 << bits - 1
    whole = np.rint(samples.T.astype(np.float64) * full).clip(-full, full - 1).astype("<i4")
    return np.ascontiguousarray(whole)[..., np.newaxis].view(np.uint8)[..., : bits // 8].tobytes()


BITS_16 = SoundCodec("pcm_s16le", rates=None, packet=1024, pack=partial(packed, bits=16))
BITS_24 = SoundCodec("pcm_s24le", rates=None, packet=1024, pack=partial(packed, bits=24))
