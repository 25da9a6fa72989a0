"""The daemon's command routes for the fake client: batches, approvals, decisions, PINs, wipes, what a phone can."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from daemon.api.batches import (
    Approval,
    Batch,
    BatchOutcome,
    BatchPreview,
    BatchRequest,
    BatchTarget,
    Decision,
    DeviceVerbs,
    Possibility,
    Rejection,
    VerbChance,
)
from daemon.api.pins import PinReason, PinState, ShownPin
from daemon.api.wiping import WipeOutlook, WipeVerdict
from daemon.api.wire import Command, CommandState, CommandStep, CommandTransition, Page, Verb
from daemon.api.wire_base import Wire

from . import sample_shop as sample
from .fake_client import FakeClient

CANARY_PIN = "83917264"


@dataclass(slots=True)
class CommandDesk:
    """Installs its routes into `client`; what it was asked is in `client.asked` as always."""

    client: FakeClient
    left_out: tuple[str, ...] = ()
    """Phones that no batch takes."""
    verdict: WipeVerdict = WipeVerdict.POSSIBLE

    def __post_init__(self) -> None:
        answers = self.client.answers
        answers["POST", "/v1/batches/preview"] = self._preview
        answers["POST", "/v1/batches"] = self._submit
        answers["GET", "/v1/batches"] = lambda body: Page(items=(self._batch(0),))
        answers["GET", "/v1/batches/b_1"] = lambda body: self._batch(2)
        for device in self.client.device_list:
            serial = device.serial
            answers["GET", f"/v1/devices/{serial}/verbs"] = self._of(serial, self._verbs)
            answers["GET", f"/v1/devices/{serial}/wipe"] = self._of(serial, self._outlook)
            answers["POST", f"/v1/devices/{serial}/pin/show"] = self._of(serial, self._pin)
            answers["POST", f"/v1/devices/{serial}/pin"] = self._of(serial, self._pin)

    def follow(self, command: Command) -> Command:
        """Have the routes of one command answer."""
        self.client.command_list.append(command)
        path = f"/v1/commands/{command.command_id}"
        whole = msgspec.structs.replace(
            command,
            transitions=(
                CommandTransition(
                    at=sample.ago(seconds=30), actor="daemon", state_from=CommandState.QUEUED,
                    state_to=CommandState.SENT, result="phone_timeout",
                    steps=(CommandStep(step="screen_off", code="timeout", exit_code=124),),
                ),
            ),
        )  # fmt: skip
        answers = self.client.answers
        answers["GET", path] = lambda body: whole
        answers["POST", f"{path}/approve"] = self._said(command, Approval, CommandState.QUEUED)
        answers["POST", f"{path}/reject"] = self._said(command, Rejection, CommandState.CANCELLED)
        answers["POST", f"{path}/decide"] = self._said(command, Decision, CommandState.ACKNOWLEDGED)
        return command

    def _said(self, command: Command, kind: type[Wire], state: CommandState) -> Callable[[Wire | None], Command]:
        def answer(body: Wire | None) -> Command:
            assert isinstance(body, kind)
            return msgspec.structs.replace(
                command, state=state, awaiting_approval=False, needs_decision=False, updated_at=sample.NOW
            )

        return answer

    def _of(self, serial: str, make: Callable[[str, Wire | None], object]) -> Callable[[Wire | None], object]:
        return lambda body: make(serial, body)

    def _targets(self, request: BatchRequest) -> tuple[BatchTarget, ...]:
        return tuple(
            BatchTarget(device=one, employee=self._name(one), why_not="not_enrolled", why_not_text="It is at repair.")
            if one in self.left_out
            else BatchTarget(device=one, employee=self._name(one))
            for one in request.devices
        )

    def _preview(self, body: Wire | None) -> BatchPreview:
        assert isinstance(body, BatchRequest)
        return BatchPreview(confirm_token="token-1", verb=body.verb, targets=self._targets(body))

    def _submit(self, body: Wire | None) -> Batch:
        assert isinstance(body, BatchRequest)
        targets = tuple(
            target
            if target.why_not is not None
            else BatchTarget(
                device=target.device,
                employee=target.employee,
                command=sample.command(
                    300 + number, device=target.device, verb=body.verb, reason=body.reason, batch_id="b_1",
                    requested_at=sample.NOW, updated_at=sample.NOW,
                ),
            )
            for number, target in enumerate(self._targets(body))
        )  # fmt: skip
        self.client.command_list += [target.command for target in targets if target.command is not None]
        return msgspec.structs.replace(self._batch(0), verb=body.verb, reason=body.reason, targets=targets)

    def _batch(self, targets: int) -> Batch:
        states = (CommandState.ACKNOWLEDGED, CommandState.UNKNOWN)
        made = tuple(
            BatchTarget(
                device=device.serial,
                employee=device.employee,
                command=sample.command(400 + number, device=device.serial, state=states[number], batch_id="b_1"),
            )
            for number, device in enumerate(self.client.device_list[:targets])
        )
        return Batch(
            batch_id="b_1", verb=Verb.LOCK, reason="shop closes", requested_by="owner",
            requested_at=sample.ago(minutes=5), outcome=BatchOutcome.WAITING,
            counts={"acknowledged": 1, "unknown": 1, "left_out": 1},
            targets=(*made, BatchTarget(device=sample.HE, employee=self._name(sample.HE), why_not="not_enrolled"))
            if targets else (),
        )  # fmt: skip

    def _verbs(self, serial: str, body: Wire | None) -> DeviceVerbs:
        def chance(verb: Verb, verdict: Possibility, because: str, by_hand: str) -> VerbChance:
            return VerbChance(
                verb=verb, verdict=verdict, route="none", because="x", because_text=because, by_hand=by_hand
            )

        return DeviceVerbs(
            device=serial,
            asked_at=sample.NOW,
            verbs=(
                chance(Verb.LOCK, Possibility.POSSIBLE, "", ""),
                chance(Verb.RING, Possibility.NOT_NOW, "somebody is on the phone", "Call the phone."),
                chance(Verb.FREEZE, Possibility.IMPOSSIBLE, "Android 9 does not", "Settings > Apps > Disable"),
            ),
        )

    def _outlook(self, serial: str, body: Wire | None) -> WipeOutlook:
        return WipeOutlook(
            device=serial, employee=self._name(serial), verdict=self.verdict, code="wipe_ready",
            because="The phone can be erased.",
            by_hand=None if self.verdict is WipeVerdict.POSSIBLE else "Recovery: power and volume up.",
            holds_pin=True, has_screen_lock=True, battery_pct=64, is_by_network=True,
            last_read_at=sample.ago(minutes=1),            is_read_whole=True, holds=("court order 7",),
        )  # fmt: skip

    def _pin(self, serial: str, body: Wire | None) -> ShownPin:
        assert isinstance(body, PinReason)
        return ShownPin(
            device=serial, pin=CANARY_PIN, state=PinState.CURRENT, is_doubtful=False, changed_at=sample.ago(hours=5),
            verified_at=sample.ago(hours=4),
        )  # fmt: skip

    def _name(self, serial: str) -> str | None:
        return next((one.employee for one in self.client.device_list if one.serial == serial), None)
