"""What a part of the archive ("book") is given: how to write a unit and how to read with a query."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from crypto.database import Database

from .transaction import Unit

T = TypeVar("T")


class Write(Protocol):
    """Hands a unit to the one writer and waits for its commit. Raises what the archive raises."""

    def __call__(self, unit: Unit[T]) -> Awaitable[T]: ...


class Read(Protocol):
    """Runs a query on a connection of its own. Raises what the archive raises."""

    def __call__(self, query: Callable[[Database], T]) -> Awaitable[T]: ...
