"""`provision bench`: phone by phone through what people have to do, asked and answered at the terminal."""

import asyncio
import sys
from typing import Final

import msgspec

from daemon.api.client import ApiClient
from daemon.api.errors import ApiRefusedError
from daemon.api.exit_codes import ExitCode
from daemon.api.provisioning import (
    MAX_WAIT_S,
    AckRequest,
    AckRequestOffer,
    ConfirmRequest,
    ProvisionItem,
    ProvisionPhone,
    ProvisionRun,
    RunState,
)
from daemon.api.provisioning_client import acknowledge, confirm_item, offer_notice, provision_run

from ..plain_text import clean_line
from .context import Context, UsageError, is_asking_possible
from .provision import finish, run_named
from .provision_bench import show_offer

_ACKNOWLEDGE: Final = "acknowledge"
_TRIES: Final = 5
_LONGEST: Final = 200


class _Walk(msgspec.Struct):
    run_id: str = "last"
    ascii: bool = False


async def walk(context: Context) -> ExitCode:
    """Until nothing is left that a person can do, or the person leaves (an empty answer skips a phone)."""
    arguments = context.take(_Walk)
    if not is_asking_possible():
        raise UsageError("usage.needs_people")
    async with context.client() as client:
        run = await _settled(client, await provision_run(client, await run_named(client, arguments.run_id)))
        skipped: set[tuple[str | None, str]] = set()
        while (found := _next(run, skipped)) is not None:
            phone, item = found
            skipped.add((phone.serial, item.item))
            context.output.say("provision.bench_phone", serial=phone.serial or "-", employee=phone.employee or "-")
            if item.item == _ACKNOWLEDGE:
                await _acknowledged(context, client, run, phone, is_ascii=arguments.ascii)
            else:
                await _confirmed(context, client, run, phone, item)
            run = await _settled(client, await provision_run(client, run.run_id))
    return finish(context, run, None)


def _next(run: ProvisionRun, skipped: set[tuple[str | None, str]]) -> tuple[ProvisionPhone, ProvisionItem] | None:
    for phone in run.phones:
        for item in phone.items:
            is_open = item.is_required and (item.is_detected or item.confirmed_at is None)
            if is_open and phone.serial is not None and (phone.serial, item.item) not in skipped:
                return phone, item
    return None


async def _settled(client: ApiClient, run: ProvisionRun) -> ProvisionRun:
    while run.state is RunState.RUNNING:
        run = await provision_run(client, run.run_id, after=run.revision, wait_s=MAX_WAIT_S)
    return run


async def _acknowledged(
    context: Context, client: ApiClient, run: ProvisionRun, phone: ProvisionPhone, *, is_ascii: bool
) -> None:
    serial = phone.serial or ""
    try:
        show_offer(context, await offer_notice(client, run.run_id, AckRequestOffer(serial=serial)), is_ascii=is_ascii)
        for _ in range(_TRIES):
            employee = await _asked(context, "provision.ask_name")
            code = await _asked(context, "provision.ask_code") if employee else ""
            if not code:
                return
            try:
                await acknowledge(client, run.run_id, AckRequest(serial=serial, code=code[:40], employee=employee))
            except ApiRefusedError as error:
                context.output.refusal(error)
            else:
                context.output.say("provision.acknowledged")
                return
    except ApiRefusedError as error:
        context.output.refusal(error)


async def _confirmed(
    context: Context, client: ApiClient, run: ProvisionRun, phone: ProvisionPhone, item: ProvisionItem
) -> None:
    sys.stderr.write(f"  {clean_line(item.text)}\n")
    answer = await _asked(context, "provision.ask_done")
    if answer.casefold() in {"y", "yes", "是", "好"}:
        request = ConfirmRequest(serial=phone.serial or "", item=item.item)
        try:
            await confirm_item(client, run.run_id, request)
        except ApiRefusedError as error:
            context.output.refusal(error)


async def _asked(context: Context, key: str) -> str:
    sys.stderr.write(clean_line(context.texts.get(f"cli.{key}")) + " ")
    sys.stderr.flush()
    line: str = await asyncio.to_thread(sys.stdin.readline, _LONGEST)
    return line.strip()
