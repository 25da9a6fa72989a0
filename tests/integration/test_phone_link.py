"""What is asked of phones while the daemon's adb server is only coming up."""

import asyncio
import contextlib
import shlex
import time
from collections.abc import AsyncIterator
from pathlib import Path

import adbutils
import pytest

from adb_bridge.addresses import ConnectOutcome
from adb_bridge.bridge import Bridge, BridgeSettings
from adb_bridge.clock import SystemClock
from adb_bridge.errors import ServerUnavailableError
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.spec import PhoneSpec
from daemon.logs import log_for
from daemon.phone_link import PhoneLink
from daemon.supervise import supervise


async def follow(_: Bridge) -> None:
    await asyncio.Event().wait()


async def nobody() -> tuple[str, ...]:
    return ()


@contextlib.asynccontextmanager
async def running(folder: Path, script: str) -> AsyncIterator[PhoneLink]:
    binary = folder / "adb"
    binary.write_text(f"#!/bin/sh\n{script}\n")
    binary.chmod(0o755)
    clock = SystemClock()
    link = PhoneLink(BridgeSettings(home=folder / "home", binary=binary), clock)
    work = asyncio.create_task(
        supervise(lambda own: link.run(own, follow, nobody), clock=clock, log=log_for("adb"), wake=asyncio.Event())
    )
    try:
        yield link
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def test_a_call_right_after_the_start_waits_for_the_server(tmp_path: Path) -> None:
    slow = f'case "$*" in *nodaemon*) sleep 0.5;; esac\nexec {shlex.quote(adbutils.adb_path())} "$@"'
    phone = SimPhone(PhoneSpec(serial="EARLY1", seed=1), SystemClock())
    address = await phone.start()
    try:
        async with running(tmp_path, slow) as link:
            assert await link.connect(address) is ConnectOutcome.CONNECTED
    finally:
        await phone.stop()


async def test_a_server_that_cannot_start_is_told_at_once(tmp_path: Path) -> None:
    async with running(tmp_path, "exit 1") as link:
        began_s = time.monotonic()
        with pytest.raises(ServerUnavailableError):
            await link.connect("127.0.0.1:9")
        assert time.monotonic() - began_s < 10
