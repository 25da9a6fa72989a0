"""The first phone: found by cable or invited by a QR code, then enrolled with the employee's acknowledgement."""

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

from textual.app import App
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from daemon.api.errors import ApiClientError
from daemon.api.wire import Device, Enrolment, EnrolRequest
from daemon.api.wire import Page as Listed

from ..app.calls import CallingApp
from ..app.glyphs import device_state
from ..app.widgets.note import Note
from ..plain_text import clean_line
from ..safe_text import SafeContent, joined, safe_page, safe_text
from .desk import SetupDesk, Step
from .invitation import InvitationDialog
from .page import Acknowledged, Page

EVERY_S: Final = 1.0
READY: Final = "device"


class PhonePage(Page):
    """Lists phones as they come; one that waits for a tap says where."""

    STEP = Step.PHONE

    def __init__(self, desk: SetupDesk) -> None:
        super().__init__(desk)
        self._devices: dict[str, Device] = {}
        self._drawn: list[tuple[str, str]] = []
        self._is_asking = False

    def asked(self) -> Iterable[Widget]:
        yield OptionList(id="phones", markup=False, compact=True)
        yield Note(self.desk.line("phone.none", "$muted"), id="phone-about")

    def on_mount(self) -> None:
        self.set_interval(EVERY_S, self.look)
        self.look()

    def extra_word(self) -> str:
        return self.desk.say("button.invite")

    def extra(self) -> None:
        self.app.push_screen(InvitationDialog(self.desk))

    def next_word(self) -> str:
        return self.desk.say("button.enrol_this")

    def look(self) -> None:
        """Ask the daemon again, unless its last answer is still on the way."""
        if self._is_asking or not self.is_attached:
            return
        self._is_asking = True
        _calling(self.app).call(
            self.desk.client.call("GET", "/v1/devices", Listed[Device]), self._found, self._not_found
        )

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        self._tell()

    def refusal(self) -> str | None:
        device = self._chosen()
        if device is None:
            return self.desk.say("refusal.no_phone")
        if device.state != READY:
            return self.desk.say("refusal.phone_not_ready")
        return None

    def take(self) -> None:
        device = self._chosen()
        self.desk.serial = device.serial if device is not None else None

    def _found(self, listed: Listed[Device]) -> None:
        self._is_asking = False
        if not self.is_attached:
            return
        free = [device for device in listed.items if device.employee is None]
        self._devices = {device.serial: device for device in free}
        drawn = [(device.serial, self._row(device).plain) for device in free]
        if drawn != self._drawn:
            self._drawn = drawn
            self._show(free)
        self._tell()

    def _not_found(self, error: ApiClientError) -> None:
        self._is_asking = False
        if self.is_attached:
            self.query_one("#phone-about", Note).show(safe_page(f"{error.message}\n{error.hint}", "$text-warning"))

    def _show(self, devices: Sequence[Device]) -> None:
        phones = self.query_one("#phones", OptionList)
        kept = self._chosen()
        phones.set_options([Option(self._row(device)) for device in devices])
        serials = [device.serial for device in devices]
        if serials:
            phones.highlighted = serials.index(kept.serial) if kept is not None and kept.serial in serials else 0

    def _row(self, device: Device) -> SafeContent:
        return joined((safe_text(f"{device.serial}  {device.profile}  "), device_state(device, self.desk.texts)))

    def _chosen(self) -> Device | None:
        at = self.query_one("#phones", OptionList).highlighted
        return self._devices.get(self._drawn[at][0]) if at is not None and at < len(self._drawn) else None

    def _tell(self) -> None:
        device = self._chosen()
        note = self.query_one("#phone-about", Note)
        if device is None:
            note.show(self.desk.page("phone.none", "$muted"))
        elif device.state == READY:
            note.show(self.desk.page("phone.ready", "$text-success"))
        else:
            note.show(safe_page(device.connect_advice or self.desk.say("phone.wait"), "$text-warning"))


class EnrolPage(Page):
    """The record of who acknowledged which notice, without which nothing is ever collected."""

    STEP = Step.ENROL
    IS_WORK = True
    LABEL: ClassVar[str] = "enrol-acknowledged"

    def asked(self) -> Iterable[Widget]:
        yield Note(self.desk.line("enrol.phone", serial=self.desk.serial or ""), classes="fact")
        yield from self.field("employee")
        yield from self.field("notice-version", self.desk.answers.notice_version)
        yield from self.field("acknowledged-by")
        yield Acknowledged(safe_text(self.desk.say("enrol.acknowledged")), id=self.LABEL, compact=True)

    def next_word(self) -> str:
        return self.desk.say("button.enrol")

    def refusal(self) -> str | None:
        for name in ("employee", "notice-version", "acknowledged-by"):
            if not self.entered(name).strip():
                return self.desk.say("refusal.empty", field=self.desk.say(f"field.{name.replace('-', '_')}"))
        if not self.query_one(f"#{self.LABEL}", Acknowledged).value:
            return self.desk.say("refusal.not_acknowledged")
        return None

    def take(self) -> None:
        self._request = EnrolRequest(
            serial=self.desk.serial or "",
            employee=clean_line(self.entered("employee").strip()),
            notice_version=clean_line(self.entered("notice-version").strip()),
            acknowledged_by=clean_line(self.entered("acknowledged-by").strip()),
        )
        self.desk.answers.notice_version = self._request.notice_version

    async def work(self) -> None:
        made = await self.desk.client.call("POST", "/v1/enrolments", Enrolment, body=self._request)
        self.desk.enrolled = made.employee


def _calling(app: App[object]) -> CallingApp:
    assert isinstance(app, CallingApp)
    return app
