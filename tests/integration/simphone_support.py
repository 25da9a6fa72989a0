"""The real adb server on a private port with its own HOME, and its client as a subprocess."""

import asyncio
import os
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import adbutils

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.spec import PhoneSpec

ADB = Path(adbutils.__file__).parent / "binaries" / "adb"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an adb client run gave."""

    code: int
    out: bytes
    err: bytes


async def kill(process: asyncio.subprocess.Process) -> None:
    """kill -9, and read what is left: asyncio waits for the pipes too."""
    process.kill()
    async with asyncio.timeout(10):
        await process.communicate()


@dataclass(frozen=True, slots=True)
class Adb:
    """One private server."""

    port: int
    env: dict[str, str]

    async def run(self, *arguments: str, stdin: bytes | None = None, timeout_s: float = 20.0) -> Answer:
        process = await self.spawn(*arguments)
        try:
            async with asyncio.timeout(timeout_s):
                out, err = await process.communicate(stdin)
        except TimeoutError:
            await kill(process)
            raise
        assert process.returncode is not None
        return Answer(process.returncode, out, err)

    async def spawn(self, *arguments: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            str(ADB), "-P", str(self.port), *arguments, env=self.env,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip

    async def shell(self, phone: SimPhone, command: str, *, stdin: bytes | None = None) -> Answer:
        return await self.run("-s", phone.address, "shell", command, stdin=stdin)

    async def state(self, address: str) -> str | None:
        listed = (await self.run("devices")).out.decode()
        return next((line.split("\t")[1] for line in listed.splitlines() if line.startswith(f"{address}\t")), None)

    async def until(self, address: str, *states: str | None, timeout_s: float = 15.0) -> None:
        async with asyncio.timeout(timeout_s):
            while await self.state(address) not in states:
                await asyncio.sleep(0.1)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as server:
            server.sendall(b"000chost:version")
            return server.recv(4) == b"OKAY"
    except OSError:
        return False


@contextmanager
def adb_server(home: Path, **extra: str) -> Iterator[Adb]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home.mkdir(parents=True, exist_ok=True)
    quiet = {"ADB_MDNS": "0", "ADB_MDNS_OPENSCREEN": "0", "ADB_USB": "0", "ADB_EMU": "0"}
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(home), **quiet, **extra}
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen([ADB, "-P", str(port), "nodaemon", "server"], env=env, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 15
        while not _answers(port):  # a port that is open does not answer yet
            assert time.monotonic() < deadline, (home / "server.log").read_text()
            time.sleep(0.05)
        yield Adb(port, env)
    finally:
        process.terminate()
        process.wait(timeout=10)


@asynccontextmanager
async def connected(adb: Adb, spec: PhoneSpec) -> AsyncIterator[SimPhone]:
    phone = SimPhone(spec, SystemClock())
    address = await phone.start()
    try:
        await adb.run("connect", address)
        await adb.until(address, "device")
        yield phone
    finally:
        await adb.run("disconnect", address)
        await phone.stop()
