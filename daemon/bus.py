"""What happened, told to every open stream: bounded, and never waiting for a slow one.

The bus carries names, not content: a subscriber reads what it may see from the archive itself. New events are told
only as "the ledger now ends here", which costs nothing during a backfill. A subscriber that lets its queue fill up
loses it and is told `Overflowed`: it must reload.
"""

import asyncio
from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LedgerGrew:
    """Everything below `size` is committed and may be read."""

    size: int


@dataclass(frozen=True, slots=True)
class AlertChanged:
    """Raised, acknowledged or resolved."""

    alert_id: str


@dataclass(frozen=True, slots=True)
class DeviceChanged:
    """Its line in the list of devices is new."""

    serial: str


@dataclass(frozen=True, slots=True)
class CommandChanged:
    """Its state is new."""

    command_id: str


@dataclass(frozen=True, slots=True)
class HealthChanged:
    """Ask for the health anew."""


@dataclass(frozen=True, slots=True)
class Overflowed:
    """This subscriber was too slow and missed something."""


Notice = LedgerGrew | AlertChanged | DeviceChanged | CommandChanged | HealthChanged | Overflowed

MAX_PENDING = 1_000


class Subscription:
    """One listener's bounded queue. Notices that say the same again replace each other."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._pending: dict[Notice, None] = {}
        self._ledger: LedgerGrew | None = None
        self._has_overflowed = False
        self._is_closed = False
        self._filled = asyncio.Event()

    def offer(self, notice: Notice) -> None:
        """Never blocks, never raises."""
        if isinstance(notice, LedgerGrew):
            self._ledger = notice
        elif notice in self._pending:
            pass
        elif len(self._pending) >= self._capacity:
            self._pending.clear()
            self._has_overflowed = True
        elif not self._has_overflowed:
            self._pending[notice] = None
        self._filled.set()

    def close(self) -> None:
        """The daemon stops; `take` answers None from now on."""
        self._is_closed = True
        self._filled.set()

    async def take(self) -> tuple[Notice, ...] | None:
        """Wait for something, then everything at once: alerts and states first, `LedgerGrew` last. None at the end."""
        await self._filled.wait()
        self._filled.clear()
        if self._is_closed:
            self._filled.set()
            return None
        if self._has_overflowed:
            self._has_overflowed = False
            taken: deque[Notice] = deque([Overflowed()])
        else:
            taken = deque(self._pending)
        self._pending.clear()
        if self._ledger is not None:
            taken.append(self._ledger)
            self._ledger = None
        return tuple(taken)


class Bus:
    """All subscriptions. Used from the event loop's thread only."""

    def __init__(self, capacity: int = MAX_PENDING) -> None:
        self._capacity = capacity
        self._subscriptions: set[Subscription] = set()

    def subscribe(self) -> Subscription:
        """Hears everything from now on; give it back with `unsubscribe`."""
        subscription = Subscription(self._capacity)
        self._subscriptions.add(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Harmless when already gone."""
        self._subscriptions.discard(subscription)

    def publish(self, notice: Notice) -> None:
        """Tell everybody."""
        for subscription in self._subscriptions:
            subscription.offer(notice)

    def close(self) -> None:
        """End every stream."""
        for subscription in self._subscriptions:
            subscription.close()
        self._subscriptions.clear()
