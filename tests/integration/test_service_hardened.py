"""Daemon and adb server as the units run them: apart, told of each other by an address, forbidden to make code, over a
notify socket, with figures for a monitor, stopped in time."""

import asyncio
import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from adb_bridge.host_protocol import HostClient
from daemon.api.client import ApiClient
from daemon.api.socket_path import socket_for_state
from tests.integration.daemon_support import phone, until
from tests.integration.running_daemon import enrol, new_state

PR_SET_MDWE, PR_GET_MDWE, REFUSE_EXEC_GAIN = 65, 66, 1
NUMBER = "13912345678"
LABELS = {"version", "state", "status", "severity", "part", "source", "collector", "task", "le"}
HARDENED = (
    "import ctypes,os,sys;"
    f"ctypes.CDLL(None).prctl({PR_SET_MDWE},{REFUSE_EXEC_GAIN},0,0,0);"
    "os.execv(sys.executable,[sys.executable,'-P','-m','daemon',*sys.argv[1:]])"
)


def _start(*arguments: str, log: Path, **environment: str) -> "subprocess.Popen[bytes]":
    with log.open("ab") as out:
        return subprocess.Popen(
            [sys.executable, "-c", HARDENED, *arguments], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            env={**os.environ, **environment}, start_new_session=True,
        )  # fmt: skip


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _tells_of_work_and_of_nobody(page: bytes) -> None:
    families = {family.name: family for family in text_string_to_metric_families(page.decode())}
    wanted = ("devices", "collector_seconds", "events", "verdicts", "queue_depth", "commands", "store_bytes",
              "last_success_timestamp", "restarts", "build_info")  # fmt: skip
    assert [name for name in wanted if f"shopwarden_{name}" not in families] == []
    assert {label for family in families.values() for one in family.samples for label in one.labels} <= LABELS
    for canary in ("SIMHARD1", "CANARY", NUMBER, "Test Person", "返现"):
        assert canary.encode() not in page
    (devices,) = families["shopwarden_devices"].samples
    assert (devices.labels, devices.value) == ({"state": "online"}, 1.0)


async def test_apart_and_forbidden_to_make_code_all_works(tmp_path: Path) -> None:
    is_forbidden = ctypes.CDLL(None).prctl(PR_GET_MDWE, 0, 0, 0, 0) >= 0  # kernels before 6.3 cannot
    notify = tmp_path / "notify"
    told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    told.bind(str(notify))
    told.setblocking(False)
    lines: list[str] = []

    def heard() -> list[str]:
        with contextlib.suppress(BlockingIOError):
            while True:
                lines.extend(told.recv(4096).decode().splitlines())
        return lines

    port, log = _free_port(), tmp_path / "log"
    adb = _start("adb-server", "--port", str(port), "--home", str(tmp_path / "adb"), log=log)
    daemon: subprocess.Popen[bytes] | None = None
    try:
        async with phone("SIMHARD1") as one:
            one.store.add_sms(address=NUMBER, body="返现给你 CANARYTEXT")
            one.store.add_contact(name="CANARYNAME", numbers=(NUMBER,))
            textfile = tmp_path / "shopwarden.prom"
            metrics = f'[metrics]\ntextfile = "{textfile}"\nevery_s = 1\n'
            state = new_state(tmp_path, [one.address], metrics)
            config = state / "shopwarden.toml"
            config.write_text(config.read_text().replace("[adb]\n", f'[adb]\nserver = "127.0.0.1:{port}"\n'))
            api = tmp_path / "run" / "api.sock"
            api.parent.mkdir()
            daemon = _start(
                "run", "--state", str(state), log=log,
                NOTIFY_SOCKET=str(notify), WATCHDOG_USEC="600000", SHOPWARDEN_SOCKET=str(api),
            )  # fmt: skip

            async def is_ready() -> bool:
                assert daemon is not None and daemon.poll() is None, log.read_text()[-2000:]
                return "READY=1" in heard()

            await until(is_ready)
            assert not socket_for_state(state).exists(), "the socket is where the unit says"
            async with ApiClient(api, "en") as client:

                async def is_seen() -> bool:
                    return any(device.serial == "SIMHARD1" for device in await client.devices())

                await until(is_seen)
                await enrol(client, "SIMHARD1", "Test Person")

                async def is_read() -> bool:
                    return any(device.backfill_done for device in await client.devices())

                await until(is_read)
                checks = {check.name: check for check in (await client.health()).checks}
                assert checks["adb"].status == "ok"
                assert ("machine_code" in checks) is is_forbidden, "numba is here and may not be used"

            async def is_pinged() -> bool:
                return heard().count("WATCHDOG=1") >= 3 and "STATUS=1 of 1 phones online" in lines

            await until(is_pinged)

            async def is_told() -> bool:
                return textfile.exists() and b'events_total{source="sms"} 1.0' in textfile.read_bytes()

            await until(is_told)
            _tells_of_work_and_of_nobody(textfile.read_bytes())
            assert not (state / "adb" / "adb-server.pid").exists(), "no server of its own"
            began_s = time.monotonic()
            daemon.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(daemon.wait, 15) == 0
            assert time.monotonic() - began_s < 10
            assert "STOPPING=1" in heard()
            assert not api.exists()
            assert (state / "archive.db").exists() and not (state / "archive.db-wal").exists(), "one file is left"
            assert HostClient("127.0.0.1", port).version() == 41, "adb goes on without the daemon"
    finally:
        for process in (daemon, adb):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()
        told.close()
