"""A query struct as the parts of an address; what is None is left out."""

from collections.abc import Mapping

import msgspec

from .wire_base import Wire


def query_of(wanted: Wire) -> Mapping[str, str]:
    """Every field with a value, by its name."""
    values: dict[str, object] = msgspec.to_builtins(wanted)
    return {name: str(value) for name, value in values.items() if value is not None}
