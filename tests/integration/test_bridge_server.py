"""The private adb server: its own port, home and life."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from adb_bridge import host_protocol
from adb_bridge.binary import find_binary, shipped_binary
from adb_bridge.bridge import Bridge, BridgeSettings
from adb_bridge.collectors.sms import SmsCollector
from adb_bridge.errors import AdbBridgeError, BridgeErrorCode, ServerUnavailableError
from adb_bridge.host_protocol import HostClient
from adb_bridge.records import AdbState, TransportSerial
from adb_bridge.server import AdbServer
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.rows import Sms
from adb_bridge.simphone.spec import AuthMode, PhoneSpec
from tests.integration.bridge_support import CLOCK, Shelf, connected, running_bridge, until_state

ROOT = Path(__file__).parents[2]


def server_pid(home: Path) -> int:
    return int((home / "adb-server.pid").read_text())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def until_gone(pid: int) -> None:
    async with asyncio.timeout(10):
        while Path(f"/proc/{pid}/status").exists() and "zombie" not in Path(f"/proc/{pid}/status").read_text():
            await asyncio.sleep(0.05)


async def test_own_port_own_home_own_keys(tmp_path: Path) -> None:
    home = tmp_path / "adb"
    async with running_bridge(home) as bridge:
        assert bridge.server_port not in {0, 5037}
        assert home.stat().st_mode & 0o777 == 0o700
        environment = Path(f"/proc/{server_pid(home)}/environ").read_bytes().split(b"\0")
        assert {b"ADB_EMU=0", b"ADB_MDNS=0", b"ADB_MDNS_AUTO_CONNECT=0", f"HOME={home}".encode()} <= set(environment)
        async with connected(bridge, PhoneSpec(serial="SIM01", auth=AuthMode.ACCEPT)):
            assert (home / ".android" / "adbkey").is_file()
        with socket.socket() as outside, pytest.raises(OSError, match="refused|unreachable|timed out"):
            outside.settimeout(2)
            outside.connect((_other_address(), bridge.server_port))


def _other_address() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.2"
        address: str = probe.getsockname()[0]
        return address if not address.startswith("127.0.0.1") else "127.0.0.2"


async def test_a_killed_server_comes_back_with_its_phones(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, PhoneSpec(serial="SIM01")) as (_, session):
        seen: list[int] = []

        async def watch() -> None:
            async for transports in bridge.watch():
                seen.append(len(transports))

        watcher = asyncio.create_task(watch())
        await asyncio.sleep(0)
        port = bridge.server_port
        for _ in range(2):
            seen.clear()
            os.kill(server_pid(tmp_path), signal.SIGKILL)
            await until_state(bridge, session.transport, None)
            await until_state(bridge, session.transport, AdbState.DEVICE)
            output = await session.shell("echo back", timeout_s=5)
            assert output.stdout == b"back\n"
            assert 0 in seen
        assert bridge.server_port == port
        watcher.cancel()


async def test_a_server_that_stopped_answering_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adb_bridge.bridge._HEALTH_INTERVAL_S", 0.2)
    monkeypatch.setattr("adb_bridge.host_protocol.HOST_TIMEOUT_S", 0.3)
    monkeypatch.setattr("adb_bridge.server._STOP_TIMEOUT_S", 0.5)
    async with running_bridge(tmp_path) as bridge, connected(bridge, PhoneSpec(serial="SIM01")) as (_, session):
        hung = server_pid(tmp_path)
        os.kill(hung, signal.SIGSTOP)
        await until_state(bridge, session.transport, None)
        await until_state(bridge, session.transport, AdbState.DEVICE)
        assert server_pid(tmp_path) != hung
        assert (await session.shell("echo back", timeout_s=5)).stdout == b"back\n"


async def test_a_server_killed_in_the_middle_of_a_backfill_loses_nothing(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, connected(bridge, PhoneSpec(serial="SIM01")) as (phone, session):
        phone.store.load_sms(Sms(address="1", body=f"m{index}" * 30, at=CLOCK.now()) for index in range(6000))
        shelf = Shelf(SmsCollector(CLOCK))
        kills = 0
        while True:
            try:
                async for batch in shelf.collector.collect(session, shelf.cursor, shelf):
                    shelf.take(batch)
                    if kills < 3 and len(shelf.rows) > 1500 * kills:
                        kills += 1
                        os.kill(server_pid(tmp_path), signal.SIGKILL)
                break
            except AdbBridgeError:
                await until_state(bridge, session.transport, AdbState.DEVICE)
                await asyncio.sleep(0.2)
        assert kills == 3
        assert sorted(shelf.rows) == list(range(1, 6001))
        assert all(len(versions) == 1 for versions in shelf.versions.values())
        assert shelf.absent == set()


async def test_a_client_of_another_version_cannot_end_it(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge:
        pid = server_pid(tmp_path)
        stray = await asyncio.create_subprocess_exec(
            shipped_binary() or "adb", "-P", str(bridge.server_port), "kill-server",
            env={"HOME": str(tmp_path / "stray")}, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert await stray.wait() != 0
        assert server_pid(tmp_path) == pid
        assert await bridge.ask(lambda client: client.version()) == 41


async def test_it_dies_with_us(tmp_path: Path) -> None:
    program = (
        "import asyncio,sys\nfrom pathlib import Path\nfrom adb_bridge.bridge import Bridge,BridgeSettings\n"
        "from adb_bridge.clock import SystemClock\n"
        "async def main():\n"
        f"    await Bridge(BridgeSettings(home=Path({str(tmp_path)!r})), SystemClock()).start()\n"
        "    print('up', flush=True)\n    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    owner = await asyncio.create_subprocess_exec(sys.executable, "-c", program, cwd=ROOT, stdout=subprocess.PIPE)
    assert owner.stdout is not None
    assert await owner.stdout.readline() == b"up\n"
    pid = server_pid(tmp_path)
    owner.kill()
    await owner.wait()
    await until_gone(pid)


async def test_a_leftover_of_ours_is_replaced(tmp_path: Path) -> None:
    binary = await find_binary(None)
    port = free_port()
    leftover = AdbServer(binary=binary, home=tmp_path, port=port)
    await leftover.start()
    old = server_pid(tmp_path)
    async with running_bridge(tmp_path, port=port) as bridge:
        assert bridge.server_port == port
        assert server_pid(tmp_path) != old
    await leftover.stop()


async def test_somebody_elses_port_is_left_alone(tmp_path: Path) -> None:
    binary = await find_binary(None)
    other = AdbServer(binary=binary, home=tmp_path / "other", port=0)
    await other.start()
    try:
        bridge = Bridge(BridgeSettings(home=tmp_path / "ours", port=other.port), CLOCK)
        with pytest.raises(ServerUnavailableError, match="used by another program") as caught:
            await bridge.start()
        assert caught.value.code is BridgeErrorCode.PORT_TAKEN
        await bridge.stop()
        assert HostClient("127.0.0.1", other.port).version() == 41
    finally:
        await other.stop()


async def test_an_external_server_is_used_and_never_ended_or_started(tmp_path: Path) -> None:
    server = AdbServer(binary=await find_binary(None), home=tmp_path / "other", port=0)
    await server.start()
    async with (
        running_bridge(tmp_path / "ours", external=f"127.0.0.1:{server.port}") as bridge,
        connected(bridge, PhoneSpec(serial="SIM01")) as (_, session),
    ):
        assert (await session.shell("echo x", timeout_s=5)).stdout == b"x\n"
        assert not (tmp_path / "ours").exists()
        await server.stop()
        await until_state(bridge, session.transport, None)
        with pytest.raises(ServerUnavailableError):
            await session.shell("echo x", timeout_s=5)
        await server.start()
        await until_state(bridge, session.transport, AdbState.DEVICE)
    assert HostClient("127.0.0.1", server.port).version() == 41
    await server.stop()


async def test_an_external_server_that_hangs_is_waited_for_and_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adb_bridge.bridge._HEALTH_INTERVAL_S", 0.1)
    monkeypatch.setattr("adb_bridge.host_protocol.HOST_TIMEOUT_S", 0.2)
    binary = await find_binary(None)
    server = AdbServer(binary=binary, home=tmp_path / "theirs", port=0)
    await server.start()
    try:
        async with (
            running_bridge(tmp_path / "ours", external=f"127.0.0.1:{server.port}") as bridge,
            connected(bridge, PhoneSpec(serial="SIM01")) as (_, session),
        ):
            theirs = server_pid(tmp_path / "theirs")
            os.kill(theirs, signal.SIGSTOP)
            await until_state(bridge, session.transport, None)
            assert not bridge.is_serving
            os.kill(theirs, signal.SIGCONT)
            await until_state(bridge, session.transport, AdbState.DEVICE)
            assert server_pid(tmp_path / "theirs") == theirs
            assert (await session.shell("echo back", timeout_s=5)).stdout == b"back\n"
    finally:
        await server.stop()


async def test_no_external_server(tmp_path: Path) -> None:
    bridge = Bridge(BridgeSettings(home=tmp_path, external=f"127.0.0.1:{free_port()}"), CLOCK)
    with pytest.raises(ServerUnavailableError):
        await bridge.start()
    await bridge.stop()


async def test_nobody_listening_spawns_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def spawned(*_: object, **__: object) -> None:
        raise AssertionError("adbutils started a server")

    monkeypatch.setattr(subprocess, "run", spawned)
    client = HostClient("127.0.0.1", free_port())
    for call in (client.version, client.track, lambda: client.switch_to("x"), lambda: client.connect_to("a:1", 1.0)):
        with pytest.raises(ServerUnavailableError):
            await asyncio.to_thread(call)


async def test_a_server_that_says_nothing_costs_five_seconds_at_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert host_protocol.HOST_TIMEOUT_S == 5
    monkeypatch.setattr(host_protocol, "HOST_TIMEOUT_S", 0.5)
    silent = socket.create_server(("127.0.0.1", 0))
    bridge = Bridge(BridgeSettings(home=tmp_path, external=f"127.0.0.1:{silent.getsockname()[1]}"), CLOCK)
    async with asyncio.timeout(3.5):
        with pytest.raises(ServerUnavailableError, match="does not answer"):
            await bridge.start()
    await bridge.stop()
    silent.close()


async def test_binaries_are_checked(tmp_path: Path) -> None:
    old = tmp_path / "adb"
    old.write_text("#!/bin/sh\necho Android Debug Bridge version 1.0.41\necho Version 29.0.6-debian\n")
    old.chmod(0o755)
    with pytest.raises(ServerUnavailableError) as caught:
        await find_binary(old)
    assert caught.value.code is BridgeErrorCode.BINARY_TOO_OLD
    for missing in (tmp_path / "nothing", tmp_path):
        with pytest.raises(ServerUnavailableError) as caught:
            await find_binary(missing)
        assert caught.value.code is BridgeErrorCode.BINARY_MISSING
    assert (await find_binary(None)).version >= (34, 0, 0)


async def test_the_users_own_port_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="5037"):
        AdbServer(binary=await find_binary(None), home=tmp_path, port=5037)


async def test_an_address_is_tried_until_the_phone_is_there(tmp_path: Path) -> None:
    port = free_port()
    async with running_bridge(tmp_path) as bridge:
        address = f"127.0.0.1:{port}"
        assert await bridge.connect(address) == "failed"
        phone = SimPhone(PhoneSpec(serial="LATE1"), CLOCK)
        await phone.start(port=port)
        await until_state(bridge, address, AdbState.DEVICE)
        await bridge.disconnect(address)
        await until_state(bridge, address, None)
        await asyncio.sleep(1.5)
        with contextlib.suppress(TimeoutError):
            await until_state(bridge, address, AdbState.DEVICE, timeout_s=0.5)
            pytest.fail("a forgotten address came back")
        session = bridge.session(TransportSerial(address))
        with pytest.raises(Exception, match="offline"):
            await session.shell("echo", timeout_s=3)
        await phone.stop()
