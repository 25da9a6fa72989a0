"""Telling phones something: what is asked first, one phone or a batch, and the seconds in which esc still stops it."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import msgspec

from daemon.api.batches import Batch, BatchPreview, BatchRequest
from daemon.api.commands_client import preview_batch, submit_batch
from daemon.api.errors import ApiClientError, ApiRefusedError
from daemon.api.pins import PinToKeep
from daemon.api.pins_client import keep_pin
from daemon.api.wire import Command, CommandRequest, CommandState, Device, DeviceAvailability, Parameters, Verb

from ...safe_text import SafeContent, lines, safe_page, safe_text
from ..access import Act
from ..dialogs.consent import ConsentDialog
from ..dialogs.dialog import labelled
from ..dialogs.fields import Field, FieldKind, span_s
from ..dialogs.ladder import LadderDialog, Rung
from ..glyphs import device_state
from ..run_log import Outcome
from ..work import LongWork
from .base import FlowBase
from .phone_acts import TRAITS, PhoneAct, expiry_field, filled_of, parameters_of

DEVICES_NAMED: Final = 12
LOOK_S: Final = 0.1
STOPPABLE_LOOKS: Final = 50
"""Five seconds of them."""
_STILL_HERE: Final = frozenset({CommandState.QUEUED, CommandState.NOT_NOW})
_STOPPABLE: Final = frozenset({Rung.CONFIRM})


class OrderFlows(FlowBase):
    """Asks, sends, and says what became of the sending. What the phones do comes with the stream."""

    def ask(self, act: PhoneAct, devices: Sequence[Device], before: Command | None = None) -> None:
        """As its rung wants. `before` is a command that is given once more: its reason and parameters are offered."""
        traits = TRAITS[act]
        verb = traits.verb
        assert verb is not None
        if traits.rung is None:
            reason = before.reason if before is not None else self._desk.say("phone_act.reason")
            request = BatchRequest(verb=verb, reason=reason, devices=_serials(devices), expires_in_s=traits.expires_s)
            self._send(request, traits.rung)
            return
        known = filled_of(None if before is None else before.parameters)
        fields = [replace(field, value=known.get(field.name, field.value)) for field in traits.fields]
        if act is PhoneAct.SET_PIN and len(devices) == 1 and self._desk.refusal(Act.TYPE_PIN) is None:
            fields.append(Field(name="pin", kind=FieldKind.SECRET, least=0, most=64))
        fields.append(expiry_field(traits.expires_s))
        one = len(devices) == 1
        dialog = LadderDialog(
            self._desk,
            rung=traits.rung,
            title=self._title(act, devices),
            targets=[] if one else self.named(devices),
            effect=lines(labelled(self._desk, self._told(act, devices))),
            confirm="unlock_phone" if act is PhoneAct.UNLOCK else act.value,
            reason=before.reason if before is not None else self._usual_reason(traits.rung),
            fields=fields,
        )
        self._app.push_screen(dialog, partial(self._filled, dialog, act, tuple(devices)))

    def facts(self, device: Device) -> list[tuple[str, SafeContent]]:
        """Which phone, whose, and when it was last seen."""
        desk = self._desk
        seen = desk.times.both(device.last_seen_at) if device.last_seen_at else desk.say("device.never_seen")
        return [
            ("device", safe_text(f"{device.serial} · {device.profile}")),
            ("owner", safe_text(device.employee or "–")),
            ("ownership", desk.line("lock.ownership")),
            ("last_seen", safe_text(seen)),
            ("state", device_state(device, desk.texts)),
        ]

    def named(self, devices: Sequence[Device]) -> list[SafeContent]:
        """Some of them by name, and how many more there are."""
        texts = self._desk.texts
        told = [
            safe_text(f"{device.employee} · {device.serial} · {device_state(device, texts).plain}")
            for device in devices[:DEVICES_NAMED]
        ]
        if len(devices) > DEVICES_NAMED:
            told.append(self._desk.line("lock.and_more", n=len(devices) - DEVICES_NAMED))
        return told

    def give(self, serial: str, verb: Verb, reason: str, parameters: Parameters | None, expires_s: int) -> None:
        """One command, confirmed by whoever calls this."""
        request = BatchRequest(
            verb=verb, reason=reason, devices=(serial,), parameters=parameters, expires_in_s=expires_s
        )
        self._send(request, None)

    def _told(self, act: PhoneAct, devices: Sequence[Device]) -> list[tuple[str, SafeContent]]:
        desk = self._desk
        facts = self.facts(devices[0]) if len(devices) == 1 and TRAITS[act].rung is not Rung.ASK else []
        is_online = all(device.availability is DeviceAvailability.ONLINE for device in devices)
        if act is PhoneAct.LOCK:
            effect = desk.line("lock.effect_now" if is_online else "lock.effect_later", "bold")
        else:
            effect = safe_page(desk.say(f"phone_act.{act}.effect"), "bold")
        rows = [*facts, ("effect", effect)]
        if act is not PhoneAct.LOCK and not is_online:
            rows.append(("carried_out", desk.line("phone_act.later", "$text-warning")))
        if TRAITS[act].rung is not Rung.ASK:
            undo = "lock.cancellable" if act is PhoneAct.LOCK else f"phone_act.{act}.undo"
            rows.append(("cancellable", safe_page(desk.say(undo))))
        return rows

    def _title(self, act: PhoneAct, devices: Sequence[Device]) -> SafeContent:
        desk = self._desk
        if act is PhoneAct.LOCK:
            return desk.line("lock.title" if len(devices) == 1 else "lock.title_many", n=len(devices))
        label = desk.say(f"phone_act.{act}.label")
        if len(devices) == 1:
            return desk.line("phone_act.title", label=label, device=desk.shop.name_of(devices[0].serial))
        return desk.line("phone_act.title_many", label=label, n=len(devices))

    def _usual_reason(self, rung: Rung) -> str:
        return self._desk.say("phone_act.reason") if rung is Rung.ASK else ""

    def _filled(self, dialog: LadderDialog, act: PhoneAct, devices: tuple[Device, ...], reason: str | None) -> None:
        verb, rung = TRAITS[act].verb, TRAITS[act].rung
        if reason is None or verb is None:
            return
        filled = dict(dialog.filled)
        dialog.filled.clear()
        request = BatchRequest(
            verb=verb,
            reason=reason,
            devices=_serials(devices),
            parameters=parameters_of(verb, filled),
            expires_in_s=span_s(filled["expires"]),
        )
        pin = filled.get("pin", "")
        if pin:
            kept = keep_pin(self._desk.client, devices[0].serial, PinToKeep(pin=pin, reason=reason))
            self._app.call(kept, lambda line: self._send(request, rung))
        else:
            self._send(request, rung)

    def _send(self, request: BatchRequest, rung: Rung | None) -> None:
        """One phone: a command. Several: a batch, whose list is looked at first where something is taken away."""
        what = self._desk.line("phone_act.ran", verb=self._desk.say(f"verb.{request.verb}"), n=len(request.devices))
        client, key = self._desk.client, secrets.token_hex(16)
        if len(request.devices) == 1:
            one = CommandRequest(
                device=request.devices[0],
                verb=request.verb,
                reason=request.reason,
                expires_in_s=request.expires_in_s,
                parameters=request.parameters,
                idempotency_key=key,
            )
            self._app.call(client.command(one), partial(self._issued, what, rung), partial(self._not_issued, what))
            return
        many = msgspec.structs.replace(request, idempotency_key=key)
        if rung in _STOPPABLE:
            looked = partial(self._previewed, what, many)
            self._app.call(preview_batch(client, many), looked, partial(self._not_issued, what))
        else:
            self._submit(what, many, rung)

    def _previewed(self, what: SafeContent, request: BatchRequest, preview: BatchPreview) -> None:
        """What was confirmed is what is sent: a phone that gets none is shown before, not after."""
        desk = self._desk
        request = msgspec.structs.replace(request, confirm_token=preview.confirm_token)
        left_out = [target for target in preview.targets if target.why_not is not None]
        taken = len(preview.targets) - len(left_out)
        if not left_out and taken:
            self._submit(what, request, Rung.CONFIRM)
            return
        told = [
            safe_text(f"{target.employee or '–'} · {target.device}: {target.why_not_text or target.why_not}")
            for target in left_out
        ]
        if not taken:
            head = desk.line("batch.nobody", "bold $text-warning")
            self._app.push_screen(ConsentDialog(desk, title=what, text=lines([head, *told]), confirm="close"))
            return
        head = desk.line("batch.left_out", "bold", n=taken, left=len(left_out))
        dialog = ConsentDialog(desk, title=what, text=lines([head, safe_text(""), *told]), confirm="send")
        self._app.push_screen(dialog, partial(self._consented, what, request))

    def _consented(self, what: SafeContent, request: BatchRequest, agreed: bool | None) -> None:  # noqa: FBT001 - a dialog's answer
        if agreed:
            self._submit(what, request, Rung.CONFIRM)

    def _submit(self, what: SafeContent, request: BatchRequest, rung: Rung | None) -> None:
        sent = submit_batch(self._desk.client, request)
        self._app.call(sent, partial(self._batched, what, rung), partial(self._not_issued, what))

    def _batched(self, what: SafeContent, rung: Rung | None, batch: Batch) -> None:
        desk = self._desk
        commands = tuple(target.command for target in batch.targets if target.command is not None)
        left = len(batch.targets) - len(commands)
        self._changed(desk.shop.put_commands(commands))
        outcome = Outcome.DONE if not left else Outcome.PARTLY if commands else Outcome.REFUSED
        self._app.log_run(what, outcome)
        key = "batch.queued_partly" if left else "phone_act.queued_many"
        self._app.notify(desk.say(key, n=len(commands), left=left), severity="warning" if left else "information")
        self._offer_stop(what, rung, commands)

    def _issued(self, what: SafeContent, rung: Rung | None, command: Command) -> None:
        desk, shop = self._desk, self._desk.shop
        self._changed(shop.put_commands((command,)))
        self._app.log_run(what, Outcome.DONE)
        device = shop.devices.get(command.device)
        name, verb = shop.name_of(command.device), desk.say(f"verb.{command.verb}")
        if command.awaiting_approval:
            self._app.notify(desk.say("approval.waits", device=name, verb=verb))
        elif device is None or device.availability is not DeviceAvailability.ONLINE:
            self._app.notify(desk.say("phone_act.queued", device=name, verb=verb))
        elif command.verb is not Verb.LOCK:
            self._app.notify(desk.say("phone_act.asked", device=name, verb=verb))
        self._offer_stop(what, rung, (command,))

    def _offer_stop(self, what: SafeContent, rung: Rung | None, commands: Sequence[Command]) -> None:
        """For five seconds, while some of it is queued, esc takes back what no phone has yet."""
        ids = tuple(one.command_id for one in commands if one.state in _STILL_HERE and not one.awaiting_approval)
        if rung not in _STOPPABLE or not ids:
            return

        async def watch(work: LongWork) -> None:
            for _ in range(STOPPABLE_LOOKS):
                if not self._queued(ids):
                    return
                await asyncio.sleep(LOOK_S)

        title = self._desk.line("sending.title", what=what.plain)
        self._app.long_work(title, watch, lambda nothing: None, cancel=partial(self._stop, ids))

    def _queued(self, ids: Sequence[str]) -> list[str]:
        known = self._desk.shop.commands
        return [one for one in ids if one in known and known[one].state in _STILL_HERE]

    async def _stop(self, ids: Sequence[str]) -> None:
        """Of each that is still queued; those that a phone has by now go on, which is said."""
        stopped: list[Command] = []
        waiting = self._queued(ids)
        for command_id in waiting:
            try:
                stopped.append(await self._desk.client.cancel_command(command_id))
            except ApiRefusedError:
                continue
        self._changed(self._desk.shop.put_commands(stopped))
        gone = len(ids) - len(stopped)
        key = "sending.stopped_some" if gone else "sending.stopped"
        told = self._desk.say(key, n=len(stopped), gone=gone)
        self._app.notify(told, severity="warning" if gone else "information")

    def _not_issued(self, what: SafeContent, error: ApiClientError) -> None:
        self._app.log_run(what, Outcome.REFUSED if isinstance(error, ApiRefusedError) else Outcome.FAILED)
        self._app.tell_error(error)


def _serials(devices: Sequence[Device]) -> tuple[str, ...]:
    return tuple(device.serial for device in devices)
