"""Sets the stage: simulated phones in this process, a real daemon in another, every phone enrolled through the API."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.fleet import SimFleet
from adb_bridge.simphone.scenario import load_scenario

from ..api.client import ApiClient
from ..api.errors import ApiClientError
from ..api.exit_codes import ExitCode
from ..api.socket_path import socket_for_state
from ..api.wire import EnrolRequest

START_TIMEOUT_S = 30.0
NOTICE_VERSION = "demo-1"
LOG_TAIL_BYTES = 2_000


class StageError(Exception):
    """The demo could not be set up. `log_tail` is the end of what the daemon said, `exit_code` its own."""

    def __init__(self, log: Path, exit_code: int | None) -> None:
        super().__init__("the demo's daemon did not start")
        self.log_tail = log.read_bytes()[-LOG_TAIL_BYTES:].decode("utf-8", "replace") if log.exists() else ""
        self.exit_code = ExitCode.TIMEOUT if exit_code is None else exit_code


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSettings:
    """How large a stage."""

    phones: int = 4
    """1 to 200."""
    scenario: str = "jewellery-day"
    """Name of a packaged scenario or path of a TOML file."""
    seed: int = 1
    content_latency_s: float = 0.2
    """What one `content` call takes; real phones take 0.2 to 1 s."""
    state: Path | None = None
    """None: a throw-away directory, removed at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A running demo."""

    state: Path
    socket: Path
    fleet: SimFleet
    daemon: asyncio.subprocess.Process
    settings: StageSettings


@contextlib.asynccontextmanager
async def stage(settings: StageSettings) -> AsyncIterator[Stage]:
    """Phones connected and the daemon answering on entry; everything stopped and removed on exit.

    Raises `StageError` when the daemon does not answer within `START_TIMEOUT_S`, and the scenario's own errors.
    """
    scenario = load_scenario(settings.scenario)
    fleet = SimFleet.from_scenario(
        scenario,
        phones=settings.phones,
        clock=SystemClock(),
        seed=settings.seed,
        content_latency_s=settings.content_latency_s,
    )
    state = settings.state or Path(tempfile.mkdtemp(prefix="shopwarden-demo-"))
    try:
        addresses = await fleet.start()
        await _create_state(state, addresses)
        daemon = await _start_daemon(state)
        try:
            running = Stage(state=state, socket=socket_for_state(state), fleet=fleet, daemon=daemon, settings=settings)
            await _wait_for_daemon(running)
            yield running
        finally:
            await _stop(daemon)
    finally:
        await fleet.stop()
        if settings.state is None:
            shutil.rmtree(state, ignore_errors=True)


async def enrol_all(running: Stage) -> None:
    """Enrol every phone of the fleet as it appears in the device list. Returns once all are enrolled."""
    waiting = {phone.spec.serial: phone.spec.employee for phone in running.fleet.phones}
    async with ApiClient(running.socket, "en") as client:
        while waiting:
            for device in await client.devices():
                employee = waiting.pop(device.serial, None)
                if employee is not None and device.employee is None:
                    await client.enrol(
                        EnrolRequest(
                            serial=device.serial,
                            employee=employee,
                            notice_version=NOTICE_VERSION,
                            acknowledged_by=employee,
                        )
                    )
            await asyncio.sleep(0.1)


async def _create_state(state: Path, addresses: list[str]) -> None:
    """A vault with a key file, and a configuration that knows the phones' addresses."""
    key_path = state / "demo.key"
    init = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "daemon", "init", "--state", str(state), "--key-file", str(key_path),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, stderr = await init.communicate()
    if init.returncode != 0:
        (state / "daemon.log").write_bytes(stderr)
        raise StageError(state / "daemon.log", init.returncode)
    quoted = ", ".join(f'"{address}"' for address in addresses)
    (state / "shopwarden.toml").write_text(
        "\n".join(
            [
                '[store]\nname = "示范珠宝店 Demo Jewellers"',
                f'[key]\nsource = "file"\npath = "{key_path}"',
                f'[adb]\nconnect = [{quoted}]\ndiscovery = "off"',
                "",
            ]
        ),
        encoding="utf-8",
    )


async def _start_daemon(state: Path) -> asyncio.subprocess.Process:
    log = (state / "daemon.log").open("ab")
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "daemon", "run", "--state", str(state),
            stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, env=os.environ,
        )  # fmt: skip
    finally:
        log.close()


async def _wait_for_daemon(running: Stage) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(START_TIMEOUT_S):
            while running.daemon.returncode is None:
                try:
                    async with ApiClient(running.socket, "en") as client:
                        await client.hello()
                        return
                except ApiClientError:
                    await asyncio.sleep(0.05)
    raise StageError(running.state / "daemon.log", running.daemon.returncode)


async def _stop(daemon: asyncio.subprocess.Process) -> None:
    if daemon.returncode is not None:
        return
    daemon.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(10):
            await daemon.wait()
    except TimeoutError:
        daemon.kill()
        await daemon.wait()
