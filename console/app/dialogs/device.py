"""A phone on a screen of its own: how it is, what it permits, what came from it, what was asked of it."""

from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Final

import msgspec
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from daemon.api.calling import READ_TIMEOUT_S, segment
from daemon.api.errors import ApiClientError
from daemon.api.figures import FigureName, FigureQuery, Figures
from daemon.api.figures_client import figures
from daemon.api.wire import Device

from ...safe_text import SafeContent, joined, lines, safe_page, safe_text
from ..calls import CallingApp
from ..desk import Desk
from ..flows.phone_acts import PhoneAct
from ..keys import key, quiet
from ..panes.device_detail import device_overview, device_raw, permits
from ..sturdy import Sturdy
from ..widgets.footer import KeyFooter
from ..widgets.live_list import LiveList
from ..widgets.note import Note
from ..widgets.plot import Plot, Series, Unit
from .device_tabs import CommandsList, DeviceList, MessagesList, TimeList
from .page import PageDialog

if TYPE_CHECKING:
    from ..flows import Flows

LOOK_EVERY_S: Final = 0.5


class DeviceTab(StrEnum):
    """In the order of their digits."""

    OVERVIEW = "overview"
    SOURCES = "sources"
    MESSAGES = "messages"
    TIMELINE = "timeline"
    COMMANDS = "commands"
    RAW = "raw"


_TABS: Final = tuple(DeviceTab)


class TabBar(Note):
    """The names of the tabs; a click shows one."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(id="device-tabs")
        self._desk = desk
        self._ends: list[tuple[int, DeviceTab]] = []

    def show_tab(self, shown: DeviceTab) -> None:
        """Mark it as the one that is shown."""
        at, parts = 0, []
        self._ends = []
        for number, tab in enumerate(_TABS, 1):
            style = "bold reverse" if tab is shown else ""
            part = safe_text(f" {number} {self._desk.say(f'device_tab.{tab}')} ", style)
            parts += [part, safe_text(" ")]
            at += part.cell_length + 1
            self._ends.append((at, tab))
        self.show(joined(parts))

    def on_click(self, event: events.Click) -> None:
        for end, tab in self._ends:
            if event.x < end and isinstance(self.screen, DeviceScreen):
                self.screen.action_tab(tab.value)
                return


class DeviceScreen(Sturdy, ModalScreen[None]):
    """Follows its phone while it is open. Escape goes back to the list."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape,q", "close", "dialog.close"),
        *(quiet(f"{number}", f"tab('{tab}')", f"device.{tab}") for number, tab in enumerate(_TABS, 1)),
        key("right,tab", "turn(1)", "device.next"),
        quiet("left,shift+tab", "turn(-1)", "device.previous"),
        key("l,f6", "lock", "devices.lock"),
        key("a,f7", "menu", "devices.menu"),
        key("v,f9", "reveal", "reveal"),
        key("r,ctrl+r,alt+r", "refetch", "devices.refetch"),
    ]
    DEFAULT_CSS = """
    DeviceScreen { align: center middle; background: $background 60%; }
    DeviceScreen #device { width: 100%; height: 100%; background: $background; }
    DeviceScreen #device-title { height: 1; padding: 0 1; background: $panel; text-wrap: nowrap; }
    DeviceScreen #device-tabs { height: 1; background: $surface; text-wrap: nowrap; }
    DeviceScreen #device-body { height: 1fr; }
    DeviceScreen .device-page { height: 1fr; padding: 1 2; scrollbar-size-vertical: 1; }
    DeviceScreen #device-plot { margin-top: 1; height: auto; }
    DeviceScreen #device-empty { padding: 1 4; height: auto; }
    DeviceScreen #device-detail { height: 9; border-top: solid $primary 40%; padding: 0 1; scrollbar-size-vertical: 1; }
    """

    def __init__(self, desk: Desk, flows: "Flows", device: Device, tab: DeviceTab = DeviceTab.OVERVIEW) -> None:
        super().__init__()
        self._desk = desk
        self._flows = flows
        self._device = device
        self._tab = tab
        self._battery: Figures | None = None
        self._battery_trouble: str | None = None

    @property
    def calling(self) -> CallingApp:
        """The app, for calls."""
        assert isinstance(self.app, CallingApp)
        return self.app

    def compose(self) -> ComposeResult:
        serial, desk = self._device.serial, self._desk
        assert isinstance(self.app, CallingApp)
        with Vertical(id="device"):
            yield Note(id="device-title")
            yield TabBar(desk)
            yield Note(id="device-empty")
            with ContentSwitcher(initial=self._page(self._tab), id="device-body"):
                yield from self._pages()
                for kind in (MessagesList, TimeList, CommandsList):
                    yield kind(desk, self.app, serial, self.show_state)
            with VerticalScroll(id="device-detail", can_focus=False):
                yield Note(id="device-text")
            yield KeyFooter(desk)

    def on_mount(self) -> None:
        serial = self._device.serial
        path = f"/v1/devices/{segment(serial)}"
        asked = self._desk.client.call("GET", path, Device, timeout_s=READ_TIMEOUT_S)
        self.calling.call(asked, self._loaded, lambda error: None)
        battery = figures(self._desk.client, FigureQuery(name=FigureName.BATTERY, device=serial))
        self.calling.call(battery, self._battery_loaded, self._battery_failed)
        self.set_interval(LOOK_EVERY_S, self._look)
        self.action_tab(self._tab.value)

    def why_not(self, action: str) -> str | None:
        """See Explains."""
        match action:
            case "lock" | "refetch":
                return self._flows.phones.why_not(PhoneAct(action), (self._device,))
            case "menu":
                return self._flows.phones.why_not_menu()
            case "reveal":
                shown = self._list()
                return self._flows.records.why_not_reveal(None if shown is None else shown.event_id())
            case _:
                return None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "refetch":
            return self._desk.shop.is_online
        return self._tab in {DeviceTab.MESSAGES, DeviceTab.TIMELINE} if action == "reveal" else True

    def action_close(self) -> None:
        self.dismiss(None)

    def action_tab(self, name: str) -> None:
        """Show one of the tabs."""
        self._tab = DeviceTab(name)
        self.query_one("#device-body", ContentSwitcher).current = self._page(self._tab)
        self.query_one(TabBar).show_tab(self._tab)
        shown = self._list()
        if shown is None:
            self.query_one(f"#{self._page(self._tab)}").focus()
        else:
            if shown.error is not None:
                shown.again()
            else:
                shown.load()
                shown.renew()
            shown.focus()
        self.show_state()

    def action_turn(self, by: int) -> None:
        self.action_tab(_TABS[(_TABS.index(self._tab) + by) % len(_TABS)].value)

    def action_lock(self) -> None:
        self._flows.phones.run(PhoneAct.LOCK, (self._device,))

    def action_refetch(self) -> None:
        self._flows.phones.run(PhoneAct.REFETCH, (self._device,))

    def action_menu(self) -> None:
        self._flows.phones.menu((self._device,))

    def action_reveal(self) -> None:
        shown = self._list()
        self._flows.records.reveal(None if shown is None else shown.event_id(), self._device.serial)

    def on_live_list_moved(self, event: LiveList.Moved) -> None:
        event.stop()
        self.show_state()

    def on_live_list_seen(self, event: LiveList.Seen) -> None:
        event.stop()
        shown = self._list()
        if isinstance(shown, MessagesList | TimeList):
            shown.see(event.first, event.last)

    def on_live_list_chosen(self, event: LiveList.Chosen) -> None:
        event.stop()
        shown = self._list()
        if shown is not None:
            title = self._desk.line(f"device_tab.{self._tab}")
            self.app.push_screen(PageDialog(self._desk, title=title, text=shown.detail()))

    def show_state(self) -> None:
        """Draw title, page or list, and the panel, from what is known now."""
        if not self.is_attached or not self.query("#device-text"):
            return
        desk, device, shown = self._desk, self._device, self._list()
        name = f"{device.employee} · {device.serial}" if device.employee else device.serial
        self.query_one("#device-title", Note).show(safe_text(f"{name} · {device.profile}", "bold"))
        empty = None if shown is None else self._empty(shown)
        self.query_one("#device-empty").display = empty is not None
        self.query_one("#device-body").display = empty is None
        self.query_one("#device-detail").display = shown is not None and empty is None
        if empty is not None:
            self.query_one("#device-empty", Note).show(empty)
        elif shown is not None:
            self.query_one("#device-text", Note).show(shown.detail())
        self.query_one("#device-overview-text", Note).show(device_overview(device, desk))
        self.query_one("#device-sources-text", Note).show(self._sources())
        if self._tab is DeviceTab.RAW:
            self.query_one("#device-raw-text", Note).show(device_raw(device))
        self._show_battery()
        self.refresh_bindings()

    def _pages(self) -> Iterable[Widget]:
        for tab in (DeviceTab.OVERVIEW, DeviceTab.SOURCES, DeviceTab.RAW):
            page = VerticalScroll(id=self._page(tab), classes="device-page")
            page.compose_add_child(Note(id=f"device-{tab}-text"))
            if tab is DeviceTab.OVERVIEW:
                page.compose_add_child(Note(id="device-plot-title"))
                page.compose_add_child(Plot(self._desk, id="device-plot"))
            yield page

    def _page(self, tab: DeviceTab) -> str:
        return f"device-{tab}"

    def _list(self) -> DeviceList | None:
        page = self.query_one(f"#{self._page(self._tab)}")
        return page if isinstance(page, DeviceList) else None

    def _empty(self, shown: DeviceList) -> SafeContent | None:
        """What stands where no row is; None when there are rows."""
        if shown.error is not None:
            error = shown.error
            return safe_page(f"{error.message}\n{error.hint}".strip(), "bold $text-error")
        if len(shown.rows):
            return None
        if not shown.is_loaded:
            return safe_page(self._desk.say("list.loading"), "$muted")
        return safe_page(self._desk.say(f"device_tab.no_{self._tab}"))

    def _sources(self) -> SafeContent:
        told = permits(self._device.capabilities, self._desk)
        return lines(told) if told else self._desk.line("device.no_sources", "$muted")

    def _show_battery(self) -> None:
        desk, plot = self._desk, self.query_one(Plot)
        title = self.query_one("#device-plot-title", Note)
        known = self._battery
        series = known.series if known is not None else ()
        plot.display = bool(series)
        if self._battery_trouble is not None:
            title.show(safe_page(f"\n{self._battery_trouble}", "$muted"))
        elif known is None:
            title.show(safe_text(""))
        else:
            since = known.known_since or known.since
            name = "device.battery_since" if series else "device.battery_none"
            title.show(safe_page("\n" + desk.say(name, when=desk.times.both(since)), "$muted"))
            plot.draw(
                [Series(label=desk.line("label.battery"), values=one.values, unit=Unit(one.unit)) for one in series]
            )

    def _battery_loaded(self, known: Figures) -> None:
        self._battery = known
        self.show_state()

    def _battery_failed(self, error: ApiClientError) -> None:
        is_old = error.code == "request.no_such_route"
        self._battery_trouble = self._desk.say("refusal.old_daemon_battery") if is_old else error.message
        self.show_state()

    def _loaded(self, device: Device) -> None:
        self._take(device)

    def _look(self) -> None:
        """The stream brings the phone without the changes of its clock: those asked for stay."""
        now = self._desk.shop.devices.get(self._device.serial)
        if now is not None:
            self._take(msgspec.structs.replace(now, clock_changes=now.clock_changes or self._device.clock_changes))
        shown = self._list()
        if isinstance(shown, CommandsList):
            shown.load()
            self.show_state()

    def _take(self, device: Device) -> None:
        if device != self._device:
            has_more = device.events != self._device.events
            self._device = device
            shown = self._list()
            if has_more and shown is not None:
                shown.renew()
            self.show_state()
