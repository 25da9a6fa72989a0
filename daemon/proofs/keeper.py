"""Looks after the ledger while the daemon runs: damage is found early, heads get out, and `doctor` says how it stands.

At the start the newest records are compared with their leaves: what was being written when the power went. Then a
stretch every few minutes, round and round, and at night every page of the file and the full-text index. `verify` stays
the whole check.
"""

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from adb_bridge.clock import Clock

from ..api.proofs import CheckHeadsRequest
from ..api.texts import Texts
from ..api.verify_words import advice_for, place_in_words
from ..api.wire import HealthCheck
from ..archive.archive import Archive
from ..archive.drafts import AuditDraft
from ..archive.errors import ReadTimeoutError
from ..archive.record_check import Damage
from ..archive.records import VerifyProblem
from ..audit import DAEMON_ACTOR, NO_ROLE, AuditTrail
from ..bus import Bus, HealthChanged
from ..config import Config
from ..health_check import Status, check
from ..logs import log_for
from ..service import ServiceError
from ..supervise import Supervision
from .closing import DailyClose, own_caller
from .heads_desk import HeadsDesk

NEWEST_ENTRIES: Final = 4_096
STRETCH_ENTRIES: Final = 10_000
_LOG: Final = "heads.log"
_LOOK_S: Final = 60.0
_STRETCH_EVERY: Final = timedelta(minutes=5)
_PAGES_HOUR: Final = 3
_PAGES_EVERY: Final = timedelta(hours=20)
INDEX_TIMEOUT_S: Final = 900.0
"""Of the full-text index a million records take a minute or two; what takes longer is left to `verify`."""


@dataclass(slots=True)
class _Rounds:
    """Where the check stands."""

    at: int = 1
    stretch_at: datetime | None = None
    pages_at: datetime | None = None


class LedgerKeeper:
    """One per daemon."""

    def __init__(
        self, *, archive: Archive, bus: Bus, clock: Clock, config: Config, closing: DailyClose, heads: HeadsDesk
    ) -> None:
        self._archive = archive
        self._heads = heads
        self._bus = bus
        self._clock = clock
        self._config = config
        self._closing = closing
        self._rounds = _Rounds(pages_at=clock.now())
        self._log = log_for("keeper")
        self.damage: Damage | None = None
        """What was found first; stays until the next start. A wrong index gives way to damage of what it indexes."""
        self.checked_at: datetime | None = None

    async def run(self, supervision: Supervision) -> None:
        """For ever."""
        await self.look_at_newest()
        while True:
            supervision.well()
            await self.look()
            await asyncio.sleep(_LOOK_S)

    async def look_at_newest(self) -> None:
        """After the start."""
        await self._look_at_log()
        await self._note(await self._archive.scrub.newest(NEWEST_ENTRIES))

    async def _look_at_log(self) -> None:
        """A head of `heads.log` that the ledger does not continue becomes an entry: the file's next heads will fit."""
        head = self._archive.contradicting_head
        if head is None:
            return
        with contextlib.suppress(ServiceError):  # no room now: the next start looks again
            await self._heads.check(own_caller(self._config), CheckHeadsRequest(heads=head.note, witness=_LOG))

    async def look(self) -> None:
        """Whatever is due now."""
        now, rounds = self._clock.now(), self._rounds
        if self._closing.is_due(now):
            await self._closing.close(now)
            self._bus.publish(HealthChanged())
        if self._is_settled():
            return  # told once, and no disk is helped by reading it again and again
        if rounds.stretch_at is None or abs(now - rounds.stretch_at) >= _STRETCH_EVERY:
            rounds.stretch_at = now
            if rounds.at > self._archive.ledger_size:
                rounds.at = 1
            await self._note(await self._archive.scrub.stretch(rounds.at, STRETCH_ENTRIES))
            rounds.at += STRETCH_ENTRIES
        hour = now.astimezone(self._config.store.zone()).hour
        if hour == _PAGES_HOUR and (rounds.pages_at is None or abs(now - rounds.pages_at) >= _PAGES_EVERY):
            rounds.pages_at = now
            await self._note(await self._archive.scrub.pages())
            if self.damage is None:
                await self._look_at_index()

    async def _look_at_index(self) -> None:
        try:
            await self._note(await self._archive.scrub.index(timeout_s=INDEX_TIMEOUT_S))
        except ReadTimeoutError:
            self._log.warning("index.not_checked", limit_s=INDEX_TIMEOUT_S)

    def _is_settled(self) -> bool:
        """Whether damage was found that is more than the index's, which can be made anew from the records."""
        return self.damage is not None and self.damage[0] is not VerifyProblem.INDEX_WRONG

    async def _note(self, damage: Damage | None) -> None:
        self.checked_at = self._clock.now()
        if damage is None or self._is_settled():
            return
        self.damage = damage
        problem, where = damage
        self._log.error("archive.damaged", state=problem.value)
        self._bus.publish(HealthChanged())
        await self._archive.audit(
            AuditDraft(
                actor=DAEMON_ACTOR,
                role=NO_ROLE,
                action="ledger.check",
                target=where,
                reason=None,
                outcome=problem.value,
            )
        )

    async def checks(self, texts: Texts) -> tuple[HealthCheck, ...]:
        """The lines of `doctor`."""
        return self._records(texts), await self._witness(texts)

    def _records(self, texts: Texts) -> HealthCheck:
        if self.damage is None:
            return check("records", Status.OK, texts.get("health.records_ok"))
        problem, where = self.damage
        key = f"verify.{problem.value}"
        place = place_in_words(texts, where)
        detail = texts.get(key, where=place) if texts.has(key) else f"{problem.value}: {place}"
        told = advice_for(texts, problem.value, where) or texts.get("verify.advice.record_changed")
        return check("records", Status.FAIL, detail, told)

    async def _witness(self, texts: Texts) -> HealthCheck:
        """Whether what is outside fits, and how old it is."""
        alarm = await self._archive.witnesses.alarm()
        if alarm is not None:
            detail = texts.get(f"heads.standing.{alarm.outcome.value}", size=alarm.size)
            return check("witness", Status.FAIL, detail, texts.get("health.advice.witness_alarm"))
        if self._closing.trouble is not None:
            key = f"error.{self._closing.trouble}.message"
            reason = texts.get(key, size=0) if texts.has(key) else self._closing.trouble
            detail = texts.get("health.witness_not_out", problem=reason)
            return check("witness", Status.WARN, detail, texts.get("health.advice.witness"))
        last = await self._archive.witnesses.last_kept()
        if last is None:
            return check("witness", Status.WARN, texts.get("health.witness_none"), texts.get("health.advice.witness"))
        days = max(0, (self._clock.now() - last.at).days)
        detail = texts.get("health.witness_ok", days=days, witness=last.witness)
        if days > self._config.ledger.witness_warning_days:
            return check("witness", Status.WARN, detail, texts.get("health.advice.witness"))
        return check("witness", Status.OK, detail)


def open_keeper(
    *, archive: Archive, audit: AuditTrail, bus: Bus, clock: Clock, config: Config, texts: dict[str, Texts]
) -> LedgerKeeper:
    """With its own way to the heads."""
    heads = HeadsDesk(archive=archive, audit=audit, bus=bus, config=config, texts=texts)
    closing = DailyClose(heads, config, clock.now())
    return LedgerKeeper(archive=archive, bus=bus, clock=clock, config=config, closing=closing, heads=heads)
