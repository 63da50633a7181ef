"""The front end's one file, as text: it travels with every widget model."""

from __future__ import annotations

import json
from importlib.resources import files

REMEDY = "run `npm ci` and `npm run build` in the folder widgets/ of the checkout, then restart the kernel"


def front_end() -> str:
    """The built bundle; where it was not built, a module that says what to run."""
    file = files("cutroom.widgets") / "static" / "widget.js"
    if file.is_file():
        return file.read_text(encoding="utf-8")
    words = json.dumps(f"Cutroom's front end is not built here: {REMEDY}.")
    return f"export default {{ render({{ el }}) {{ el.textContent = {words}; }} }};"


def is_built() -> bool:
    """Whether this installation has the front end."""
    return (files("cutroom.widgets") / "static" / "widget.js").is_file()
