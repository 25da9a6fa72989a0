"""The whole daemon in the test's own event loop: real archive, real adb server, simulated phones, any caller."""

import asyncio
import contextlib
import functools
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.spec import PhoneSpec
from crypto.keyring import create_keyring
from crypto.secrets import KeyFileSecret, create_key_file
from daemon.api.wire import Device, EnrolRequest, Role, StreamItem
from daemon.app import App
from daemon.config import AdbSection, CaptureSection, Config
from daemon.paths import StatePaths, prepare_state
from daemon.rules import load_rules
from daemon.service import Caller, ServiceError
from daemon.service_impl import DaemonService
from daemon.vault import Opened, open_archive, open_keys
from policies.engine import Engine

OWNER = Caller(uid=os.geteuid(), name="owner", role=Role.OWNER, language="en")
ADMIN = Caller(uid=2001, name="admin", role=Role.ADMIN, language="zh")
REVIEWER = Caller(uid=2002, name="reviewer", role=Role.REVIEWER, language="zh")
AUDITOR = Caller(uid=2003, name="auditor", role=Role.AUDITOR, language="en")
EMPLOYEE = Caller(uid=2004, name="wang", role=Role.EMPLOYEE, language="zh", employee="王店员")

EVERYTHING = ("sms", "call_log", "contacts")
QUICK = CaptureSection(
    poll_interval_s=1, fast_poll_interval_s=0.3, sweep_interval_s=5, status_interval_s=1, notice_interval_s=5,
    command_timeout_s=5,
)  # fmt: skip


def quick_config(*phones: SimPhone, adb: AdbSection | None = None, capture: CaptureSection = QUICK) -> Config:
    """Short intervals, connected to `phones`."""
    return Config(
        adb=adb or AdbSection(connect=tuple(phone.address for phone in phones), discovery="off"), capture=capture
    )


@contextlib.asynccontextmanager
async def phone(serial: str, **spec: object) -> AsyncIterator[SimPhone]:
    """A started phone."""
    one = SimPhone(PhoneSpec(serial=serial, **spec), SystemClock())  # type: ignore[arg-type]
    await one.start()
    try:
        yield one
    finally:
        await one.stop()


@functools.cache
def core_rules() -> Engine:
    """Those of a shop without rules of its own: held, so that not every daemon here builds them anew."""
    return load_rules(Config(), None)


@contextlib.asynccontextmanager
async def running(folder: Path, config: Config) -> AsyncIterator[DaemonService]:
    """A daemon on the state in `folder`, which is made at the first call and reused by later ones."""
    paths = StatePaths(folder / "state")
    secret = KeyFileSecret(folder / "shop.key")
    if not secret.path.exists():
        prepare_state(paths)
        create_key_file(secret.path)
        create_keyring(paths.keyring, secret)
    clock = SystemClock()
    keys = open_keys(paths, secret)
    core_rules()
    archive = open_archive(paths, keys, clock)
    opened = Opened(
        paths=paths, config=config, config_file=None, keys=keys, archive=archive,
        engine=load_rules(config, None), clock=clock,
    )  # fmt: skip
    app = App(opened)
    ready = asyncio.Event()
    running_app = asyncio.create_task(app.run(ready.set))
    try:
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({running_app, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if running_app.done():
            running_app.result()
        yield app.service
    finally:
        app.stop()
        with contextlib.suppress(asyncio.CancelledError):
            async with asyncio.timeout(20):
                await running_app
        await archive.close()


async def until(holds: Callable[[], Awaitable[bool]], *, timeout_s: float = 20) -> None:
    """Wait for a condition; TimeoutError when it never holds."""
    async with asyncio.timeout(timeout_s):
        while not await holds():
            await asyncio.sleep(0.02)


async def seen(service: DaemonService, serial: str) -> Device:
    """The device's line once the daemon knows it."""

    found: list[Device] = []

    async def is_known() -> bool:
        # Listed and gone again in between: adb takes addresses of phones that turn it away out of its list.
        if serial in {device.serial for device in await service.devices(OWNER)}:
            with contextlib.suppress(ServiceError):
                found.append(await service.device(OWNER, serial))
        return found != []

    await until(is_known)
    return found[0]


async def enrolled(service: DaemonService, serial: str, scope: tuple[str, ...] = EVERYTHING) -> None:
    """Enrol and wait until everything on the phone was read once."""
    await seen(service, serial)
    await service.enrol(OWNER, request(serial, scope=scope))

    async def is_read() -> bool:
        return (await service.device(OWNER, serial)).backfill_done

    await until(is_read)


def request(serial: str, *, scope: tuple[str, ...] = EVERYTHING, version: str = "v1") -> EnrolRequest:
    """An acknowledged enrolment."""
    return EnrolRequest(serial=serial, employee="王店员", notice_version=version, acknowledged_by="王店员", scope=scope)


class Watching:
    """A stream that is read in the background."""

    def __init__(self, service: DaemonService, caller: Caller, after: int | None = None) -> None:
        self.items: list[StreamItem] = []
        self._task = asyncio.create_task(self._read(service.stream(caller, after)))

    async def _read(self, stream: AsyncIterator[StreamItem]) -> None:
        async for item in stream:
            self.items.append(item)

    async def until_begun(self, items: int = 1) -> None:
        """HELLO is the first item: whatever happens after it is told."""

        async def has_begun() -> bool:
            return len(self.items) >= items

        await until(has_begun)

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
