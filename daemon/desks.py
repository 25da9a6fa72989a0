"""The desks behind the API that are not methods of `Service`: each is one class with a file or folder of its own.

A desk's method takes the caller first, asks `roles.require`, writes the audit entry before it serves, and raises
`ServiceError` only (`service_errors.refusing`).
"""

from dataclasses import dataclass

from .desk_parts import DeskParts as DeskParts


@dataclass(frozen=True, slots=True, kw_only=True)
class Desks:
    """One of each."""


def open_desks(parts: DeskParts) -> Desks:
    """Every desk of the daemon."""
    return Desks()
