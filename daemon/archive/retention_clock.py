"""How far the clock may be trusted with deleting: a year that a wrong clock skipped must not cost a year of records.

Kept: the last wall time that was seen while running, how long the daemon has run since the clock last jumped, and
whether the present time is trusted. A jump is wall time that went on by more than the daemon's own running time
explains; being switched off looks the same, so short gaps are trusted after some hours, long ones after days.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final

from crypto.database import Database

from .book import Read, Write
from .codes import from_micros, to_micros
from .transaction import Transaction

SHORT_GAP: Final = timedelta(days=3)
LONG_GAP: Final = timedelta(days=60)
STEADY_AFTER_SHORT_S: Final = 6 * 3_600.0
STEADY_AFTER_LONG_S: Final = 72 * 3_600.0
_TOLERANCE: Final = timedelta(minutes=2)
_SAVE: Final = """
INSERT INTO retention_clock (singleton, seen_at, steady_s, wait_ms) VALUES (1, ?, ?, ?)
ON CONFLICT (singleton) DO UPDATE SET seen_at = excluded.seen_at, steady_s = excluded.steady_s,
  wait_ms = excluded.wait_ms"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockTrust:
    """What is known of the clock."""

    seen_at: datetime
    """Wall time at the last look."""
    steady_s: float
    """Running time since the clock last jumped; what is missing until it is trusted follows from the jump."""
    wait_s: float
    """How much longer it has to run steadily; 0 when it is trusted, negative when only a person can say."""

    @property
    def is_trusted(self) -> bool:
        """Whether what is over its time may be deleted now."""
        return self.wait_s == 0

    @property
    def needs_confirmation(self) -> bool:
        """The gap is so long that waiting does not help."""
        return self.wait_s < 0


def after_look(before: ClockTrust | None, now: datetime, ran_s: float) -> ClockTrust:
    """The trust after the daemon ran for `ran_s` since the last look. Pure.

    The first look ever trusts the clock: there is nothing yet that is over its time. A clock that goes back is
    trusted like one that runs: it deletes less.
    """
    if before is None:
        return ClockTrust(seen_at=now, steady_s=ran_s, wait_s=0.0)
    gap = now - before.seen_at - timedelta(seconds=ran_s)
    if gap > LONG_GAP:
        return ClockTrust(seen_at=now, steady_s=0.0, wait_s=-1.0)
    if gap > _TOLERANCE:
        wait_s = STEADY_AFTER_SHORT_S if gap <= SHORT_GAP else STEADY_AFTER_LONG_S
        wait_s = -1.0 if before.needs_confirmation else max(wait_s, before.wait_s)
        return ClockTrust(seen_at=now, steady_s=0.0, wait_s=wait_s)
    wait_s = before.wait_s if before.needs_confirmation else max(0.0, before.wait_s - ran_s)
    return ClockTrust(seen_at=now, steady_s=before.steady_s + ran_s, wait_s=wait_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUnit:
    """A look at the clock."""

    ran_s: float
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ClockTrust:
        """Write what it showed."""
        trust = after_look(read_trust(transaction.database), transaction.now, self.ran_s)
        _save(transaction.database, trust)
        return trust


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmUnit:
    """A person says that the clock is right."""

    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ClockTrust:
        """Trusted from now on."""
        trust = ClockTrust(seen_at=transaction.now, steady_s=0.0, wait_s=0.0)
        _save(transaction.database, trust)
        return trust


class RetentionClockBook:
    """A part of the archive. Raises what the archive raises."""

    def __init__(self, write: Write, read: Read) -> None:
        self._write = write
        self._read = read

    async def look(self, ran_s: float) -> ClockTrust:
        """Now, `ran_s` of running after the last look of this run; 0 at its first."""
        return await self._write(LookUnit(ran_s=ran_s))

    async def confirm(self) -> ClockTrust:
        """A person says that the clock is right."""
        return await self._write(ConfirmUnit())

    async def trust(self) -> ClockTrust | None:
        """As it was at the last look; None before the first."""
        return await self._read(read_trust)


def read_trust(database: Database) -> ClockTrust | None:
    """None before the first look."""
    match database.fetch_one("SELECT seen_at, steady_s, wait_ms FROM retention_clock"):
        case (int(seen_at), float(steady_s), int(wait_ms)):
            return ClockTrust(seen_at=from_micros(seen_at), steady_s=steady_s, wait_s=wait_ms / 1_000)
        case _:
            return None


def _save(database: Database, trust: ClockTrust) -> None:
    database.execute(_SAVE, (to_micros(trust.seen_at), float(trust.steady_s), round(trust.wait_s * 1_000)))
