"""How long customers waited: from their first message after our last to our next."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

ANSWERED_WITHIN = timedelta(hours=24)
"""What comes later answers something else; who was not answered is not in these figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message or a call of a conversation."""

    conversation_no: int
    device: str
    at: datetime
    is_ours: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """One that ended with an answer."""

    device: str
    since: datetime
    minutes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who had a phone for a time."""

    employee: str
    since: datetime
    until: datetime | None


def waits(said: Iterable[Said]) -> list[Wait]:
    """Of all conversations, in one pass; `said` is in order of time."""
    waiting: dict[int, Said] = {}
    found: list[Wait] = []
    for one in said:
        if not one.is_ours:
            waiting.setdefault(one.conversation_no, one)
            continue
        first = waiting.pop(one.conversation_no, None)
        if first is not None and one.at - first.at <= ANSWERED_WITHIN:
            took = (one.at - first.at).total_seconds() / 60
            found.append(Wait(device=first.device, since=first.at, minutes=took))
    return found


def holder_of(holders: Sequence[Holder], moment: datetime) -> str:
    """Empty when nobody had the phone then."""
    for one in holders:
        if one.since <= moment and (one.until is None or moment < one.until):
            return one.employee
    return ""


def by_employee(found: Iterable[Wait], holders: Mapping[str, Sequence[Holder]]) -> dict[str, list[Wait]]:
    """By who had the phone when the customer wrote."""
    of: defaultdict[str, list[Wait]] = defaultdict(list)
    for one in found:
        of[holder_of(holders.get(one.device, ()), one.since)].append(one)
    return dict(of)


def median(values: Sequence[float]) -> float:
    """Of at least one, sorted."""
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def ninth_tenth(values: Sequence[float]) -> float:
    """The smallest that nine of ten do not exceed; of at least one, sorted."""
    return values[ceil(len(values) * 0.9) - 1]
