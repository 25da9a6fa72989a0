"""What `doctor` says of the daemon: each part's state and what to do about it."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum

from adb_bridge.errors import BridgeErrorCode
from adb_bridge.records import DeviceSerial
from policies.display import safe_display

from .api.texts import Texts
from .api.wire import Health, HealthCheck
from .archive.archive import Archive
from .archive.records import ArchivedEnrolment, Counts
from .fleet import Fleet
from .judge import Judge
from .paths import StatePaths
from .phone_link import PhoneLink
from .rule_watch import RuleWatch
from .system import disk_free_bytes

WARN_FREE_BYTES = 2 * 1024**3
FAIL_FREE_BYTES = 200 * 1024**2
CLOCK_SLACK_MS = 120_000
MAX_PROBLEM = 400
"""Characters of what is wrong with a rule file."""


class Status(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthReport:
    """Reads, changes nothing."""

    archive: Archive
    fleet: Fleet
    link: PhoneLink
    judge: Judge
    paths: StatePaths
    rule_watch: RuleWatch | None
    """None when the shop has no rules of its own."""

    async def report(self, texts: Texts, in_force: dict[str, ArchivedEnrolment]) -> Health:
        """One look at everything."""
        counts = await self.archive.counts()
        free = await asyncio.to_thread(disk_free_bytes, str(self.paths.root))
        depth = self.archive.queue_depth + self.judge.depth
        is_full = self.archive.is_disk_full
        checks = [
            self._adb(texts),
            self._disk(texts, free),
            _check("keys", Status.OK, texts.get("health.keys_ok")),
            self._archive(texts, counts),
            self._rules(texts),
            _check("queue", Status.OK, texts.get("health.queue_ok", depth=depth)),
            self._clock(texts),
            self._devices(texts, in_force),
            self._notice(texts, in_force),
            _check("socket", Status.OK, texts.get("health.socket_ok", path=str(self.paths.socket))),
        ]
        lives = [self.fleet.live(serial) for serial in _serials(in_force)]
        return Health(
            checks=tuple(checks),
            is_collecting=not is_full and any(live is not None and live.best_transport() is not None for live in lives),
            disk_free_bytes=free,
            queue_depth=depth,
            events=counts.events,
            open_alerts_by_severity={one.severity.value: one.count for one in counts.open_alerts},
        )

    def _archive(self, texts: Texts, counts: Counts) -> HealthCheck:
        if self.archive.head_finding is not None:
            return _check(
                "archive", Status.FAIL, texts.get("health.archive_rolled_back"), texts.get("health.advice.rolled_back")
            )
        if self.archive.is_disk_full:
            return _check("archive", Status.FAIL, texts.get("health.archive_full"), texts.get("health.advice.disk"))
        figures = texts.get("health.archive_ok", events=counts.events, ledger=counts.ledger_size)
        return _check("archive", Status.OK, figures)

    def _adb(self, texts: Texts) -> HealthCheck:
        if self.link.trouble is None:
            return _check("adb", Status.OK, texts.get("health.adb_ok", port=self.link.port))
        key = f"error.{self.link.trouble}"
        detail = texts.get(f"{key}.message") if texts.has(f"{key}.message") else texts.get("health.no_adb")
        is_told = self.link.trouble != BridgeErrorCode.SERVER_UNAVAILABLE and texts.has(f"{key}.hint")
        return _check("adb", Status.FAIL, detail, texts.get(f"{key}.hint" if is_told else "health.advice.adb"))

    def _rules(self, texts: Texts) -> HealthCheck:
        version = self.judge.ruleset_version
        if self.rule_watch is not None and self.rule_watch.trouble is not None:
            problem = safe_display(self.rule_watch.trouble, MAX_PROBLEM)
            detail = texts.get("health.rules_refused", version=version, problem=problem)
            return _check("rules", Status.WARN, detail, texts.get("health.advice.rules"))
        if self.judge.failures:
            detail = texts.get("health.rules_failed", version=version, count=self.judge.failures)
            return _check("rules", Status.WARN, detail, texts.get("health.advice.rules_failed"))
        return _check("rules", Status.OK, texts.get("health.rules_ok", version=version))

    def _disk(self, texts: Texts, free: int) -> HealthCheck:
        status = Status.FAIL if free < FAIL_FREE_BYTES else Status.WARN if free < WARN_FREE_BYTES else Status.OK
        advice = None if status is Status.OK else texts.get("health.advice.disk")
        return _check("disk", status, texts.get("health.disk_ok", mib=free // 1024**2), advice)

    def _clock(self, texts: Texts) -> HealthCheck:
        off = [
            live
            for live in self.fleet.devices()
            if live.status is not None and abs(live.status.clock_offset_ms or 0) > CLOCK_SLACK_MS
        ]
        if not off:
            return _check("clock", Status.OK, texts.get("health.clock_ok"))
        return _check(
            "clock", Status.WARN, texts.get("health.clock_off", count=len(off)), texts.get("health.advice.clock")
        )

    def _devices(self, texts: Texts, in_force: dict[str, ArchivedEnrolment]) -> HealthCheck:
        if not in_force:
            return _check("devices", Status.WARN, texts.get("health.devices_none"), texts.get("health.advice.enrol"))
        lives = [live for live in map(self.fleet.live, _serials(in_force)) if live is not None]
        troubled = [live for live in lives if live.last_error is not None]
        if troubled:
            return _check(
                "devices",
                Status.WARN,
                texts.get("health.devices_trouble", count=len(troubled)),
                texts.get("health.advice.devices"),
            )
        online = sum(live.best_transport() is not None for live in lives)
        return _check("devices", Status.OK, texts.get("health.devices_ok", online=online, enrolled=len(in_force)))

    def _notice(self, texts: Texts, in_force: dict[str, ArchivedEnrolment]) -> HealthCheck:
        lives = [live for live in map(self.fleet.live, _serials(in_force)) if live is not None]
        missing = [live for live in lives if live.best_transport() is not None and live.notice_posted is False]
        if not missing:
            return _check("notice", Status.OK, texts.get("health.notice_ok"))
        return _check(
            "notice",
            Status.WARN,
            texts.get("health.notice_missing", count=len(missing)),
            texts.get("health.advice.notice"),
        )


def _serials(in_force: dict[str, ArchivedEnrolment]) -> list[DeviceSerial]:
    return [enrolment.serial for enrolment in in_force.values()]


def _check(name: str, status: Status, detail: str, advice: str | None = None) -> HealthCheck:
    return HealthCheck(name=name, status=status.value, detail=detail, advice=advice)
