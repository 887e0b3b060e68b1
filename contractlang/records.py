"""Frozen dataclasses that are ready sooner: what meaning is made of is some ninety classes, made at every start.

`dataclass` compiles six functions for each class. Half of them, telling two values apart and showing one, need not be
compiled: here they are shared. In all else it is the standard library's, and to a type checker it is just that.
"""

from __future__ import annotations

import dataclasses
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(**how: Any) -> Any:
        """Return what makes a class a dataclass of values; it is given `frozen`, and `slots` or `kw_only` at will."""

        def made(kind: type) -> type:
            return _compared(dataclasses.dataclass(eq=False, repr=False, **how)(kind))

        return made


@cache
def fields_of(kind: Any) -> tuple[str, ...]:
    """Return the names of a dataclass's fields, in order; none for any other class."""
    return tuple(each.name for each in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else ()


def _compared(kind: Any) -> Any:
    """Give a class equality, a hash and a way to be shown: by the fields that take part in comparing."""
    fields = dataclasses.fields(kind)
    names = [each.name for each in fields if each.compare]
    of: Any = (lambda value: ()) if not names else attrgetter(*names)

    def equal(self: Any, other: object) -> Any:
        return of(self) == of(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: Any) -> int:
        return hash((kind, of(self)))

    kind.__eq__, kind.__hash__, kind.__repr__ = equal, hashed, _shown
    return kind


def _shown(value: Any) -> str:
    kind: Any = type(value)
    return f"{kind.__qualname__}({', '.join([f'{name}={getattr(value, name)!r}' for name in _fields_shown(kind)])})"


@cache
def _fields_shown(kind: Any) -> tuple[str, ...]:
    return tuple(each.name for each in dataclasses.fields(kind) if each.repr)
