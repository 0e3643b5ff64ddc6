"""The blank `____` that a learner replaces: a real object, so that an untouched exercise runs."""

import types
from functools import partial
from typing import Any


class NotAttempted(Exception):
    """A blank was used before the learner replaced it."""


_touches = 0


def touches() -> int:
    """Return how often the blank has been used in this process."""
    return _touches


def _refuse(*_: Any, **__: Any) -> Any:
    global _touches
    _touches += 1
    raise NotAttempted("a blank (____) is not filled in yet: replace it with your answer")


class _Blank:
    """The type of `____`. Every use of it raises NotAttempted; only its representation and identity work."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "____"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # probes by Python, IPython and NumPy, no use by a learner
            raise AttributeError(name)
        _refuse()

    def __copy__(self) -> "_Blank":
        return self

    def __deepcopy__(self, memo: dict) -> "_Blank":
        return self


_BINARY = "add sub mul truediv floordiv mod divmod pow matmul and or xor lshift rshift"
_OTHER = (
    "eq ne lt le gt ge hash bool len iter next contains getitem setitem delitem call int float complex index "
    "round trunc floor ceil abs neg pos invert str format bytes enter exit reversed setattr delattr array "
    "await"
)
_binary = _BINARY.split()
for _name in (*_OTHER.split(), *_binary, *(f"r{n}" for n in _binary), *(f"i{n}" for n in _binary)):
    setattr(_Blank, f"__{_name}__", _refuse)

____ = _Blank()
_BLANK = ____


def contains_blank(value: Any, _depth: int = 6) -> bool:
    """Tell whether `value` is the blank, or a container, array or table that holds it."""
    if value is _BLANK:
        return True
    if _depth == 0:
        return False
    if isinstance(value, dict):
        return any(contains_blank(v, _depth - 1) for pair in value.items() for v in pair)
    if isinstance(value, (list, tuple, set, frozenset)):
        return any(contains_blank(v, _depth - 1) for v in value)
    if isinstance(value, types.FunctionType):
        return contains_blank((value.__defaults__, value.__kwdefaults__), _depth - 1)
    kind = type(value).__module__.partition(".")[0]
    if kind == "numpy" and str(getattr(value, "dtype", "")) == "object":
        return any(v is _BLANK for v in value.flat)
    if kind == "pandas" and hasattr(value, "to_numpy"):
        columns = [value.iloc[:, i] for i in range(value.shape[1])] if value.ndim == 2 else [value]
        return any(v is _BLANK for c in columns if str(c.dtype) == "object" for v in c)
    return False


def _functions(value: Any) -> list[types.FunctionType]:
    if isinstance(value, partial):
        return _functions(value.func)
    if isinstance(value, types.MethodType):
        return [value.__func__]
    if isinstance(value, types.FunctionType):
        return [value]
    owner = value if isinstance(value, type) else type(value)
    return [f for f in vars(owner).values() if isinstance(f, types.FunctionType)]


def _names_blank(code: types.CodeType) -> bool:
    inner = [c for c in code.co_consts if isinstance(c, types.CodeType)]
    return "____" in (*code.co_names, *code.co_freevars) or any(_names_blank(c) for c in inner)


def mentions_blank(value: Any) -> bool:
    """Tell whether the source of a function, a method or a class still contains `____`."""
    return any(
        _names_blank(f.__code__) and f.__globals__.get("____", _BLANK) is _BLANK for f in _functions(value)
    )


def caused_by_blank(error: BaseException | None) -> bool:
    """Tell whether an exception is NotAttempted, or was raised from one or while handling one."""
    seen: set[int] = set()
    pending = [error]
    while pending:
        e = pending.pop()
        if e is None or id(e) in seen:
            continue
        if isinstance(e, NotAttempted):
            return True
        seen.add(id(e))
        pending += [e.__cause__, e.__context__]
    return False
