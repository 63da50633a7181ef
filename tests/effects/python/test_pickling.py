"""The same function gives the same bytes, and what it imports is known."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import threading

import numpy as np
import pytest

from cutroom.effects.python.pickling import pickled
from cutroom.errors import ValidationError

HALF = "def half(x):\n    return x / 2\n"
USES = "def tint(frame, amount=0.5):\n    return half(frame) * amount\n"


def _cell(text, file, before="", **names):
    """Functions as a notebook makes them: in `__main__`, in a file of the cell's own."""
    space = {"__name__": "__main__", "__file__": f"/somewhere/{file}", **names}
    exec(compile(before + text, file, "exec"), space)
    return space


def test_a_cell_that_is_run_again_gives_the_same_bytes():
    first = _cell(HALF + USES, "/tmp/ipykernel_1/1.py")["tint"]
    second = _cell(HALF + USES, "/tmp/ipykernel_2/7.py", before="\n\nx = 1\n", other=3)["tint"]
    assert pickled(first) == pickled(second)
    assert b"ipykernel" not in pickled(first).data
    assert b"somewhere" not in pickled(first).data


def test_another_body_or_another_helper_gives_other_bytes():
    one = pickled(_cell(HALF + USES, "a")["tint"]).data
    assert pickled(_cell(HALF + USES.replace("0.5", "0.4"), "a")["tint"]).data != one
    assert pickled(_cell(HALF.replace("2", "3") + USES, "a")["tint"]).data != one


def test_it_takes_along_what_it_uses_and_itself():
    text = HALF + "def sum_to(n):\n    return half(TABLE[n]) + (sum_to(n - 1) if n else 0)\n"
    function = _cell(text, "a", TABLE=np.array([2.0, 4.0, 6.0]))["sum_to"]
    assert pickle.loads(pickled(function).data)(2) == 6.0


def test_modules_are_found_wherever_code_names_them():
    text = """
import numpy as np, xml, math
from string import Template
def tint(frame):
    import colorsys
    from concurrent import futures
    def inner():
        return math.pi
    return np.random, xml.dom, Template, inner, futures
"""
    found = pickled(_cell(text, "a")["tint"]).modules
    assert {"numpy", "numpy.random", "xml.dom", "string", "colorsys", "math", "concurrent.futures"} <= found
    assert "cloudpickle" not in {name.partition(".")[0] for name in found}


def test_what_cannot_travel_is_named():
    text = "def tint(frame):\n    with lock:\n        return frame\n"
    function = _cell(text, "a", lock=threading.Lock())["tint"]
    with pytest.raises(ValidationError, match="effect tint uses something that cannot travel"):
        pickled(function)


def test_another_process_gives_the_same_bytes():
    text = """
import hashlib, sys, json
from cutroom.effects.python.pickling import pickled
space = {"__name__": "__main__"}
exec(compile(json.loads(sys.argv[1]), "cell", "exec"), space)
print(hashlib.sha256(pickled(space["tint"]).data).hexdigest())
"""
    body = json.dumps("import numpy as np\nLOOK = {'a': 1, 'b': {2, 3}}\n" + HALF + USES.replace("half", "LOOK; half"))
    runs = [
        subprocess.run([sys.executable, "-c", text, body], capture_output=True, text=True, check=True, env=env).stdout
        for env in _environments()
    ]
    assert runs[0] == runs[1]
    assert len(runs[0].strip()) == 64


def _environments():
    import os

    return [{**os.environ, "PYTHONHASHSEED": seed} for seed in ("1", "2")]
