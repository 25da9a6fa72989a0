"""What figures over time are counted from: places in time, no content."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from crypto.database import Database
from policies.model import Severity

from ..api.wire import CommandState
from ..events import Direction, EventKind
from ..figures.replies import Said
from .book import Read
from .codes import COMMAND_STATES, DIRECTION_CODES, KIND_CODES, SEVERITIES, from_micros, to_micros

MOST_ALERTS: Final = 200_000
MOST_SAID: Final = 200_000
"""Newest first; what is older is not counted, and the answer says so."""
_CLOCK_SLACK: Final = timedelta(days=1)
"""The ledger's order is the order of time, unless the clock was set back."""
_ALERTS: Final = """
SELECT a.raised_at, a.severity, d.serial, a.rule_id FROM alerts a JOIN devices d ON d.device_no = a.device_no
ORDER BY a.ledger_index DESC LIMIT ?"""
_OUT: Final = DIRECTION_CODES[Direction.OUT]
_SAID: Final = f"""
SELECT e.conversation_no, d.serial, e.occurred_at, e.direction
FROM events e INDEXED BY events_by_time JOIN devices d ON d.device_no = e.device_no
WHERE e.occurred_at >= ? AND e.occurred_at < ? AND e.conversation_no IS NOT NULL
  AND (e.direction = {_OUT} AND e.kind IN ({KIND_CODES[EventKind.MESSAGE]}, {KIND_CODES[EventKind.CALL]})
       OR e.direction = {DIRECTION_CODES[Direction.IN]} AND e.kind = {KIND_CODES[EventKind.MESSAGE]})
ORDER BY e.occurred_at DESC LIMIT ?"""  # noqa: S608


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisedAlert:
    """When, how grave, on which phone, by which rule."""

    at: datetime
    severity: Severity
    device: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What was found, and how far back all of it is here."""

    alerts: tuple[RaisedAlert, ...] = ()
    said: tuple[Said, ...] = ()
    """In order of time."""
    complete_since: datetime | None = None
    """None: all that was asked."""


class FigureBook:
    """A part of the archive. Raises what the archive raises."""

    def __init__(self, read: Read) -> None:
        self._read = read

    async def alerts(self, since: datetime, until: datetime) -> Counted:
        """Those raised in that time."""
        return await self._read(lambda database: _alerts(database, since, until))

    async def said(self, since: datetime, until: datetime) -> Counted:
        """Messages of both sides and our calls, by when they happened."""
        return await self._read(lambda database: _said(database, since, until))

    async def commands_by_state(self) -> dict[CommandState, int]:
        """Of all that are kept."""
        return await self._read(_commands_by_state)


def _commands_by_state(database: Database) -> dict[CommandState, int]:
    rows = database.fetch_all("SELECT state, count(*) FROM commands GROUP BY state")
    return {COMMAND_STATES[state]: count for state, count in rows if isinstance(state, int) and isinstance(count, int)}


def _alerts(database: Database, since: datetime, until: datetime) -> Counted:
    early, found, looked_at, last = since - _CLOCK_SLACK, list[RaisedAlert](), 0, None
    for one in _raised(database):
        looked_at, last = looked_at + 1, one.at
        if one.at < early:
            break
        if since <= one.at < until:
            found.append(one)
    return Counted(alerts=tuple(found), complete_since=last if looked_at >= MOST_ALERTS else None)


def _raised(database: Database) -> Iterator[RaisedAlert]:
    for row in database.execute(_ALERTS, (MOST_ALERTS,)):
        match row:
            case (int(at), int(severity), str(device), str(rule)):
                yield RaisedAlert(at=from_micros(at), severity=SEVERITIES[severity], device=device, rule=rule)
            case _:
                continue


def _said(database: Database, since: datetime, until: datetime) -> Counted:
    rows = database.execute(_SAID, (to_micros(since), to_micros(until), MOST_SAID + 1))
    found: list[Said] = []
    for row in islice(rows, MOST_SAID + 1):
        match row:
            case (int(conversation_no), str(device), int(at), int(direction)):
                found.append(
                    Said(
                        conversation_no=conversation_no,
                        device=device,
                        at=from_micros(at),
                        is_ours=direction == _OUT,
                    )
                )
            case _:
                continue
    is_cut = len(found) > MOST_SAID
    found.reverse()
    return Counted(said=tuple(found), complete_since=found[0].at if is_cut else None)
