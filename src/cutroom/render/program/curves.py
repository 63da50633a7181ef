"""Numbers that change from frame to frame, as FFmpeg expressions: straight pieces between frames."""

from __future__ import annotations

from collections.abc import Callable, Sequence

_DIGITS = 6


def number(value: float) -> str:
    """A number as short as it is exact enough.

    Example:
        >>> number(0.1 + 0.2), number(3.0)
        ('0.3', '3')
    """
    return f"{round(value, _DIGITS):.{_DIGITS}f}".rstrip("0").rstrip(".") or "0"


def exact(value: float) -> str:
    """A number as FFmpeg reads back the same.

    Example:
        >>> exact(1 / 3)
        '0.3333333333333333'
    """
    return repr(float(value))


def expression(values: Sequence[float], name: str, tolerance: float, digits: Callable[[float], str] = number) -> str:
    """An expression whose value at frame `i` (called `name`) is `values[i]`, to a tolerance; `digits` writes numbers.

    Example:
        >>> expression([0, 1, 2, 3], "n", 0)
        '0+1*n'
        >>> expression([5, 5, 5], "n", 0)
        '5'
        >>> expression([0, 1, 2, 2, 2], "n", 0)
        'if(lt(n,3),0+1*n,2)'
    """
    return _tree(_pieces(values, tolerance), name, digits)


def _pieces(values: Sequence[float], tolerance: float) -> list[tuple[int, float, float]]:
    """(first frame, value there, slope), each as long as it can be."""
    found: list[tuple[int, float, float]] = []
    first = 0
    while first < len(values):
        low, high = float("-inf"), float("inf")
        slope, after = 0.0, first + 1
        while after < len(values):
            distance = after - first
            low = max(low, (values[after] - tolerance - values[first]) / distance)
            high = min(high, (values[after] + tolerance - values[first]) / distance)
            if low > high + 1e-12:
                break
            slope = (values[after] - values[first]) / distance
            slope = min(max(slope, low), high)
            after += 1
        found.append((first, values[first], slope))
        first = after
    return found


def _tree(pieces: Sequence[tuple[int, float, float]], name: str, digits: Callable[[float], str]) -> str:
    if len(pieces) == 1:
        first, value, slope = pieces[0]
        if abs(slope) < 10**-_DIGITS:
            return digits(value)
        at = name if first == 0 else f"({name}-{first})"
        return f"{digits(value)}+{digits(slope)}*{at}".replace("+-", "-")
    middle = len(pieces) // 2
    before, after = (_tree(part, name, digits) for part in (pieces[:middle], pieces[middle:]))
    return f"if(lt({name},{pieces[middle][0]}),{before},{after})"
