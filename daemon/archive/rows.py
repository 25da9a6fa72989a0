"""Rows of the database as typed structs."""

from typing import TypeVar

import msgspec

from crypto.database import Row

StructT = TypeVar("StructT", bound=msgspec.Struct)


def row_as(struct: type[StructT], row: Row) -> StructT:
    """`row` as an `array_like` struct. msgspec.ValidationError when a column is not of its type: a changed schema."""
    return msgspec.convert(row, struct, builtin_types=(bytes,))
