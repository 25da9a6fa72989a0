"""Calls to phones that answer, hang, shout, drop, ask or refuse."""

import asyncio
import time
from pathlib import Path

import pytest

from adb_bridge.addresses import ConnectOutcome
from adb_bridge.bridge import Bridge
from adb_bridge.errors import BridgeErrorCode, DeviceUnavailableError, ParseError, ShellCommandError
from adb_bridge.records import AdbState, TransportSerial
from adb_bridge.session import Session
from adb_bridge.shell_batch import run_batch
from adb_bridge.simphone.faults import Repeat
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.spec import AuthMode, PhoneSpec, Security
from tests.integration.bridge_support import CLOCK, connected, refusal_of, running_bridge, until_state

SPEC = PhoneSpec(serial="SIM01")


async def test_output_and_status_are_apart(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (_, session):
        output = await session.shell("echo out; echo err >&2; exit 7", timeout_s=5)
        assert (output.stdout, output.stderr, output.exit_code) == (b"out\n", b"err\n", 7)


async def test_a_hung_phone_costs_its_time_and_nobody_elses(tmp_path: Path) -> None:
    async with running_bridge(tmp_path, workers=2) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.faults.hang("getprop")
        started = time.monotonic()
        hung = [asyncio.create_task(refusal_of(session.shell("getprop", timeout_s=1.5))) for _ in range(20)]
        await asyncio.sleep(0.3)
        async with connected(bridge, PhoneSpec(serial="SIM02")) as (_, other):
            assert (await other.shell("echo quick", timeout_s=1)).stdout == b"quick\n"
        assert set(await asyncio.gather(*hung)) == {BridgeErrorCode.DEVICE_TIMEOUT}
        assert 1.4 < time.monotonic() - started < 4


async def test_dripping_output_does_not_extend_the_time(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.faults.hang("echo", after_bytes=3)
        started = time.monotonic()
        assert await refusal_of(session.shell("echo abcdef", timeout_s=1)) is BridgeErrorCode.DEVICE_TIMEOUT
        assert time.monotonic() - started < 2


async def test_closing_frees_every_call(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.faults.hang("getprop")
        calls = [asyncio.create_task(refusal_of(session.shell("getprop", timeout_s=30))) for _ in range(3)]
        await asyncio.sleep(0.3)
        await session.close()
        async with asyncio.timeout(2):
            assert set(await asyncio.gather(*calls)) == {BridgeErrorCode.DEVICE_OFFLINE}
        assert await refusal_of(session.shell("echo", timeout_s=1)) is BridgeErrorCode.DEVICE_OFFLINE


async def test_ten_megabytes_are_cut_off(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.faults.oversize("getprop", 10 * 1024 * 1024)
        with pytest.raises(ShellCommandError) as caught:
            await session.shell("getprop", timeout_s=10)
        assert caught.value.code is BridgeErrorCode.OUTPUT_TOO_LARGE
        output = await session.shell("getprop", timeout_s=10, max_bytes=11 * 1024 * 1024)
        assert len(output.stdout) == 10 * 1024 * 1024


async def test_a_pulled_cable_ends_the_call_and_the_phone_comes_back(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.faults.hang("getprop", repeat=Repeat.ONCE)
        call = asyncio.create_task(refusal_of(session.shell("getprop", timeout_s=30)))
        await asyncio.sleep(0.3)
        await phone.faults.unplug()
        async with asyncio.timeout(5):
            assert await call is BridgeErrorCode.DEVICE_OFFLINE
        await until_state(bridge, session.transport, AdbState.OFFLINE, None)
        assert await refusal_of(session.shell("echo", timeout_s=5)) is BridgeErrorCode.DEVICE_OFFLINE
        phone.faults.plug()
        await until_state(bridge, session.transport, AdbState.DEVICE)
        assert (await session.shell("echo on", timeout_s=5)).stdout == b"on\n"


async def test_a_phone_that_asks_its_holder(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge:
        phone = SimPhone(PhoneSpec(serial="SIM01", auth=AuthMode.PENDING), CLOCK)
        address = await phone.start()
        assert await bridge.connect(address) is ConnectOutcome.AUTH_PENDING
        await until_state(bridge, address, AdbState.UNAUTHORIZED)
        session = bridge.session(TransportSerial(address))
        assert await refusal_of(session.shell("echo", timeout_s=5)) is BridgeErrorCode.DEVICE_UNAUTHORIZED
        phone.allow_host()
        await until_state(bridge, address, AdbState.DEVICE)
        assert (await session.shell("echo in", timeout_s=5)).stdout == b"in\n"
        assert await bridge.connect(address) is ConnectOutcome.ALREADY
        await bridge.disconnect(address)
        await phone.stop()


async def test_a_phone_with_tls(tmp_path: Path) -> None:
    spec = PhoneSpec(serial="SIM01", security=Security.TLS)
    async with running_bridge(tmp_path) as bridge, connected(bridge, spec) as (_, session):
        assert (await session.shell("echo sealed", timeout_s=5)).stdout == b"sealed\n"


async def lines_of(session: Session, command: str, **bounds: object) -> list[bytes]:
    settings = {"idle_timeout_s": 2.0, "max_line_bytes": 100} | bounds
    return [line async for line in session.lines(command, **settings)]  # type: ignore[arg-type]


async def test_lines(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        assert await lines_of(session, "echo a; echo b; printf c") == [b"a", b"b", b"c"]
        long = "x" * 300
        assert await lines_of(session, f"echo a; echo {long}; echo b") == [b"a", b"b"]
        assert await lines_of(session, f"echo {long}; echo b") == [b"b"]
        with pytest.raises(ShellCommandError):
            await lines_of(session, "echo a; exit 3")
        phone.faults.hang("printf", after_bytes=2)
        with pytest.raises(DeviceUnavailableError) as caught:
            await lines_of(session, "printf 'a\\nb'", idle_timeout_s=0.5)
        assert caught.value.code is BridgeErrorCode.DEVICE_TIMEOUT


async def test_lines_arrive_before_the_command_ends(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (_, session):
        async with asyncio.timeout(3):
            async for line in session.lines("echo now; sleep 30", idle_timeout_s=5, max_line_bytes=10):
                assert line == b"now"
                break


async def test_closing_ends_a_stream(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (_, session):
        reading = asyncio.create_task(lines_of(session, "sleep 30", idle_timeout_s=None))
        await asyncio.sleep(0.3)
        await session.close()
        async with asyncio.timeout(2):
            with pytest.raises(DeviceUnavailableError):
                await reading


async def test_batches_keep_their_sections_apart(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        one, two, three = await run_batch(session, ["echo a; echo @@x 0", "nosuchcommand", "printf z"], timeout_s=5)
        assert (one.output, one.status) == (b"a\n@@x 0\n", 0)
        assert two.status == 127
        assert (three.output, three.status) == (b"z", 0)
        phone.faults.truncate("printf", 10)
        with pytest.raises(ParseError):
            await run_batch(session, ["echo aaaaaaaaaaa", "printf z"], timeout_s=5)


async def test_stopping_the_bridge_ends_calls_and_watchers(tmp_path: Path) -> None:
    bridge: Bridge
    async with running_bridge(tmp_path) as bridge, connected(bridge, SPEC) as (phone, session):
        phone.faults.hang("getprop")
        call = asyncio.create_task(refusal_of(session.shell("getprop", timeout_s=30)))
        watcher = asyncio.create_task(_drain(bridge))
        await asyncio.sleep(0.2)
        await bridge.stop()
        async with asyncio.timeout(3):
            await call
            await watcher


async def _drain(bridge: Bridge) -> None:
    async for _ in bridge.watch():
        pass
