"""What waits for each phone, in memory: the archive has the same, and only this process writes it."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from adb_bridge.records import DeviceSerial

from ..api.wire import CommandState
from ..archive.records import Approval, ArchivedCommand
from .states import NEEDS_DECISION
from .verbs import traits

_ASKED_ABOUT = frozenset({CommandState.SENT, CommandState.UNKNOWN})


def needs_decision(command: ArchivedCommand) -> bool:
    """Whether only a person can say how it ended."""
    return command.state is CommandState.UNKNOWN and command.result == NEEDS_DECISION


class Waiting:
    """Open commands by phone. Belongs to the event loop."""

    def __init__(self) -> None:
        self._open: dict[DeviceSerial, dict[str, ArchivedCommand]] = {}
        self._news: defaultdict[DeviceSerial, asyncio.Event] = defaultdict(asyncio.Event)

    def news_for(self, device: DeviceSerial) -> asyncio.Event:
        """Set when something of this phone changed; who waits clears it."""
        return self._news[device]

    def load(self, commands: Iterable[ArchivedCommand]) -> None:
        """Instead of what was known."""
        self._open.clear()
        for command in commands:
            self.put(command)

    def put(self, command: ArchivedCommand) -> None:
        """As it is now; one that has ended is forgotten."""
        mine = self._open.setdefault(command.device, {})
        if command.state.is_terminal:
            mine.pop(command.command_id, None)
            if not mine:
                del self._open[command.device]
        else:
            mine[command.command_id] = command
        if (news := self._news.get(command.device)) is not None:
            news.set()

    def get(self, command: ArchivedCommand) -> ArchivedCommand | None:
        """As it is now; None when it has ended."""
        return self._open.get(command.device, {}).get(command.command_id)

    def of(self, device: DeviceSerial) -> tuple[ArchivedCommand, ...]:
        """All open ones of a phone, oldest first."""
        return tuple(sorted(self._open.get(device, {}).values(), key=lambda one: one.ledger_index))

    def all(self) -> tuple[ArchivedCommand, ...]:
        """All open ones."""
        return tuple(one for mine in self._open.values() for one in mine.values())

    def count(self, device: DeviceSerial) -> int:
        """How many may still change."""
        return len(self._open.get(device, {}))

    def next(self, device: DeviceSerial, now: datetime) -> ArchivedCommand | None:
        """The one whose turn it is: what was sent and is not known yet, then by priority, rank and age."""
        return min((one for one in self._open.get(device, {}).values() if _is_due(one, now)), key=_turn, default=None)

    def has_other(self, command: ArchivedCommand, now: datetime) -> bool:
        """Whether something that goes before `command` is due."""
        others = (one for one in self.of(command.device) if one.command_id != command.command_id)
        turn = (command.priority, traits(command.verb).rank)
        return any(_is_due(one, now) and (one.priority, traits(one.verb).rank) < turn for one in others)

    def next_try_at(self, device: DeviceSerial) -> datetime | None:
        """When the first that waits for a time is due; None when none does."""
        times = [
            one.next_try_at
            for one in self._open.get(device, {}).values()
            if one.next_try_at is not None and not needs_decision(one)
        ]
        return min(times, default=None)


def _is_due(command: ArchivedCommand, now: datetime) -> bool:
    if command.state in _ASKED_ABOUT:
        return not needs_decision(command)
    is_time = command.next_try_at is None or command.next_try_at <= now
    return is_time and command.expires_at > now and command.approval is not Approval.AWAITED


def _turn(command: ArchivedCommand) -> tuple[bool, int, int, int]:
    # What was sent comes first: its end is unknown, and nothing else may start before it is known.
    return (
        command.state not in _ASKED_ABOUT,
        command.priority,
        traits(command.verb).rank,
        command.ledger_index,
    )
