"""`devices discover|pair|wireless` as scripts and people see them."""

import asyncio
import re
from pathlib import Path

import pytest
import segno

from console.cli.pairing import drawn
from daemon.api.connecting import AnnouncedPhone
from daemon.api.exit_codes import ExitCode

from .api_host import hosted
from .cli_runner import shopwarden
from .fake_service import SERIAL, FakeService

PAYLOAD = "WIFI:T:ADB;S:shopwarden-abcdefghij;P:abcdefghijkm;;"


async def test_discover(tmp_path: Path) -> None:
    found = AnnouncedPhone(
        service="connect", instance="adb-\x1b[31mX-AbCdEf", address="192.168.1.20:37123", serial=SERIAL, state="known"
    )
    async with hosted(tmp_path, service=FakeService(announced=(found,))):
        table, chinese, as_json = await asyncio.gather(
            shopwarden(tmp_path, "devices", "discover"),
            shopwarden(tmp_path, "--lang", "zh", "devices", "discover"),
            shopwarden(tmp_path, "devices", "discover", "--json"),
        )
    assert SERIAL in table.out and "wireless debugging" in table.out and "\x1b" not in table.out
    assert "已知" in chinese.out and "无线调试" in chinese.out
    assert as_json.items[0]["address"] == "192.168.1.20:37123"
    assert {table.code, chinese.code, as_json.code} == {0}


async def test_pair_by_code_given_or_read(tmp_path: Path) -> None:
    async with hosted(tmp_path):
        given, read, wrong, nothing, both = await asyncio.gather(
            shopwarden(tmp_path, "devices", "pair", "192.168.1.20:40001", "--code", "123456", "--json"),
            shopwarden(tmp_path, "devices", "pair", "192.168.1.20:40001", stdin=b"123456\n"),
            shopwarden(tmp_path, "devices", "pair", "192.168.1.20:40001", stdin=b"654321\n"),
            shopwarden(tmp_path, "devices", "pair", "192.168.1.20:40001", stdin=b"\n"),
            shopwarden(tmp_path, "devices", "pair", "192.168.1.20:40001", "--qr"),
        )
    assert (given.code, given.items[0]["state"]) == (ExitCode.OK, "connected")
    assert (read.code, read.out) == (ExitCode.OK, f"{SERIAL}: paired and connected\n")
    assert wrong.code is not ExitCode.OK and "the code is wrong" in wrong.out
    assert "6543" not in wrong.out + wrong.err
    assert (nothing.code, both.code) == (ExitCode.USAGE, ExitCode.USAGE)


async def test_pair_by_qr_code_draws_waits_and_tells(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    async with hosted(one), hosted(other, service=FakeService(pairing_path=["expired"])):
        blocks, late = await asyncio.gather(
            shopwarden(one, "devices", "pair", "--qr"),
            shopwarden(other, "devices", "pair", "--qr", "--ascii", "--json"),
        )
    assert (blocks.code, blocks.out) == (ExitCode.OK, f"{SERIAL}: paired and connected\n")
    assert re.search("[█▀▄]{20}", blocks.err) and "connecting" in blocks.err
    assert "secret" not in blocks.out + late.out
    assert late.code == ExitCode.TIMEOUT and late.items[0]["payload"] is None and "######" in late.err


async def test_wireless(tmp_path: Path) -> None:
    async with hosted(tmp_path):
        on = await shopwarden(tmp_path, "devices", "wireless", SERIAL, "on")
    assert (on.code, on.out) == (0, f"{SERIAL}: wireless debugging is on (192.168.1.20:37123)\n")


@pytest.mark.parametrize("is_ascii", [True, False])
def test_what_is_drawn_is_the_code(*, is_ascii: bool) -> None:
    picture = drawn(PAYLOAD, is_ascii=is_ascii).split("\n")
    if is_ascii:
        modules = [[pair == "##" for pair in re.findall("..", line)] for line in picture]
    else:
        halves = {"█": (False, False), "▀": (False, True), "▄": (True, False), " ": (True, True)}
        modules = [[halves[glyph][half] for glyph in line] for line in picture for half in (0, 1)]
    wanted = [[bool(module) for module in row] for row in segno.make_qr(PAYLOAD, error="m").matrix_iter(border=2)]
    assert modules[: len(wanted)] == wanted
    assert not any(any(row) for row in modules[len(wanted) :])
