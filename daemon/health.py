"""What `doctor` says of the daemon: each part's state and what to do about it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from adb_bridge.errors import BridgeErrorCode
from adb_bridge.records import DeviceSerial
from policies.display import safe_display

from .api.texts import Texts
from .api.wire import Health, HealthCheck
from .archive.archive import Archive
from .archive.lost_log import damaged_logs
from .archive.records import ArchivedEnrolment, Counts
from .archive.schema import SCHEMA_VERSION
from .backup.rounds import BackupRounds
from .delivery.office import Delivery
from .delivery.reporting import DeliveryReport
from .discovery import Discovery
from .fleet import Fleet
from .health_check import Status, check
from .health_phones import clock_check, phone_checks
from .judge import Judge
from .key_protection import key_checks
from .operating.checks import service_checks
from .paths import StatePaths
from .phone_link import PhoneLink
from .proofs.keeper import LedgerKeeper
from .rights.reminders import Reminders
from .rule_reasons import reason_in_words
from .rule_watch import RuleWatch
from .system import disk_free_bytes

WARN_FREE_BYTES = 2 * 1024**3
FAIL_FREE_BYTES = 200 * 1024**2
MAX_PROBLEM = 400
"""Characters of what is wrong with a rule file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthReport:
    """Reads, changes nothing."""

    archive: Archive
    backups: BackupRounds
    fleet: Fleet
    link: PhoneLink
    judge: Judge
    paths: StatePaths
    rule_watch: RuleWatch | None
    """None when the shop has no rules of its own."""
    discovery: Discovery
    reminders: Reminders
    keeper: LedgerKeeper
    delivery: Delivery

    async def report(
        self, texts: Texts, in_force: dict[str, ArchivedEnrolment], others: Sequence[HealthCheck] = ()
    ) -> Health:
        """One look at everything."""
        counts = await self.archive.counts()
        free = await asyncio.to_thread(disk_free_bytes, str(self.paths.root))
        depth = self.archive.queue_depth + self.judge.depth
        is_full = self.archive.is_disk_full
        lives = [self.fleet.live(serial) for serial in _serials(in_force)]
        checks = [
            self._adb(texts),
            self._disk(texts, free),
            *await asyncio.to_thread(key_checks, texts, self.paths),
            await self._archive(texts, counts),
            check("schema", Status.OK, texts.get("health.schema_ok", version=SCHEMA_VERSION)),
            self._ports(texts),
            self._rules(texts),
            check("queue", Status.OK, texts.get("health.queue_ok", depth=depth)),
            clock_check(texts, self.fleet.devices()),
            self._devices(texts, in_force),
            *phone_checks(texts, self.fleet, [live for live in lives if live is not None]),
            self._notice(texts, in_force),
            *await self.reminders.checks(texts),
            *await self.keeper.checks(texts),
            await self.backups.check(texts),
            await DeliveryReport(self.archive, self.delivery, self.delivery.clock.now).check(texts),
            *service_checks(texts, self.paths.root),
            check("socket", Status.OK, texts.get("health.socket_ok", path=str(self.paths.socket))),
            *others,
        ]
        return Health(
            checks=tuple(checks),
            is_collecting=not is_full and any(live is not None and live.best_transport() is not None for live in lives),
            disk_free_bytes=free,
            queue_depth=depth,
            events=counts.events,
            open_alerts_by_severity={one.severity.value: one.count for one in counts.open_alerts},
        )

    async def _archive(self, texts: Texts, counts: Counts) -> HealthCheck:
        if self.archive.head_finding is not None:
            return check(
                "archive", Status.FAIL, texts.get("health.archive_rolled_back"), texts.get("health.advice.rolled_back")
            )
        if damaged := damaged_logs(self.paths.archive):
            advice = texts.get("health.advice.log_damaged", file=str(damaged[0]))
            return check("archive", Status.FAIL, texts.get("health.archive_log_damaged"), advice)
        if self.archive.is_disk_full:
            return check("archive", Status.FAIL, texts.get("health.archive_full"), texts.get("health.advice.disk"))
        if await self.archive.are_heads_missing():
            advice = texts.get("health.advice.heads_missing")
            return check("archive", Status.FAIL, texts.get("health.archive_heads_missing"), advice)
        figures = texts.get("health.archive_ok", events=counts.events, ledger=counts.ledger_size)
        return check("archive", Status.OK, figures)

    def _adb(self, texts: Texts) -> HealthCheck:
        if self.link.trouble is None:
            return check("adb", Status.OK, texts.get("health.adb_ok", port=self.link.port))
        key = f"error.{self.link.trouble}"
        detail = texts.get(f"{key}.message") if texts.has(f"{key}.message") else texts.get("health.no_adb")
        is_told = self.link.trouble != BridgeErrorCode.SERVER_UNAVAILABLE and texts.has(f"{key}.hint")
        return check("adb", Status.FAIL, detail, texts.get(f"{key}.hint" if is_told else "health.advice.adb"))

    def _ports(self, texts: Texts) -> HealthCheck:
        """adb's own server is the user's; ours has another port, on this machine only."""
        port = self.link.port
        if not self.discovery.is_wanted:
            return check("ports", Status.OK, texts.get("health.ports_no_discovery", port=port))
        if self.discovery.is_listening:
            return check("ports", Status.OK, texts.get("health.ports_ok", port=port))
        advice = texts.get("error.discovery.unavailable.hint")
        return check("ports", Status.WARN, texts.get("health.ports_deaf", port=port), advice)

    def _rules(self, texts: Texts) -> HealthCheck:
        version = self.judge.ruleset_version
        if self.rule_watch is not None and self.rule_watch.trouble is not None:
            problem = safe_display(reason_in_words(self.rule_watch.trouble, texts), MAX_PROBLEM)
            detail = texts.get("health.rules_refused", version=version, problem=problem)
            return check("rules", Status.WARN, detail, texts.get("health.advice.rules"))
        if self.judge.failures:
            detail = texts.get("health.rules_failed", version=version, count=self.judge.failures)
            return check("rules", Status.WARN, detail, texts.get("health.advice.rules_failed"))
        return check("rules", Status.OK, texts.get("health.rules_ok", version=version))

    def _disk(self, texts: Texts, free: int) -> HealthCheck:
        status = Status.FAIL if free < FAIL_FREE_BYTES else Status.WARN if free < WARN_FREE_BYTES else Status.OK
        advice = None if status is Status.OK else texts.get("health.advice.disk")
        return check("disk", status, texts.get("health.disk_ok", mib=free // 1024**2), advice)

    def _devices(self, texts: Texts, in_force: dict[str, ArchivedEnrolment]) -> HealthCheck:
        if not in_force:
            return check("devices", Status.WARN, texts.get("health.devices_none"), texts.get("health.advice.enrol"))
        lives = [live for live in map(self.fleet.live, _serials(in_force)) if live is not None]
        troubled = [live for live in lives if live.last_error is not None]
        if troubled:
            return check(
                "devices",
                Status.WARN,
                texts.get("health.devices_trouble", count=len(troubled)),
                texts.get("health.advice.devices"),
            )
        online = sum(live.best_transport() is not None for live in lives)
        return check("devices", Status.OK, texts.get("health.devices_ok", online=online, enrolled=len(in_force)))

    def _notice(self, texts: Texts, in_force: dict[str, ArchivedEnrolment]) -> HealthCheck:
        lives = [live for live in map(self.fleet.live, _serials(in_force)) if live is not None]
        missing = [live for live in lives if live.best_transport() is not None and live.notice_posted is False]
        if not missing:
            return check("notice", Status.OK, texts.get("health.notice_ok"))
        return check(
            "notice",
            Status.WARN,
            texts.get("health.notice_missing", count=len(missing)),
            texts.get("health.advice.notice"),
        )


def _serials(in_force: dict[str, ArchivedEnrolment]) -> list[DeviceSerial]:
    return [enrolment.serial for enrolment in in_force.values()]
