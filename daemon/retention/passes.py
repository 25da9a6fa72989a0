"""What is over its time goes: records and their files, then the key of their week, each with a certificate.

Once a day, when the clock is trusted. A week's key is destroyed when the whole week is over its time and nothing under
it is held; what is held is sealed anew under the present week's key first, so that its proofs stay valid.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from adb_bridge.clock import Clock
from crypto.data_keys import DataKeyInfo
from crypto.vault_keys import VaultKeys

from ..archive.archive import Archive
from ..archive.data_classes import DataClass, period_end
from ..archive.erasing import Cause
from ..archive.retention_clock import ClockTrust
from ..config_sections import RetentionSection
from ..logs import log_for
from ..media_shelves import class_of_label, folder_of
from ..media_store import MediaStore
from .copies import end_copies, migration_copies
from .files import remove_doomed

ACTOR: Final = "shopwarden"
_LOOK_EVERY_S: Final = 600.0
_SEALED: Final = (
    DataClass.MESSAGES,
    DataClass.CALLS,
    DataClass.CONTACTS,
    DataClass.NOTIFICATIONS,
    DataClass.RECORDINGS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionReport:
    """What one pass did."""

    at: datetime
    erased_events: int = 0
    erased_rows: int = 0
    """Audit entries, finished commands, clock readings."""
    held_events: int = 0
    """Over their time, kept for a legal hold."""
    removed_files: int = 0
    destroyed_keys: tuple[str, ...] = ()
    """Such as `messages 2026-W19`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePeriod:
    """A week of a class that is over its time."""

    key_no: int
    data_class: DataClass
    period: str

    @property
    def name(self) -> str:
        """For certificates and people."""
        return f"{self.data_class.value} {self.period}"


async def _nothing() -> None:
    pass


class Retention:
    """One pass at a time."""

    def __init__(
        self,
        *,
        archive: Archive,
        keys: VaultKeys,
        media: MediaStore,
        clock: Clock,
        settings: RetentionSection,
        state: Path,
        keys_destroyed: Callable[[], Awaitable[None]] = _nothing,
    ) -> None:
        """`keys_destroyed` is awaited after a pass that destroyed keys: time for a new root."""
        self._archive = archive
        self._keys = keys
        self._media = media
        self._clock = clock
        self._settings = settings
        self._state = state
        self._keys_destroyed = keys_destroyed
        self._busy = asyncio.Lock()
        self._looked_s: float | None = None
        self.last: RetentionReport | None = None
        """Of this run of the daemon."""

    def due(self, now: datetime) -> tuple[DuePeriod, ...]:
        """Weeks that are over their time, oldest first. Files of attachments go with the records that name them."""
        found = [due for key in self._keys.list() if (due := self._due(key, now)) is not None]
        return tuple(sorted(found, key=lambda due: (due.period, due.data_class.value)))

    async def look(self) -> ClockTrust:
        """Take note of the clock; call it every some minutes while the daemon runs."""
        now_s = self._clock.monotonic()
        ran_s = 0.0 if self._looked_s is None else now_s - self._looked_s
        self._looked_s = now_s
        return await self._archive.retention_clock.look(ran_s)

    async def run(self, is_time: Callable[[datetime], bool]) -> None:
        """For ever: look at the clock, and at the hour of the day do what is due. Errors of the archive pass."""
        log = log_for("retention")
        told: bool | None = None
        done_on: datetime | None = None
        while True:
            trust = await self.look()
            now = self._clock.now()
            if trust.is_trusted is not told:
                told = trust.is_trusted
                if not trust.is_trusted:
                    log.warning("retention.clock_not_trusted", needs_confirmation=trust.needs_confirmation)
            await remove_doomed(self._archive, self._media)  # of what requests erased
            await self._end_migration_copies(now if trust.is_trusted else None)
            is_new_day = done_on is None or now - done_on >= timedelta(hours=20)
            if trust.is_trusted and is_new_day and is_time(now):
                report = await self.pass_now(ACTOR, "retention")
                done_on = now
                log.info(
                    "retention.done",
                    rows=report.erased_events + report.erased_rows,
                    held=report.held_events,
                    keys=len(report.destroyed_keys),
                )
            await asyncio.sleep(_LOOK_EVERY_S)

    async def pass_now(self, actor: str, reason: str) -> RetentionReport:
        """Delete what is over its time. Interrupted anywhere it is taken up by the next pass; nothing is half gone.

        Raises what the archive and the keyring raise.
        """
        async with self._busy:
            now = self._clock.now()
            report = RetentionReport(at=now)
            over = self.due(now)
            # Whatever the clock says meanwhile: nothing more is sealed under keys that are about to go.
            self._keys.retire(due.key_no for due in over)
            for due in over:
                report = await self._erase(due, report, actor, reason)
            released = await self._archive.deletions.erase_released(_cause("", actor, reason))
            report = replace(report, erased_events=report.erased_events + released)
            if report.erased_events or over:
                await (
                    self._archive.deletions.merge_index()
                )  # before the keys: while they are there, a cut is done again
            for due in over:
                report = await self._forget(due, report, actor, reason)
            report = await self._age(report, now, actor, reason)
            report = replace(report, removed_files=await remove_doomed(self._archive, self._media))
            report = await self._clear_shelves(report, now, actor, reason)
            await self._end_migration_copies(now)
            if report.destroyed_keys:
                await self._keys_destroyed()
            self.last = report
            return report

    def _due(self, key: DataKeyInfo, now: datetime) -> DuePeriod | None:
        try:
            data_class = DataClass(key.label)
            is_over = self._is_over(data_class, key.period, now)
        except ValueError:
            return None
        if not is_over:
            return None
        return DuePeriod(key_no=key.key_no, data_class=data_class, period=key.period)

    async def _erase(self, due: DuePeriod, report: RetentionReport, actor: str, reason: str) -> RetentionReport:
        step = await self._archive.deletions.erase_period(due.key_no, _cause(due.data_class.value, actor, reason))
        return replace(
            report, erased_events=report.erased_events + step.erased, held_events=report.held_events + step.held
        )

    async def _forget(self, due: DuePeriod, report: RetentionReport, actor: str, reason: str) -> RetentionReport:
        """Rows went first; then the certificate, then the key: a cut in between is done again, never left out."""
        cause = _cause(due.data_class.value, actor, reason)
        await self._archive.deletions.certify_destruction(due.key_no, due.name, cause)
        await asyncio.to_thread(self._keys.destroy, (due.key_no,))
        self._archive.keys_changed()
        return replace(report, destroyed_keys=(*report.destroyed_keys, due.name))

    async def _clear_shelves(self, report: RetentionReport, now: datetime, actor: str, reason: str) -> RetentionReport:
        """Keys of weeks whose files are all gone. A held file keeps its week's key."""
        for key in self._keys.list():
            data_class = class_of_label(key.label)
            if data_class is None or not self._is_over(data_class, key.period, now):
                continue
            self._keys.retire((key.key_no,))
            if await self._media.is_empty(folder_of(key.key_no)):
                name = f"{key.label} {key.period}"
                await self._archive.deletions.certify_destruction(
                    key.key_no, name, _cause(data_class.value, actor, reason)
                )
                await asyncio.to_thread(self._keys.destroy, (key.key_no,))
                report = replace(report, destroyed_keys=(*report.destroyed_keys, name))
        return report

    def _is_over(self, data_class: DataClass, period: str, now: datetime) -> bool:
        return period_end(period) + timedelta(days=self._settings.days_of(data_class)) <= now

    async def _age(self, report: RetentionReport, now: datetime, actor: str, reason: str) -> RetentionReport:
        erased = 0
        for data_class in DataClass:
            if data_class not in _SEALED:
                before = now - timedelta(days=self._settings.days_of(data_class))
                cause = _cause(data_class.value, actor, reason)
                erased += await self._archive.deletions.erase_aged(data_class, before, cause)
        return replace(report, erased_rows=erased)

    async def _end_migration_copies(self, now: datetime | None) -> None:
        """Copies that a migration made of the archive hold what was deleted since: the first deletion ends them.

        `now`: None while the clock is not trusted; then their age ends none.
        """
        copies = await asyncio.to_thread(migration_copies, self._state)
        if not copies:
            return
        moments = [one.deleted_at for one in await self._archive.deletions.certificates(limit=1)]
        if now is not None:
            moments.append(now - timedelta(days=self._settings.migration_copy_days))
        if moments and (ended := await asyncio.to_thread(end_copies, copies, max(moments))):
            log_for("retention").info("retention.copies_ended", rows=ended)


def _cause(data_class: str, actor: str, reason: str) -> Cause:
    return Cause(cause="retention", data_class=data_class, actor=actor, reason=reason)
