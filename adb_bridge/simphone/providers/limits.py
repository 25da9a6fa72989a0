"""`?limit=` and `?offset=` of a content URI (AOSP: CallLogProvider and ContactsProvider2; vendors differ)."""

from typing import assert_never

from ..traits import LimitParameter
from .query import Uri, illegal_argument


def limit_clause(uri: Uri, rule: LimitParameter) -> str:
    """What stands after LIMIT, empty for no limit. Raise `JavaError` for what the provider refuses."""
    match rule:
        case LimitParameter.ACCEPTED:
            limit, offset = (_number(uri, name) for name in ("limit", "offset"))
            return "" if limit is None else f"{offset or 0},{limit}"
        case LimitParameter.IGNORED:
            return ""
        case LimitParameter.REJECTED:
            if uri.parameter("limit") is not None:
                raise illegal_argument(f"Invalid URI {uri.text}")
            return ""
        case _:
            assert_never(rule)


def _number(uri: Uri, name: str) -> int | None:
    text = uri.parameter(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit():
        raise illegal_argument(f"Integer required for {name} parameter but value '{text}' was found instead.")
    return int(text)
