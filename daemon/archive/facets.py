"""What the full-text index holds of an event beside its words, so that a filter costs what it finds.

Every event is indexed with one term for each of its public id, phone, conversation, kind, source, direction, day, block
of 32 days and, where it has any, its attachments; a contact with one for each of its numbers, as the blind index has
them. Terms begin with a character of private use, which no text's terms hold. The index only proposes: what it finds is
checked against the rows.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

_MARK: Final = "\ue000"
_DAY_US: Final = 86_400_000_000
_BLOCK_DAYS: Final = 32
_ID_BYTES: Final = 7
_MOST_PERIODS: Final = 400
"""A longer range is left to the check of the rows."""


def facet_terms(
    event_id: bytes,
    device_no: int,
    conversation_no: int | None,
    kind: int,
    source: int,
    direction: int,
    occurred_at: int,
) -> str:
    """Index terms that every event has, space separated. Codes as in its row; `occurred_at` in microseconds."""
    shared = _shared_terms(device_no, conversation_no, kind, source, direction, occurred_at // _DAY_US)
    return f"{shared} {_MARK}i{event_id[:_ID_BYTES].hex()}"


@lru_cache(maxsize=4_096)
def _shared_terms(device_no: int, conversation_no: int | None, kind: int, source: int, direction: int, day: int) -> str:
    """Those that many rows of a batch have in common."""
    terms = (
        device_term(device_no), kind_term(kind), source_term(source), direction_term(direction),
        f"{_MARK}y{day}", f"{_MARK}b{day // _BLOCK_DAYS}",
    )  # fmt: skip
    return " ".join(terms if conversation_no is None else (*terms, conversation_term(conversation_no)))


ATTACHMENT_TERM: Final = f"{_MARK}a"


def device_term(device_no: int) -> str:
    """Of a phone."""
    return f"{_MARK}d{device_no}"


def conversation_term(conversation_no: int) -> str:
    """Of a conversation of one phone."""
    return f"{_MARK}c{conversation_no}"


def number_term(token: bytes) -> str:
    """Of a contact's number."""
    return f"{_MARK}n{token.hex()}"


def event_term(event_id: bytes) -> str:
    """The beginning of an event's public id: few events share it, and the row tells them apart."""
    return f"{_MARK}i{event_id[:_ID_BYTES].hex()}"


def kind_term(code: int) -> str:
    """Of a kind of event."""
    return f"{_MARK}k{code}"


def source_term(code: int) -> str:
    """Of a source."""
    return f"{_MARK}s{code}"


def direction_term(code: int) -> str:
    """Of a direction."""
    return f"{_MARK}o{code}"


def period_terms(since_us: int, until_us: int) -> tuple[str, ...] | None:
    """Days and blocks of days that cover `since_us` to `until_us`, exclusive; None when they are too many to name."""
    day, end = since_us // _DAY_US, -(-until_us // _DAY_US)
    if (end - day) // _BLOCK_DAYS > _MOST_PERIODS - 2 * _BLOCK_DAYS:
        return None
    terms: list[str] = []
    while day < end:
        if day % _BLOCK_DAYS == 0 and day + _BLOCK_DAYS <= end:
            terms.append(f"{_MARK}b{day // _BLOCK_DAYS}")
            day += _BLOCK_DAYS
        else:
            terms.append(f"{_MARK}y{day}")
            day += 1
    return tuple(terms)


def any_of(terms: Iterable[str]) -> str:
    """The FTS5 expression for events with at least one of these terms; there must be one."""
    return "(" + " OR ".join(f'"{term}"' for term in terms) + ")"
