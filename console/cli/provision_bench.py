"""`provision confirm`, `notice`, `acknowledge`, `receipt`: what people do on the bench."""

import asyncio
import sys
from typing import Final

import msgspec

from daemon.api.exit_codes import ExitCode
from daemon.api.provisioning import AckOffer, AckReceipt, AckRequest, AckRequestOffer, ConfirmRequest
from daemon.api.provisioning_client import acknowledge, confirm_item, offer_notice, receipt_of

from ..plain_text import clean_line
from .context import Context, UsageError, is_asking_possible
from .new_file import new_file
from .output import Format
from .pairing import can_draw, drawn
from .provision import run_named

_LONGEST: Final = 200


class _Confirm(msgspec.Struct):
    run_id: str
    serial: str
    item: str
    note: str = ""


class _Acknowledge(msgspec.Struct):
    run_id: str
    serial: str
    at_bench: bool = False
    ascii: bool = False
    employee: str | None = None
    code: str | None = None
    output: str | None = None


class _Receipt(msgspec.Struct):
    serial: str
    output: str | None = None


async def confirm(context: Context) -> ExitCode:
    """Somebody did it; the phone is looked at again."""
    arguments = context.take(_Confirm)
    async with context.client() as client:
        run_id = await run_named(client, arguments.run_id)
        request = ConfirmRequest(serial=arguments.serial, item=arguments.item, note=arguments.note)
        run = await confirm_item(client, run_id, request)
    found = [one for one in run.phones if one.serial == arguments.serial]
    if context.output.format is not Format.TABLE:
        context.output.items(found)
    for phone in found if context.output.format is Format.TABLE else ():
        for item in phone.items:
            mark = "x" if item.confirmed_at is not None else " "
            context.output.paragraph(f"[{mark}] {item.item}: {item.text}", 0)
    return ExitCode.OK


async def show_notice(context: Context) -> ExitCode:
    """On the phone, or here."""
    arguments = context.take(_Acknowledge)
    async with context.client() as client:
        run_id = await run_named(client, arguments.run_id)
        request = AckRequestOffer(serial=arguments.serial, is_at_bench=arguments.at_bench)
        offer = await offer_notice(client, run_id, request)
    if context.output.format is not Format.TABLE:
        context.output.items([offer])
    else:
        show_offer(context, offer, is_ascii=arguments.ascii)
    return ExitCode.OK


async def take_acknowledgement(context: Context) -> ExitCode:
    """Show the notice unless a code is given, ask for name and code, keep the receipt."""
    arguments = context.take(_Acknowledge)
    async with context.client() as client:
        run_id = await run_named(client, arguments.run_id)
        code = arguments.code
        if code is None:
            request = AckRequestOffer(serial=arguments.serial, is_at_bench=arguments.at_bench)
            show_offer(context, await offer_notice(client, run_id, request), is_ascii=arguments.ascii)
        employee = arguments.employee
        if employee is None:
            employee = await _asked(context, "provision.ask_name", "usage.no_ack_name")
        if code is None:
            code = await _asked(context, "provision.ask_code", "usage.no_ack_code")
        receipt = await acknowledge(
            client, run_id, AckRequest(serial=arguments.serial, code=code[:40], employee=employee)
        )
    context.output.say("provision.acknowledged")
    _keep(context, receipt, arguments.output)
    return ExitCode.OK


async def save_receipt(context: Context) -> ExitCode:
    """The newest of a phone."""
    arguments = context.take(_Receipt)
    async with context.client() as client:
        receipt = await receipt_of(client, arguments.serial)
    _keep(context, receipt, arguments.output)
    return ExitCode.OK


def _keep(context: Context, receipt: AckReceipt, output: str | None) -> None:
    if output is not None:
        with new_file(output) as (file, keep):
            file.write(msgspec.json.format(msgspec.json.encode(receipt), indent=2) + b"\n")
            keep()
        context.output.say("provision.receipt_written", path=output)
    if context.output.format is not Format.TABLE:
        context.output.items([receipt])
    elif output is None:
        for line in receipt.statement.splitlines():
            context.output.line(line)


def show_offer(context: Context, offer: AckOffer, *, is_ascii: bool) -> None:
    """The notice or where it is, and the QR code. On stderr: it is for the eyes of who stands there."""
    output = context.output
    if offer.where == "phone":
        output.say("provision.shown_on_phone", serial=offer.serial, employee=offer.employee)
    else:
        for line in (offer.title, "", *offer.text.splitlines(), ""):
            sys.stderr.write(clean_line(line) + "\n")
        output.say("provision.shown_here", employee=offer.employee, code=offer.code or "-")
    if not sys.stderr.isatty():
        return
    output.say("provision.scan_offer")
    code = drawn(offer.qr, is_ascii=is_ascii or not can_draw(sys.stderr.encoding))
    if not is_ascii:
        code = "\n".join(f"\x1b[97;40m{line}\x1b[0m" for line in code.split("\n"))
    sys.stderr.write(f"\n{code}\n\n")
    sys.stderr.flush()


async def _asked(context: Context, key: str, missing: str) -> str:
    if is_asking_possible():
        sys.stderr.write(clean_line(context.texts.get(f"cli.{key}")) + " ")
        sys.stderr.flush()
    line: str = await asyncio.to_thread(sys.stdin.readline, _LONGEST)
    text = line.strip()
    if not text:
        raise UsageError(missing)
    return text
