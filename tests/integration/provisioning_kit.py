"""Phones of six makers on a bench, a plan for all of them, and what they are like afterwards."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.profiles import spec_of
from adb_bridge.simphone.settings import NAMESPACES
from adb_bridge.simphone.spec import AuthMode
from adb_bridge.simphone.switches import SwitchState
from daemon.api.client import ApiClient
from daemon.api.documents import DocumentKind
from daemon.api.errors import ApiClientError
from daemon.api.provisioning import PhoneResult, ProvisionRun
from daemon.api.provisioning_client import provision_run, provision_runs
from daemon.archive.pins import PinState

from .running_daemon import RunningDaemon, opened_archive

MAKERS = ("hyperos", "emui", "honor", "coloros", "vivo", "oneui")
OVER = {*PhoneResult} - {PhoneResult.WAITING, PhoneResult.WORKING}
BY_THE_COLLECTING_SIDE = {"notice", "global.adb_allowed_connection_time"}
"""Done right after an enrolment by whoever comes first."""
PLAN = """\
schema = 1
name = "bench"
employees = "people.csv"
[defaults]
notice_version = "2026-1"
scope = ["sms"]
acknowledgement = "paper"
notice = true
keep_alive = true
[defaults.settings]
"system.screen_off_timeout" = 120000
[group.counter]
pin = "generate"
allowed_apps = ["com.tencent.wework"]
[[phone]]
connected = true
"""

State = Mapping[str, object]
States = Mapping[str, State]
"""By serial number."""


def people(count: int) -> str:
    """Every third one is of the counter. Whose phone is whose is said, so that two runs can be compared."""
    rows = [f"店员{n},BENCH{n:02d},{'counter' if n % 3 == 0 else ''},手机{n}" for n in range(count)]
    return "\n".join(["姓名,序列号,分组,手机名称", *rows, ""])


@contextlib.asynccontextmanager
async def bench(count: int) -> AsyncIterator[tuple[SimPhone, ...]]:
    """Phones of all makers in turn; the first half of every twelve have their makers' switches set for adb."""
    phones = []
    for number in range(count):
        spec = spec_of(MAKERS[number % 6], serial=f"BENCH{number:02d}", pin=None, auth=AuthMode.ACCEPT)
        phone = SimPhone(spec, SystemClock())
        await phone.start()
        phones.append(phone)
        for switch in phone.switches.names if number % 12 < 6 else ():
            before = phone.switches.state(switch)
            phone.switches.set(switch, SwitchState.OFF if before is SwitchState.ON else SwitchState.ON)
    try:
        yield tuple(phones)
    finally:
        for phone in phones:
            await phone.stop()


def phone_state(phone: SimPhone) -> State:
    """Everything that provisioning may have touched."""
    handset = phone.handset
    shown = [one for one in handset.notifications.list() if one.package == "com.android.shell"]
    settings = {name: dict(handset.settings.items(name)) for name in NAMESPACES}
    del settings["secure"]["android_id"]  # every phone has its own
    return {
        "settings": settings,
        "shown": sorted((one.tag, one.title, one.text) for one in shown),
        "suspended": sorted(handset.packages.suspended),
        "has_pin": handset.power.has_credential,
    }


def run_state(run: ProvisionRun) -> States:
    """What a report says of each phone, but for times."""
    return {
        str(one.serial): {
            "whose": (one.employee, one.label),
            "result": (one.result, one.code),
            "changes": sorted((c.step, c.name, c.after) for c in one.changes if c.name not in BY_THE_COLLECTING_SIDE),
            "items": sorted((i.item, i.is_required, i.confirmed_by) for i in one.items),
        }
        for one in run.phones
    }


async def archive_state(state: Path) -> States:
    """Enrolments, acknowledgements and PINs: one of each, however often a run began anew."""
    async with opened_archive(state) as archive:
        enrolments = await archive.enrolments()
        papers = [one.facts for one in await archive.documents.steps(DocumentKind.NOTICE)]
        # One that was drawn for a try that did not reach its phone is kept: nobody can know at once that it did not.
        pins = [one.device for one in await archive.pins.all() if one.state is PinState.CURRENT]
        assert (await archive.verify()).ok
    return {
        serial: {
            "enrolments": [(e.employee, e.notice_version, e.scope) for e in enrolments if e.serial == serial],
            "papers": sum(f'"serial":"{serial}"' in one for one in papers),
            "pins": pins.count(serial),
        }
        for serial in {one.serial for one in enrolments}
    }


async def newest(daemon: RunningDaemon) -> ProvisionRun | None:
    """The run as it stands; None while nobody can be asked."""
    with contextlib.suppress(ApiClientError):
        async with ApiClient(daemon.socket, "en") as client:
            for one in await provision_runs(client):
                return await provision_run(client, one.run_id)
    return None


async def until_over(daemon: RunningDaemon, count: int, *, timeout_s: float = 60) -> ProvisionRun:
    """Until so many phones have their result."""
    async with asyncio.timeout(timeout_s):
        while True:
            run = await newest(daemon)
            if run is not None and sum(one.result in OVER for one in run.phones) >= count:
                return run
            await asyncio.sleep(0.01)
