"""Frozen values that are made quickly."""

from __future__ import annotations

from dataclasses import MISSING, fields
from types import MemberDescriptorType
from typing import Any, TypeVar

T = TypeVar("T")


def quick(cls: type[T]) -> type[T]:
    """A frozen dataclass with slots whose ``__init__`` fills the slots themselves.

    That of a frozen dataclass goes through ``object.__setattr__`` and finds the slot of each field by its name again:
    it takes three times as long, and reading a text makes thousands of values for each page. Here a value is, while it
    is made, one of a class with the same slots that is not frozen. Everything else stays as it is.
    Raises TypeError for a class with default factories or ``__post_init__``, whose order this would have to keep.

    A class of a compiled module is left as it is: its slots are none of Python's. In such a module this stands behind
    the class as a statement, as the compiler makes of a class with a decorator that it does not know a slow one.

    >>> from dataclasses import dataclass
    >>> Point = quick(dataclass(frozen=True, slots=True)(type("Point", (), {"__annotations__": {"x": int}})))
    >>> Point(1), hash(Point(1)) == hash(Point(1))
    (Point(x=1), True)
    """
    own = [f for f in fields(cls) if f.init]  # type: ignore[arg-type]
    plain = all(f.default_factory is MISSING for f in own) and len(own) == len(fields(cls))  # type: ignore[arg-type]
    if not plain or hasattr(cls, "__post_init__"):
        raise TypeError(f"{cls.__name__} is more than its fields")
    if not all(isinstance(cls.__dict__[f.name], MemberDescriptorType) for f in own):
        return cls
    open_twin = type(cls.__name__, (), {"__slots__": tuple(f.name for f in own)})
    known: dict[str, Any] = {"become": object.__setattr__, "open_twin": open_twin, "frozen": cls}
    known |= {f"default_{f.name}": f.default for f in own if f.default is not MISSING}
    takes = [f.name if f.default is MISSING else f"{f.name}=default_{f.name}" for f in own]
    lines = [f"def __init__(self, {', '.join(takes)}):", "    become(self, '__class__', open_twin)"]
    lines += [*(f"    self.{f.name} = {f.name}" for f in own), "    self.__class__ = frozen"]
    exec("\n".join(lines), known)
    made = known["__init__"]
    made.__qualname__, made.__annotations__ = f"{cls.__qualname__}.__init__", cls.__init__.__annotations__
    setattr(cls, "__init__", made)  # noqa: B010 - an assignment to a method is none that a type checker lets pass
    return cls
