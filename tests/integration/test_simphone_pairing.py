"""The simulated phone's pairing dialog and the real `adb pair`."""

import asyncio
import contextlib
import socket
from pathlib import Path

from adb_bridge.simphone.wire.auth import HostKey, parse_host_key
from adb_bridge.simphone.wire.pairing import MAX_ATTEMPTS, PairingOutcome, PairingServer

from .simphone_support import Adb

GUID = "adb-SIM1-AbCdEf"


def open_dialog(code: str = "123456") -> tuple[PairingServer, str, list[HostKey]]:
    paired: list[HostKey] = []
    server = PairingServer(code=code, guid=GUID, on_paired=paired.append)
    return server, server.open("127.0.0.1"), paired


def host_key(adb: Adb) -> HostKey:
    return parse_host_key((Path(adb.env["HOME"]) / ".android" / "adbkey.pub").read_bytes())


async def host_request(adb: Adb, request: str) -> bytes:
    """One request to the adb server as its clients make it, and the whole answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", adb.port)
    writer.write(f"{len(request):04x}{request}".encode())
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    return answer


WRONG = b"OKAYFAIL0031Failed: Wrong password or connection was dropped."
"""Of adb 36.0.0: a FAIL inside what OKAY began; its own client cannot read it and prints a protocol fault."""

CLOSED = b"OKAYFAIL0027Failed: Unable to start pairing client."


def paired_to(address: str) -> bytes:
    text = f"Successfully paired to {address} [guid={GUID}]"
    return f"OKAY{len(text):04x}{text}".encode()


async def test_right_code_pairs_once(adb: Adb) -> None:
    server, address, paired = open_dialog()
    answer = await adb.run("pair", address, "123456")
    assert answer.out == f"Successfully paired to {address} [guid={GUID}]\n".encode()
    assert await server.wait() is PairingOutcome.PAIRED
    assert paired == [host_key(adb)]
    assert await host_request(adb, f"host:pair:123456:{address}") == CLOSED


async def test_wrong_code_is_refused_and_the_right_one_still_pairs(adb: Adb) -> None:
    server, address, paired = open_dialog("pAssw0rd12")
    assert (await adb.run("pair", address, "pAssw0rd13")).code == 1
    assert await host_request(adb, f"host:pair:123456:{address}") == WRONG
    assert (paired, server.outcome) == ([], None)
    assert await host_request(adb, f"host:pair:pAssw0rd12:{address}") == paired_to(address)
    assert paired == [host_key(adb)]


async def test_dialog_closed_by_the_person(adb: Adb) -> None:
    server, address, paired = open_dialog()
    server.close()
    assert await server.wait() is PairingOutcome.CLOSED
    assert await host_request(adb, f"host:pair:123456:{address}") == CLOSED
    assert paired == []


async def test_hosts_that_guess_end_the_dialog() -> None:
    server, address, paired = open_dialog()
    name, _, port = address.partition(":")
    for _ in range(MAX_ATTEMPTS):
        assert server.outcome is None
        with contextlib.suppress(OSError), socket.create_connection((name, int(port)), timeout=5) as guess:
            guess.sendall(b"\x16\x03\x01\xff\xff" + b"junk" * 40)
            guess.shutdown(socket.SHUT_WR)
            await asyncio.sleep(0.01)
    async with asyncio.timeout(5):
        assert await server.wait() is PairingOutcome.GIVEN_UP
    assert paired == []
