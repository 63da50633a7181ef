"""A function as bytes: the same function gives the same bytes, and the modules that they need are known.

What lies in installed packages is pickled by its name. Functions of a notebook, a script or a module beside it are
pickled whole, without the places where they stood: a cell that is run again gives the same bytes.
"""

from __future__ import annotations

import dis
import functools
import importlib.util
import io
import pickle
import pickletools
import site
import sys
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

import cloudpickle

from cutroom.errors import ValidationError

_HERE = "<effect "
_HOME = "__main__"
_THERE = frozenset({"builtins", "cloudpickle", "cutroom"})
"""What every worker has."""
_SHOWN = frozenset({"__file__", "__path__", "__package__"})


class Pickled(NamedTuple):
    """A function as bytes."""

    data: bytes
    modules: frozenset[str]
    """What must be imported to unpickle and run it."""


def pickled(function: FunctionType) -> Pickled:
    """A function as bytes.

    Args:
        function: of the user's own.

    Raises:
        ValidationError: it uses something that cannot be pickled; says what.
    """
    buffer = io.BytesIO()
    pickler = _Pickler(buffer, function)
    try:
        pickler.dump(function)
    except (pickle.PicklingError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise ValidationError(
            f"effect {function.__name__} uses something that cannot travel to a worker: {error}",
            value=function.__name__,
            hint="an open file, a lock or a generator, say: make it inside of the function",
        ) from None
    modules = {name for name in pickler.modules if name.partition(".")[0] not in _THERE}
    return Pickled(pickletools.optimize(buffer.getvalue()), frozenset(modules))


class _Pickler(cloudpickle.CloudPickler):  # type: ignore[misc]  # it has no types
    """Leaves out where code stood, and notes what is imported."""

    def __init__(self, file: io.BytesIO, function: FunctionType) -> None:
        super().__init__(file, protocol=pickle.DEFAULT_PROTOCOL)
        self.modules: set[str] = set()
        self._title = function.__name__
        self._own = function
        self._globals: dict[int, dict[str, Any]] = {}
        self._kept: list[Any] = []

    def reducer_override(self, value: Any) -> Any:
        """How a value is pickled."""
        if isinstance(value, CodeType):
            return self.dispatch_table[CodeType](self._placed(value))
        if isinstance(value, FunctionType):
            if value is self._own or _travels(value.__module__):
                return super().reducer_override(self.plain(value))
            self.modules.add(value.__module__)
        elif isinstance(value, ModuleType):
            self.modules.add(value.__name__)
        elif callable(getattr(type(value), "as_function", None)):
            return functools.partial, (value.as_function(),)
        else:
            module = getattr(value if isinstance(value, type) or callable(value) else type(value), "__module__", None)
            if isinstance(module, str) and module != _HOME and module in sys.modules:
                self.modules.add(module)
        return super().reducer_override(value)

    def plain(self, function: FunctionType) -> FunctionType:
        """The function with nothing but its code and what it uses."""
        known = self._globals.setdefault(
            id(function.__globals__),
            {name: value for name, value in function.__globals__.items() if name not in _SHOWN} | {"__name__": _HOME},
        )
        code = self._placed(function.__code__)
        made = FunctionType(code, known, function.__name__, function.__defaults__, function.__closure__)
        made.__kwdefaults__ = function.__kwdefaults__
        made.__qualname__ = function.__name__
        self._kept.append(made)
        self._note(function.__code__, function)
        return made

    def _placed(self, code: CodeType) -> CodeType:
        """Code as if it stood in a file of its own."""
        if code.co_filename.startswith(_HERE):
            return code
        own = code is self._own.__code__
        made = _moved(code, f"{_HERE}{self._title}>" if own else f"{_HERE}{self._title}: {code.co_name}>")
        self._kept.append(made)
        return made

    def _note(self, code: CodeType, function: FunctionType) -> None:
        """The modules that code imports while it runs, and the parts of packages that it names."""
        names = set(code.co_names)
        imported = ""
        for step in dis.get_instructions(code):
            if step.opname == "IMPORT_NAME":
                imported = str(step.argval)
                if imported and _exists(imported):  # what is not here may be tried, and done without
                    self.modules.add(imported)
            elif step.opname == "IMPORT_FROM" and imported and _exists(f"{imported}.{step.argval}"):
                self.modules.add(f"{imported}.{step.argval}")
            elif step.opname in {"LOAD_GLOBAL", "LOAD_NAME"}:
                module = function.__globals__.get(step.argval)
                if isinstance(module, ModuleType):
                    self.modules.update(_parts(module, names))
        for inner in code.co_consts:
            if isinstance(inner, CodeType):
                self._note(inner, function)


def _parts(module: ModuleType, names: set[str]) -> Iterator[str]:
    """The modules inside of a package that code may mean by its attributes."""
    if not hasattr(module, "__path__"):
        return
    for name in sorted(names):
        if _exists(f"{module.__name__}.{name}"):
            yield f"{module.__name__}.{name}"


def _exists(name: str) -> bool:
    if name in sys.modules:
        return True
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError, AttributeError):
        return False


def _moved(code: CodeType, file: str, up: int | None = None) -> CodeType:
    """Code, and all code inside of it, in another file, whose first line is its own first one."""
    up = code.co_firstlineno - 1 if up is None else up
    inner = tuple(_moved(one, file, up) if isinstance(one, CodeType) else one for one in code.co_consts)
    return code.replace(
        co_filename=file, co_firstlineno=max(1, code.co_firstlineno - up), co_consts=inner, co_qualname=code.co_name
    )


def _travels(module: str | None) -> bool:
    """Whether what belongs to a module is pickled whole: a worker could not import it."""
    if module is None or module == _HOME or module not in sys.modules:
        return True
    return not _installed(module)


@cache
def _installed(module: str) -> bool:
    file = getattr(sys.modules[module], "__file__", None)
    if file is None:
        return True  # built in, or a package without a file
    homes = [*sysconfig.get_paths().values(), *site.getsitepackages(), site.getusersitepackages()]
    inside = any(Path(file).resolve().is_relative_to(Path(home).resolve()) for home in homes if home)
    return inside or module.partition(".")[0] == __name__.partition(".")[0]
