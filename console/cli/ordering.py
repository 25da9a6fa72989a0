"""Telling phones something, from the command line: ask before what disturbs, queue, and with `--wait` tell the truth
about how it ended.
"""

from typing import Final

import msgspec

from daemon.api.batches import Batch, BatchPreview, BatchRequest
from daemon.api.client import ApiClient
from daemon.api.commands_client import preview_batch, submit_batch
from daemon.api.exit_codes import ExitCode
from daemon.api.wire import (
    CallParameters,
    CommandRequest,
    FoundParameters,
    FreezeParameters,
    KeepAliveParameters,
    LostParameters,
    MessageParameters,
    Parameters,
    RingParameters,
    UnfreezeParameters,
    Verb,
)

from .command_ends import batch_ended, follow, tell_batch
from .context import NOT_DONE, Context, UsageError, ask, is_asking_possible
from .output import Format
from .table import Cell

_ASKED_FIRST: Final = frozenset({Verb.LOCK, Verb.UNLOCK, Verb.LOST, Verb.FREEZE, Verb.REBOOT, Verb.CALL})
"""What the person at the phone notices at once."""
_MOST_LISTED: Final = 20


class _Order(msgspec.Struct):
    serials: tuple[str, ...] = ()
    serial: str | None = None
    all_phones: bool = False
    group: str | None = None
    reason: str = ""
    wait: float | None = None
    expires_s: int | None = None
    key: str | None = None
    yes: bool = False

    @property
    def named(self) -> tuple[str, ...]:
        return self.serials if self.serial is None else (self.serial,)

    @property
    def is_for_one(self) -> bool:
        return len(self.named) == 1 and not self.all_phones and self.group is None


class _Told(msgspec.Struct):
    """What single verbs take beside."""

    message: str | None = None
    ring_s: int = 30
    new_pin: bool = False
    clear_pin: bool = False
    duration_s: int = 30
    text: str = ""
    title: str | None = None
    packages: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    event_id: str | None = None
    conversation: str | None = None


async def lock(context: Context) -> ExitCode:
    """Screen off and locked."""
    return await _ask_for(context, Verb.LOCK, None)


async def unlock(context: Context) -> ExitCode:
    """Take the shop-held PIN away; without a phone, open the vault."""
    order = context.take(_Order)
    if not (order.named or order.all_phones or order.group):
        from .unlock import open_vault

        return await open_vault(context)
    return await _ask_for(context, Verb.UNLOCK, None)


async def lost(context: Context) -> ExitCode:
    """Lost mode."""
    told = context.take(_Told)
    parameters = LostParameters(message=told.message, ring_s=told.ring_s, packages=told.packages, new_pin=told.new_pin)
    return await _ask_for(context, Verb.LOST, parameters)


async def found(context: Context) -> ExitCode:
    """The end of lost mode."""
    told = context.take(_Told)
    return await _ask_for(context, Verb.FOUND, FoundParameters(packages=told.packages, clear_pin=told.clear_pin))


async def ring(context: Context) -> ExitCode:
    """Sound."""
    return await _ask_for(context, Verb.RING, RingParameters(duration_s=context.take(_Told).duration_s))


async def message(context: Context) -> ExitCode:
    """Words on the phone."""
    told = context.take(_Told)
    if not told.text.strip():
        raise UsageError("usage.no_text")
    return await _ask_for(context, Verb.MESSAGE, MessageParameters(text=told.text, title=told.title))


async def freeze(context: Context) -> ExitCode:
    """Suspend apps."""
    return await _ask_for(context, Verb.FREEZE, FreezeParameters(packages=context.take(_Told).packages))


async def unfreeze(context: Context) -> ExitCode:
    """Let them run again."""
    return await _ask_for(context, Verb.UNFREEZE, UnfreezeParameters(packages=context.take(_Told).packages))


async def keep_alive(context: Context) -> ExitCode:
    """Settings that keep the link."""
    return await _ask_for(context, Verb.KEEP_ALIVE, KeepAliveParameters(settings=context.take(_Told).settings))


async def reboot(context: Context) -> ExitCode:
    """Restart."""
    return await _ask_for(context, Verb.REBOOT, None)


async def refetch(context: Context) -> ExitCode:
    """Read a phone's sources again."""
    return await _ask_for(context, Verb.REFETCH, None)


async def call(context: Context) -> ExitCode:
    """Place a call to somebody of the records."""
    told = context.take(_Told)
    if (told.event_id is None) is (told.conversation is None):
        raise UsageError("usage.call_whom")
    parameters = CallParameters(event_id=told.event_id, conversation=told.conversation)
    return await _ask_for(context, Verb.CALL, parameters)


async def _ask_for(context: Context, verb: Verb, parameters: Parameters | None) -> ExitCode:
    order = context.take(_Order)
    if not order.reason.strip():
        raise UsageError("usage.no_reason")
    if bool(order.named) + order.all_phones + (order.group is not None) != 1:
        raise UsageError("usage.which_phones")
    async with context.client() as client:
        if not order.is_for_one:
            return await _for_many(context, client, order, verb, parameters)
        must_ask = verb in _ASKED_FIRST and not order.yes and is_asking_possible()
        if must_ask and not await _is_confirmed(context, client, order.named[0], verb):
            context.output.say("not_done")
            return NOT_DONE
        request = CommandRequest(
            device=order.named[0],
            verb=verb,
            reason=order.reason,
            expires_in_s=order.expires_s,
            parameters=parameters,
            idempotency_key=order.key,
        )
        return await follow(context, client, await client.command(request), order.wait)


async def _is_confirmed(context: Context, client: ApiClient, serial: str, verb: Verb) -> bool:
    device = await client.device(serial)
    return ask(
        context.texts,
        "ask.lock" if verb is Verb.LOCK else "ask.command",
        wanted="y",
        verb=context.word("verb", verb.value),
        serial=device.serial,
        employee=device.employee or context.texts.get("cli.not_enrolled"),
        availability=context.word("availability", device.availability.value),
    )


async def _for_many(
    context: Context, client: ApiClient, order: _Order, verb: Verb, parameters: Parameters | None
) -> ExitCode:
    request = BatchRequest(
        verb=verb,
        reason=order.reason,
        devices=order.named,
        all=order.all_phones,
        group=order.group,
        parameters=parameters,
        expires_in_s=order.expires_s,
        idempotency_key=order.key,
    )
    if not order.yes and is_asking_possible():
        preview = await preview_batch(client, request)
        if not _is_list_confirmed(context, preview):
            context.output.say("not_done")
            return NOT_DONE
        request = msgspec.structs.replace(request, confirm_token=preview.confirm_token)
    batch = await submit_batch(client, request)
    if order.wait is None:
        return tell_batch(context, batch)
    if context.output.format is Format.TABLE:
        context.output.say("waiting", command=batch.batch_id)
    batch = await batch_ended(client, batch, order.wait)
    return _ended(context, batch)


def _ended(context: Context, batch: Batch) -> ExitCode:
    from .command_ends import batch_exit_code

    tell_batch(context, batch)
    return batch_exit_code(context, batch)


def _is_list_confirmed(context: Context, preview: BatchPreview) -> bool:
    """What will happen to whom, then the question."""
    taken = [target for target in preview.targets if target.why_not is None]
    rows = [
        [
            Cell(target.device),
            Cell(target.employee or "-"),
            Cell(context.word("availability", target.availability or "") or "-"),
            Cell(target.why_not_text or ""),
        ]
        for target in preview.targets[:_MOST_LISTED]
    ]
    context.output.narrated_table(("device", "employee", "availability", "why_not"), rows)
    if len(preview.targets) > _MOST_LISTED:
        context.output.say("and_more", count=len(preview.targets) - _MOST_LISTED)
    verb = context.word("verb", preview.verb.value)
    return ask(context.texts, "ask.batch", wanted="y", verb=verb, count=str(len(taken)))
