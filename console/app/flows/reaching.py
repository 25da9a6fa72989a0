"""How phones come into the shop and leave it: enrolment, its end, connections, pairing."""

from collections.abc import Awaitable, Sequence
from functools import partial
from typing import TypeVar

from daemon.api.connecting import PairingReport
from daemon.api.errors import ApiClientError
from daemon.api.requests import ConnectReport
from daemon.api.wire import Device, Enrolment, EnrolRequest

from ...safe_text import SafeContent, lines, safe_page, safe_text
from ..dialogs.dialog import labelled
from ..dialogs.form import Field, FormDialog
from ..dialogs.ladder import LadderDialog, Rung
from ..run_log import Outcome
from ..work import LongWork
from .base import FlowBase
from .phone_acts import PhoneAct
from .phone_calls import connect, enrol, pair, unenrol

T = TypeVar("T")
_REACHED = frozenset({"connected", "already"})


class ReachFlows(FlowBase):
    """Each asks what it needs to know. What the phone list shows comes with the stream."""

    def enrol(self, device: Device) -> None:
        """Write the enrolment record: who, which notice, and who acknowledged it."""
        desk = self._desk
        dialog = FormDialog(
            desk,
            title=desk.line("phone_act.enrol.label"),
            text=lines(
                [safe_text(f"{device.serial} · {device.profile}"), safe_page(desk.say("enrol.effect"), "$muted")]
            ),
            confirm="enrol",
            fields=(Field(name="employee"), Field(name="notice_version"), Field(name="acknowledged_by")),
        )
        self._app.push_screen(dialog, partial(self._enrol_filled, device.serial))

    def unenrol(self, device: Device, facts: Sequence[tuple[str, SafeContent]]) -> None:
        """Collecting stops: the serial has to be typed."""
        desk = self._desk
        effect = [("effect", desk.line("unenrol.effect", "bold")), ("cancellable", desk.line("unenrol.undo"))]
        dialog = LadderDialog(
            desk,
            rung=Rung.TYPE_NAME,
            title=desk.line("unenrol.title"),
            targets=[],
            effect=lines(labelled(desk, [*facts, *effect])),
            confirm="unenrol",
            phrase=device.serial,
        )
        self._app.push_screen(dialog, partial(self._unenrol_confirmed, device.serial))

    def connect(self) -> None:
        """To a phone in the LAN by its address."""
        self._ask(PhoneAct.CONNECT, (Field(name="address", least=3, most=300),))

    def pair(self) -> None:
        """With the code that a phone shows under wireless debugging."""
        self._ask(
            PhoneAct.PAIR, (Field(name="pairing_address", least=3, most=300), Field(name="code", least=6, most=80))
        )

    def _ask(self, act: PhoneAct, fields: tuple[Field, ...]) -> None:
        desk = self._desk
        dialog = FormDialog(
            desk,
            title=desk.line(f"phone_act.{act}.label"),
            text=safe_page(desk.say(f"phone_act.{act}.how"), "$muted"),
            confirm=act.value,
            fields=fields,
        )
        self._app.push_screen(dialog, self._connect_filled if act is PhoneAct.CONNECT else self._pair_filled)

    def _enrol_filled(self, serial: str, filled: tuple[str, ...] | None) -> None:
        if filled is not None:
            employee, version, signer = filled
            request = EnrolRequest(serial=serial, employee=employee, notice_version=version, acknowledged_by=signer)
            self._app.call(enrol(self._desk.client, request), self._enrolled, partial(self._failed, PhoneAct.ENROL))

    def _enrolled(self, record: Enrolment) -> None:
        self._ran(PhoneAct.ENROL, Outcome.DONE)
        self._app.notify(self._desk.say("enrol.done", device=record.serial, employee=record.employee))

    def _unenrol_confirmed(self, serial: str, reason: str | None) -> None:
        if reason is not None:
            ended = unenrol(self._desk.client, serial, reason)
            self._app.call(ended, self._unenrolled, partial(self._failed, PhoneAct.UNENROL))

    def _unenrolled(self, record: Enrolment) -> None:
        self._ran(PhoneAct.UNENROL, Outcome.DONE)
        self._app.notify(self._desk.say("unenrol.done", device=record.serial))

    def _connect_filled(self, filled: tuple[str, ...] | None) -> None:
        if filled is not None:
            address = filled[0]
            title = self._desk.line("connect.running", address=address)
            self._work(title, connect(self._desk.client, address), partial(self._connected, address))

    def _connected(self, address: str, report: ConnectReport) -> None:
        words = self._desk.known(f"connect.{report.outcome}", report.outcome)
        is_well = report.outcome in _REACHED
        self._app.notify(f"{address}: {words}", severity="information" if is_well else "warning")

    def _pair_filled(self, filled: tuple[str, ...] | None) -> None:
        if filled is not None:
            address, code = filled
            title = self._desk.line("connect.pairing", address=address)
            self._work(title, pair(self._desk.client, address, code), partial(self._paired, address))

    def _paired(self, address: str, report: PairingReport) -> None:
        words = self._desk.known(f"app.pairing.{report.state}", report.state)
        self._app.notify(f"{address}: {words}", severity="information" if report.state == "connected" else "warning")

    def _work(self, title: SafeContent, call: Awaitable[T], then: partial[None]) -> None:
        async def job(work: LongWork) -> T:
            return await call

        self._app.long_work(title, job, then)

    def _ran(self, act: PhoneAct, outcome: Outcome) -> None:
        self._app.log_run(self._desk.line(f"phone_act.{act}.label"), outcome)

    def _failed(self, act: PhoneAct, error: ApiClientError) -> None:
        self._ran(act, Outcome.REFUSED)
        self._app.tell_error(error)
