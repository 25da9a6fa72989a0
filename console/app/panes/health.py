"""Screen 6: the checks of the daemon, what is wrong first, with what to do about it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Final

from textual.binding import BindingType

from daemon.api.wire import HealthCheck

from ...safe_text import SafeContent, joined, lines, safe_page, safe_text
from ..desk import Desk
from ..dialogs.consoles import ConsolesScreen
from ..dialogs.delivery import DeliveryScreen
from ..dialogs.dialog import labelled
from ..dialogs.intercepts import InterceptsScreen
from ..dialogs.page import PageDialog
from ..health_times import Certainty
from ..keys import key
from ..ordering import SortKey
from ..palette import PaletteEntry
from ..shop import Part
from ..widgets.columns import Column
from ..widgets.plot import Plot
from .figures_block import FigureKind, FiguresBlock
from .item_pane import ItemPane

STATUSES: Final = ("fail", "warn", "info", "ok")
"""Worst first."""
_SIGNS: Final = {
    "fail": ("×", "bold $text-error"),
    "warn": ("▲", "bold $text-warning"),
    "info": ("○", "$muted"),
    "ok": ("●", "$text-success"),
}
_LIMITS: Final = {Certainty.AT: "", Certainty.EARLIER: ">", Certainty.LATER: "<"}
GIB: Final = 1024**3


class HealthPane(ItemPane[HealthCheck]):
    """What the daemon says of itself."""

    NAME = "health"
    PARTS = Part.HEALTH | Part.HEADER
    OWN = Part.HEALTH
    COLUMNS = (
        Column(key="status", title="app.column.check_status", width=9, sort_letter="S", sorts_down=True),
        Column(key="check", title="app.column.check", width=14, weight=1, most=26, sort_letter="N"),
        Column(key="detail", title="app.column.check_detail", width=24, weight=6),
        Column(key="since", title="app.column.check_since", width=8, drop=1, sort_letter="T", sorts_down=True),
    )
    SCOPED_CSS = False
    DEFAULT_CSS = """
    HealthPane .pane-plot { display: none; }
    .-wide HealthPane .pane-plot { display: block; height: auto; margin-bottom: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("U,alt+u", "unlock", "health.unlock"),
        key("f,f6", "figures", "health.figures"),
        key("d,f7", "delivery", "health.delivery"),
        key("c,f8", "consoles", "health.consoles"),
        key("i,f9", "intercepts", "health.intercepts"),
    ]

    def items(self) -> Sequence[HealthCheck]:
        health = self.desk.shop.health
        return sorted(health.checks if health is not None else (), key=lambda one: (_rank(one.status), one.name))

    def key_of(self, item: HealthCheck) -> str:
        return item.name

    def cells_of(self, item: HealthCheck) -> Mapping[str, SafeContent]:
        return {
            "status": status_cell(item.status, self.desk),
            "check": safe_text(check_word(item.name, self.desk), "bold" if _rank(item.status) < 2 else ""),
            "detail": safe_text(item.detail),
            "since": safe_text(self._since(item), "$muted"),
        }

    def sort_value(self, item: HealthCheck, column: str) -> SortKey:
        match column:
            case "status":
                return (-_rank(item.status),)
            case "since":
                since = self.flows.oversight.health_times.since(item.name)
                return () if since is None else (since.moment.timestamp(),)
            case _:
                return super().sort_value(item, column)

    def haystack_of(self, item: HealthCheck) -> str:
        return " ".join((item.name, check_word(item.name, self.desk), item.detail, item.advice or ""))

    def facets_of(self, item: HealthCheck) -> Mapping[str, Sequence[str]]:
        word = self.desk.known(f"app.health_status.{item.status}", item.status)
        return {"state": (item.status, word), "kind": (item.name, check_word(item.name, self.desk))}

    def detail_of(self, item: HealthCheck) -> SafeContent:
        desk = self.desk
        name = safe_text(check_word(item.name, desk), "bold")
        head = joined((status_cell(item.status, desk), safe_text("  "), name))
        rows = [("check", safe_text(item.name)), ("since", safe_text(self._since_words(item)))]
        parts = [head, *labelled(desk, rows), safe_text(""), safe_page(item.detail)]
        if item.advice:
            parts += [safe_text(""), desk.line("health.advice", "$muted"), safe_page(item.advice)]
        return lines(parts)

    def counts(self) -> str:
        """The checks by how they stand, then what the daemon has to do and has room for."""
        health = self.desk.shop.health
        if health is None:
            return super().counts()
        bad = [f"{word} {count}" for word, count in self._bad()]
        told = self.desk.say(
            "health.line",
            queue=health.queue_depth,
            disk=f"{health.disk_free_bytes / GIB:.1f}",
            events=health.events,
        )
        parts = [super().counts(), " · ".join(bad) if bad else self.desk.say("health.all_well"), told]
        if not health.is_collecting:
            parts.append(self.desk.say("health.not_collecting"))
        return "  ".join(parts)

    def empty(self) -> SafeContent:
        """A daemon that does not answer tells nothing; this machine's own doctor does."""
        shop = self.desk.shop
        if self.flows.oversight.is_sealed:
            return safe_page(self.desk.say("empty.sealed"))
        if not shop.is_online and shop.health is None and shop.link is not None:
            return safe_page(self.desk.say("empty.no_health"))
        return super().empty()

    def empty_of_all(self) -> SafeContent:
        return safe_page(self.desk.say("empty.health"))

    def plot(self) -> Plot:
        return FiguresBlock(self.desk, self.flows.oversight, FigureKind.ALERTS)

    def refresh_rows(self) -> None:
        health = self.desk.shop.health
        if health is not None and not self.is_paused:
            self.flows.oversight.health_times.take(health.checks, self.desk.times.now())
        super().refresh_rows()

    def why_not(self, action: str) -> str | None:
        match action:
            case "unlock":
                return self.flows.oversight.why_not_unlock()
            case "figures":
                return self.flows.oversight.why_not_figures()
            case "delivery" | "consoles" | "intercepts":
                return self.flows.services.why_not_shown()
            case _:
                return super().why_not(action)

    def action_unlock(self) -> None:
        """Open the vault of a daemon that waits for its passphrase."""
        self.flows.oversight.unlock()

    def action_figures(self) -> None:
        """Alerts and reply times over time, on a page of their own."""
        self.flows.oversight.show_figures()

    def action_delivery(self) -> None:
        """Where alerts go, and whether they arrive."""
        if not self.flows.services.explained(self.why_not("delivery")):
            self.app.push_screen(DeliveryScreen(self.desk, self.flows.services))

    def action_consoles(self) -> None:
        """Consoles of other machines."""
        if not self.flows.services.explained(self.why_not("consoles")):
            self.app.push_screen(ConsolesScreen(self.desk, self.flows.services))

    def action_intercepts(self) -> None:
        """What was done by itself after a finding."""
        if not self.flows.services.explained(self.why_not("intercepts")):
            self.app.push_screen(InterceptsScreen(self.desk, self.flows.services))

    def palette_entries(self) -> Iterable[PaletteEntry]:
        """What is found by its name wherever one is."""
        yield from super().palette_entries()
        if self.flows.oversight.why_not_unlock() is None:
            title = self.desk.say("key.health.unlock")
            yield PaletteEntry(title=title, about=self.desk.say("unlock.title"), run=self.action_unlock)

    def open_detail(self) -> None:
        check = self.current()
        if check is not None:
            title = safe_text(check_word(check.name, self.desk))
            self.app.push_screen(PageDialog(self.desk, title=title, text=self.detail_of(check)))

    def _bad(self) -> Iterable[tuple[str, int]]:
        for status in ("fail", "warn"):
            count = sum(check.status == status for check in self.items())
            if count:
                yield self.desk.say(f"health_status.{status}"), count

    def _since(self, item: HealthCheck) -> str:
        since = self.flows.oversight.health_times.since(item.name)
        return "–" if since is None else _LIMITS[since.certainty] + self.desk.times.age(since.moment)

    def _since_words(self, item: HealthCheck) -> str:
        since = self.flows.oversight.health_times.since(item.name)
        if since is None:
            return "–"
        return self.desk.say(f"health.since_{since.certainty}", when=self.desk.times.both(since.moment))


def check_word(name: str, desk: Desk) -> str:
    """A check by its name in words, as `doctor` has it."""
    return desk.known(f"cli.word.check.{name.partition('.')[0]}", name)


def status_cell(status: str, desk: Desk) -> SafeContent:
    """Sign, word and colour of how a check stands."""
    sign, style = _SIGNS.get(status, ("?", ""))
    return safe_text(f"{sign} {desk.known(f'app.health_status.{status}', status)}", style)


def _rank(status: str) -> int:
    return STATUSES.index(status) if status in STATUSES else len(STATUSES)
