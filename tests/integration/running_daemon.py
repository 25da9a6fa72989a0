"""A real `shopwardend` in a process of its own, for tests that start, watch and kill it."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.fleet import SimFleet
from adb_bridge.simphone.phone import SimPhone
from crypto.database import OpenMode
from crypto.head_log import HeadLog
from crypto.keyring import open_keyring
from crypto.secrets import KeyFileSecret
from daemon.api.client import ApiClient
from daemon.api.errors import ApiClientError
from daemon.api.socket_path import socket_for_state
from daemon.api.wire import EnrolRequest
from daemon.archive.archive import Archive
from daemon.archive.drafts import EventFilter
from daemon.archive.records import ArchivedEvent
from daemon.events import Event, EventKind
from daemon.paths import state_paths
from tests.forking import Forked, fork

START_TIMEOUT_S = 30.0


def new_state(folder: Path, addresses: list[str], extra_config: str = "") -> Path:
    """A state directory made by `shopwardend init` that connects to `addresses`."""
    state = folder / "state"
    key = folder / "shop.key"
    with open(os.devnull, "r+b") as nothing:
        made = fork(
            "daemon.main", ["init", "--state", str(state), "--key-file", str(key)],
            stdin=nothing.fileno(), stdout=nothing.fileno(), stderr=nothing.fileno(), environment=dict(os.environ),
        )  # fmt: skip
    assert made.wait_here() == 0
    quoted = ", ".join(f'"{address}"' for address in addresses)
    (state / "shopwarden.toml").write_text(
        f'[key]\nsource = "file"\npath = "{key}"\n[adb]\nconnect = [{quoted}]\ndiscovery = "off"\n{extra_config}',
        encoding="utf-8",
    )
    return state


class RunningDaemon:
    """Start, kill -9, stop; what it said is in `log`."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.socket = socket_for_state(state)
        self.log = state.parent / "daemon.log"
        self._process: Forked | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Returns once the API answers."""
        with self.log.open("ab") as log, open(os.devnull, "rb") as nothing:
            self._process = fork(
                "daemon.main", ["run", "--state", str(self.state)],
                stdin=nothing.fileno(), stdout=log.fileno(), stderr=log.fileno(), environment=dict(os.environ),
            )  # fmt: skip
        async with asyncio.timeout(START_TIMEOUT_S):
            while True:
                assert self._process.returncode is None, self.log.read_text()[-2000:]
                with contextlib.suppress(ApiClientError):
                    async with ApiClient(self.socket, "en") as client:
                        await client.hello()
                        return
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        """kill -9; nothing happens when it is not running."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def stop(self) -> int:
        """SIGTERM; returns the exit status."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.terminate()
        async with asyncio.timeout(20):
            return await self._process.wait()

    def adb_server_pids(self) -> list[int]:
        """The private adb server's processes: children of this daemon whose command line says `server`."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdecimal():
                continue
            with contextlib.suppress(OSError):
                command = (entry / "cmdline").read_bytes().split(b"\0")
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                if parent == self.pid and b"server" in command:
                    found.append(int(entry.name))
        return found

    async def wait_until_read(self, *, timeout_s: float) -> None:
        """Until every enrolled phone was read to its end once."""
        async with asyncio.timeout(timeout_s), ApiClient(self.socket, "en") as client:
            while True:
                devices = [device for device in await client.devices() if device.employee is not None]
                if devices and all(device.backfill_done for device in devices):
                    return
                await asyncio.sleep(0.05)


async def enrol(client: ApiClient, serial: str, employee: str) -> None:
    """Enrol one phone as a newcomer would."""
    await client.enrol(
        EnrolRequest(serial=serial, employee=employee, notice_version="test-1", acknowledged_by=employee)
    )


Row = tuple[str, str, str, bytes | None]
"""Device, source, source key, content: an SMS body byte for byte, a call's number, a contact's name."""


@contextlib.asynccontextmanager
async def opened_archive(state: Path) -> AsyncIterator[Archive]:
    """The archive for reading, beside a daemon or without one."""
    paths = state_paths(state, {})
    root = open_keyring(paths.keyring, KeyFileSecret(path=state.parent / "shop.key"))
    archive = Archive.open(
        paths.archive, root, clock=SystemClock(), heads=HeadLog(paths.heads), mode=OpenMode.READ_ONLY
    )
    try:
        yield archive
    finally:
        await archive.close()


async def all_events(archive: Archive) -> list[ArchivedEvent]:
    """Newest first."""
    events: list[ArchivedEvent] = []
    before: int | None = None
    while page := await archive.events(EventFilter(limit=10_000, before=before)):
        events += page
        before = page[-1].ledger_index
    return events


async def archived_rows(state: Path) -> list[Row]:
    """Everything that is on the phones as far as the archive knows, sorted; read with the key, byte for byte."""
    async with opened_archive(state) as archive:
        events = await all_events(archive)
    is_there = [one for one in events if one.absent_since is None and one.replaced_by is None]
    return sorted((_row(one.event) for one in is_there if one.event.kind is not EventKind.ABSENCE), key=repr)


def _row(event: Event) -> Row:
    content = event.body if event.kind is EventKind.MESSAGE else None
    return (event.device, event.source.value, event.source_key, content)


def phone_rows(fleet: SimFleet) -> list[Row]:
    """Everything on the phones that shell may see, sorted: what the archive must equal."""
    rows: list[Row] = []
    for phone in fleet.phones:
        serial, store = phone.spec.serial, phone.store
        rows += [(serial, "sms", str(sms.provider_id), sms.body) for sms in store.sms() if sms.type in (1, 2)]
        if phone.spec.sdk > 30:
            rows += [(serial, "call_log", str(key), None) for key in store.call_ids()]
        rows += [(serial, "contacts", str(key), None) for key in store.contact_ids()]
    return sorted(rows, key=repr)


async def enrol_fleet(daemon: RunningDaemon, fleet: SimFleet) -> None:
    """Enrol every phone as it appears."""
    await enrol_phones(daemon, fleet.phones)


async def enrol_phones(daemon: RunningDaemon, phones: Sequence[SimPhone]) -> None:
    """Enrol these phones as they appear."""
    waiting = {phone.spec.serial for phone in phones}
    async with asyncio.timeout(60), ApiClient(daemon.socket, "en") as client:
        while waiting:
            for device in await client.devices():
                if device.serial in waiting and device.state == "device":
                    waiting.discard(device.serial)
                    await enrol(client, device.serial, "Test Person")
            await asyncio.sleep(0.03)
