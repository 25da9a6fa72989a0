"""Projection maps: the columns a strict provider lets through.

Source: AOSP `SQLiteQueryBuilder.computeSingleProjection` with `setStrict(true)`; aggregates of mapped columns pass.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from .query import illegal_argument, tokens

_AGGREGATE: Final = re.compile(r"(AVG|COUNT|MAX|MIN|SUM|TOTAL|GROUP_CONCAT)\((.+)\)", re.IGNORECASE | re.DOTALL)


class ProjectionMap:
    """Column name to SQL. A host that names nothing gets all columns in the order of Java's HashMap."""

    def __init__(self, columns: Iterable[str], computed: Mapping[str, str] | None = None) -> None:
        self._sql = {name: name for name in columns}
        self._sql |= {name: f"{sql} AS {name}" for name, sql in (computed or {}).items()}

    def sql(self, projection: tuple[str, ...] | None) -> str:
        """The SELECT list. Raise `JavaError` for a column that is not mapped."""
        names = _hash_order(list(self._sql)) if projection is None else projection
        return ", ".join(self._one(name) for name in names)

    def _one(self, name: str) -> str:
        if name in self._sql:
            return self._sql[name]
        match = _AGGREGATE.fullmatch(name)
        if match is not None and match.group(2) in self._sql:
            return f"{match.group(1)}({match.group(2)})"
        raise illegal_argument(f"Invalid column {name}")


def check_strict(*texts: str | None) -> None:
    """Strict grammar: no subqueries, no LIMIT where an order belongs. Raise `JavaError`."""
    for text in texts:
        for token in tokens(text or ""):
            if token in ("select", "limit", "union", "from"):
                raise illegal_argument(f"Invalid token {token.upper()}")


def _hash_order(names: list[str]) -> list[str]:
    """The iteration order of a HashMap that was filled in the order of `names`."""
    capacity = 16
    while len(names) > capacity * 3 // 4:
        capacity *= 2
    return sorted(names, key=lambda name: _spread(name) & (capacity - 1))


def _spread(name: str) -> int:
    value = 0
    for character in name:
        value = (31 * value + ord(character)) & 0xFFFFFFFF
    return value ^ value >> 16
