"""What every wire type is made of: the base struct and the lengths of what clients send."""

from typing import Annotated, NewType

import msgspec

Masked = NewType("Masked", str)

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
"""Serials, ids and tokens that a client sends."""
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
"""Names and other short text that a client sends."""
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
"""Why; ends up in the audit."""
Note = Annotated[str, msgspec.Meta(max_length=2000)]
Words = Annotated[str, msgspec.Meta(max_length=200)]
"""Search words."""


class Wire(msgspec.Struct, frozen=True, kw_only=True):
    """Base of everything on the wire."""
