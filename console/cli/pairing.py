"""`devices discover`, `devices pair`, `devices wireless`."""

import asyncio
import getpass
import re
import sys
from contextlib import suppress
from typing import Literal

import msgspec
import segno

from daemon.api.client import ApiClient
from daemon.api.connecting import PairingReport, PairRequest, WirelessRequest
from daemon.api.errors import ApiClientError
from daemon.api.exit_codes import ExitCode

from ..plain_text import clean_line
from .context import Context, UsageError
from .output import Format
from .table import Cell

_COLUMNS = ("serial", "announced_state", "announced_service", "address", "instance")
_CODE = re.compile(r"\d{6}", re.ASCII)
_EVERY_S = 0.5
_QUIET_ZONE = 2
"""Modules around the code; phones read it with two, the norm asks for four."""
_EXITS = {
    "connected": ExitCode.OK,
    "paired": ExitCode.PARTIAL,
    "expired": ExitCode.TIMEOUT,
}


class _Pair(msgspec.Struct):
    address: str | None = None
    code: str | None = None
    qr: bool = False
    ascii: bool = False


class _Wireless(msgspec.Struct):
    serial: str
    switch: Literal["on", "off"]


async def discover(context: Context) -> ExitCode:
    """Phones that announce themselves on the local network."""
    async with context.client() as client:
        found = await client.announced_phones()
    if context.output.format is not Format.TABLE:
        context.output.items(found)
    elif found:
        rows = [
            [
                Cell(one.serial or "-"),
                Cell(context.word("announced_state", one.state), "32" if one.state == "connected" else ""),
                Cell(context.word("announced_service", one.service)),
                Cell(one.address),
                Cell(one.instance),
            ]
            for one in found
        ]
        context.output.table(_COLUMNS, rows)
    if not found:
        context.output.empty("empty.announced")
    return ExitCode.OK


async def pair(context: Context) -> ExitCode:
    """Pair by the code that the phone shows, or by a QR code that it scans."""
    arguments = context.take(_Pair)
    if arguments.qr is (arguments.address is not None):
        raise UsageError("usage.pair_how")
    async with context.client() as client:
        if arguments.qr:
            report = await _by_qr(context, client, is_ascii=arguments.ascii)
        else:
            code = arguments.code if arguments.code is not None else await asyncio.to_thread(_asked_code, context)
            if not _CODE.fullmatch(code):
                raise UsageError("usage.no_pairing_code")
            context.output.say("pairing")
            report = await client.pair(PairRequest(address=arguments.address or "", code=code))
    report = msgspec.structs.replace(report, payload=None, expires_in_s=None)
    if context.output.format is not Format.TABLE:
        context.output.items([report])
    else:
        context.output.line(_sentence(context, report))
    return _EXITS.get(report.state, ExitCode.ADB)


async def wireless(context: Context) -> ExitCode:
    """Switch wireless debugging of a connected phone and read that back."""
    arguments = context.take(_Wireless)
    async with context.client() as client:
        switched = await client.wireless(arguments.serial, WirelessRequest(switch=arguments.switch))
    if context.output.format is not Format.TABLE:
        context.output.items([switched])
    else:
        address = f" ({switched.address})" if switched.address is not None else ""
        context.output.line(f"{arguments.serial}: {context.word('wireless', switched.outcome)}{address}")
    return ExitCode.OK if switched.outcome == arguments.switch else ExitCode.ADB


def drawn(payload: str, *, is_ascii: bool) -> str:
    """The QR code for a terminal: dark on light by half blocks, or two `#` a module."""
    rows = [list(row) for row in segno.make_qr(payload, error="m").matrix_iter(border=_QUIET_ZONE)]
    if is_ascii:
        return "\n".join("".join("##" if module else "  " for module in row) for row in rows)
    if len(rows) % 2:
        rows.append([0] * len(rows[0]))
    # Light is drawn and dark left out, on black: so it is right in dark and in light themes.
    glyphs = {(0, 0): "█", (0, 1): "▀", (1, 0): "▄", (1, 1): " "}
    lines = ["".join(glyphs[int(bool(up)), int(bool(down))] for up, down in zip(*pair, strict=True))
             for pair in zip(rows[::2], rows[1::2], strict=True)]  # fmt: skip
    return "\n".join(lines)


async def _by_qr(context: Context, client: ApiClient, *, is_ascii: bool) -> PairingReport:
    report = await client.invite_phone()
    try:
        if report.payload is not None:
            _show(context, report.payload, is_ascii=is_ascii)
        told = report.state
        while not report.is_over:
            await asyncio.sleep(_EVERY_S)
            report = await client.pairing(report.pairing_id)
            if report.state != told and not report.is_over:
                told = report.state
                context.output.say(f"pairing_{told}")
        return report
    finally:
        if not report.is_over:
            with suppress(ApiClientError):
                await client.cancel_pairing(report.pairing_id)


def _show(context: Context, payload: str, *, is_ascii: bool) -> None:
    """On stderr: it is for the eyes of who holds the phone, not for a file."""
    code = drawn(payload, is_ascii=is_ascii or not can_draw(sys.stderr.encoding))
    if sys.stderr.isatty() and not is_ascii:
        code = "\n".join(f"\x1b[97;40m{line}\x1b[0m" for line in code.split("\n"))
    sys.stderr.write(f"\n{code}\n\n")
    sys.stderr.flush()
    context.output.say("pairing_scan")


def can_draw(encoding: str | None) -> bool:
    """Whether half blocks can be written."""
    try:
        "█▀▄".encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _asked_code(context: Context) -> str:
    if sys.stdin.isatty():
        code = getpass.getpass(clean_line(context.texts.get("cli.ask.pairing_code")) + " ")
    else:
        code = sys.stdin.readline(200)
    if not code.strip():
        raise UsageError("usage.no_pairing_code")
    return code.strip()


def _sentence(context: Context, report: PairingReport) -> str:
    who = report.serial or report.address
    sentence = context.word("pairing", report.state)
    return sentence if who is None else f"{who}: {sentence}"
