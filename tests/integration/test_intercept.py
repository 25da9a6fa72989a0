"""Actions that follow a finding, through the whole daemon, the real adb server and a simulated phone."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.spec import History
from daemon.api.intercept import Intercept, InterceptKind, InterceptQuery, InterceptState, SwitchIntercept
from daemon.api.requests import AlertQuery
from daemon.config import Config
from daemon.config_intercept import InterceptActionSection, InterceptSection
from daemon.config_sections import AdbSection, PolicySection
from daemon.intercept.interceptor import Interceptor
from daemon.service import ServiceError
from daemon.service_impl import DaemonService
from tests.contract.cli_runner import shopwarden

from .daemon_support import ADMIN, EMPLOYEE, OWNER, QUICK, REVIEWER, enrolled, phone, running, until

APP = "com.tencent.mm"
RULES = """
[[rule]]
id = "shop.private"
title = "private payment"
category = "money"
severity = "critical"
words = ["私下转账"]
[[rule.action]]
do = "suspend_app"
app = "com.tencent.mm"
minutes = 30
[[rule.action]]
do = "message"
text = "请勿私下收款"

[[rule]]
id = "shop.mild"
title = "mild"
category = "money"
severity = "high"
words = ["优惠一点"]
[[rule.action]]
do = "lock"
"""


def config(folder: Path, one: SimPhone, **said: object) -> Config:
    rules = folder / "rules"
    rules.mkdir(exist_ok=True)
    (rules / "r.toml").write_text(RULES, encoding="utf-8")
    section = InterceptSection(**{"enabled": True, "apps": (APP,), "cooldown_s": 3600} | said)  # type: ignore[arg-type]
    return Config(
        adb=AdbSection(connect=(one.address,), discovery="off"),
        capture=QUICK,
        policy=PolicySection(packs=(), dir=str(rules)),
        intercept=section,
    )


async def listed(service: DaemonService, kind: InterceptKind = InterceptKind.SUSPEND_APP) -> list[Intercept]:
    return [one for one in await service.desks.intercept.page(OWNER, InterceptQuery()) if one.kind is kind]


async def reaches(service: DaemonService, state: InterceptState, *, timeout_s: float = 20) -> Intercept:
    async def is_so() -> bool:
        found = await listed(service)
        return bool(found) and found[0].state is state

    await until(is_so, timeout_s=timeout_s)
    return (await listed(service))[0]


def interceptor_of(service: DaemonService) -> Interceptor:
    return service._parts.following.interceptor


class Later:
    """The daemon's own clock, moved."""

    def __init__(self, service: DaemonService, by: timedelta, *, monotonic_s: float = 0.0) -> None:
        self._clock = service._parts.clock
        self._by = by
        self._by_s = monotonic_s

    def now(self) -> datetime:
        return self._clock.now() + self._by

    def monotonic(self) -> float:
        return self._clock.monotonic() + self._by_s


async def test_an_app_is_paused_once_told_and_undone_through_crash_absence_and_switch(tmp_path: Path) -> None:
    async with phone("SIMICEPT", history=History(sms=2, calls=1, contacts=1)) as one:
        async with running(tmp_path, config(tmp_path, one)) as service:
            await enrolled(service, "SIMICEPT")
            for number in range(8):  # a storm
                one.store.add_sms(address=f"1380013809{number}", body=f"私下转账给我 {number}")
            one.store.add_sms(address="13800138088", body="优惠一点")
            paused = await reaches(service, InterceptState.IN_FORCE)
            assert APP in one.handset.packages.suspended

            async def is_all_read() -> bool:
                return len(await service.alerts(OWNER, AlertQuery())) == 9

            await until(is_all_read)
            assert len(await listed(service)) == 1 and not await listed(service, InterceptKind.LOCK)
            assert len(await listed(service, InterceptKind.MESSAGE)) == 1
            notes = await service.desks.alerts.history(OWNER, paused.alert_id)
            assert any(step.note and APP in step.note for step in notes)
            assert (await service.desks.intercept.status(REVIEWER)).in_force == 1
            assert paused.due_at is not None and paused.due_at - paused.begun_at == timedelta(minutes=30)
            (kept,) = (one for one in await service._archive.intercepts.open() if one.draft.app == APP)
            for by, monotonic_s, why in (
                (timedelta(minutes=29), 0.0, None),
                (timedelta(minutes=31), 0.0, "due"),
                (timedelta(days=900), 0.0, "due"),
                (-timedelta(minutes=1), 0.0, None),
                (-timedelta(hours=1), 0.0, "due"),  # a clock that went back is no measure
                (timedelta(0), 31 * 60.0, "due"),
            ):
                interceptor_of(service)._clock = Later(service, by, monotonic_s=monotonic_s)
                assert interceptor_of(service)._why_over(kept, None) == why, (by, monotonic_s)
            interceptor_of(service)._clock = service._parts.clock
        # Away in between, and the phone is away when its time comes.
        async with running(tmp_path, config(tmp_path, one)) as service:
            assert (await listed(service))[0].state is InterceptState.IN_FORCE

            async def is_online() -> bool:
                return (await service.device(OWNER, "SIMICEPT")).state == "device"

            await until(is_online)
            one.doors.unplug()

            async def is_away() -> bool:
                return not await is_online()

            await until(is_away)
            interceptor = interceptor_of(service)
            interceptor._clock = Later(service, timedelta(minutes=29))
            await interceptor.advance()
            assert (await listed(service))[0].state is InterceptState.IN_FORCE
            interceptor._clock = Later(service, timedelta(minutes=31))
            await interceptor.advance()
            assert (await listed(service))[0].state is InterceptState.UNDOING and APP in one.handset.packages.suspended
        async with running(tmp_path, config(tmp_path, one)) as service:
            assert (await listed(service))[0].state is InterceptState.UNDOING
            one.doors.plug()
            await reaches(service, InterceptState.UNDONE, timeout_s=40)
            assert not one.handset.packages.suspended
            notes = await service.desks.alerts.history(OWNER, paused.alert_id)
            assert len([step for step in notes if step.note and APP in step.note]) == 2
            assert (await service.verify(OWNER, None)).ok


async def test_the_kill_switch_ends_all_and_lets_nothing_begin(tmp_path: Path) -> None:
    own = {"shop": InterceptActionSection(rule="shop.mild", do="lock")}
    async with phone("SIMSWITCH", history=History(sms=1, calls=1, contacts=1)) as one:
        settings = config(tmp_path, one, min_severity="high", cooldown_s=0, action=own)
        async with running(tmp_path, settings) as service:
            desk = service.desks.intercept
            await enrolled(service, "SIMSWITCH")
            one.store.add_sms(address="13800138091", body="私下转账给我")
            await reaches(service, InterceptState.IN_FORCE)
            for caller in (REVIEWER, EMPLOYEE):
                with pytest.raises(ServiceError):
                    await desk.switch(caller, SwitchIntercept(is_on=False, reason="no"))
            off = await desk.switch(ADMIN, SwitchIntercept(is_on=False, reason="false alarm"))
            assert off.is_switched_off and off.switched_by == "admin"
            await reaches(service, InterceptState.UNDONE)
            assert not one.handset.packages.suspended
            found, listed_there = await asyncio.gather(
                shopwarden(tmp_path / "state", "intercept", "status", "--json"),
                shopwarden(tmp_path / "state", "--lang", "zh", "intercept", "list"),
            )
            assert found.code == 0 and found.items[0]["is_switched_off"] is True, found.out
            assert listed_there.code == 0 and "已于" in listed_there.out, listed_there.err
            before = len(await desk.page(OWNER, InterceptQuery()))
            one.store.add_sms(address="13800138092", body="私下转账给我")

            async def is_told() -> bool:
                return len(await service.alerts(OWNER, AlertQuery())) == 2

            await until(is_told)
            assert len(await desk.page(OWNER, InterceptQuery())) == before
            await desk.switch(ADMIN, SwitchIntercept(is_on=True, reason="goes on"))
            one.store.add_sms(address="13800138093", body="私下转账 again")
            await reaches(service, InterceptState.IN_FORCE)
            old = datetime.now(UTC) - timedelta(hours=2)
            one.store.add_sms(address="13800138094", body="优惠一点", at=old)  # said long ago: no lock for that
            await service.unenrol(OWNER, "SIMSWITCH", "given back")
            assert not one.handset.packages.suspended
            assert not await listed(service, InterceptKind.LOCK)
