"""How a run goes, while it goes: a table that is drawn anew on a terminal, a line for each result in a pipe."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from daemon.api.provisioning import PhoneResult, ProvisionPhone, ProvisionRun

from ..plain_text import clean_line
from .context import Context
from .provision_report import changed_count, counts_text

STYLES: Final = {
    PhoneResult.WAITING: ("dim", "2"),
    PhoneResult.WORKING: ("yellow", "33"),
    PhoneResult.DONE: ("green", "32"),
    PhoneResult.PLANNED: ("cyan", "36"),
    PhoneResult.NEEDS_PERSON: ("magenta", "35"),
    PhoneResult.FAILED: ("bold red", "1;31"),
    PhoneResult.ABSENT: ("red", "31"),
    PhoneResult.SKIPPED: ("dim", "2"),
}
"""For rich and for our own tables."""
_OVER: Final = frozenset(PhoneResult) - {PhoneResult.WAITING, PhoneResult.WORKING}


class Display(Protocol):
    """Shows a run."""

    def show(self, run: ProvisionRun) -> None:
        """As it stands now."""


@contextmanager
def display(context: Context) -> Iterator[Display]:
    """On stderr: what stdout gets is the result."""
    if not sys.stderr.isatty() or context.env.get("TERM") == "dumb":
        yield _Lines(context)
        return
    console = Console(stderr=True, highlight=False, emoji=False, no_color=bool(context.env.get("NO_COLOR")))
    with Live(console=console, auto_refresh=False, transient=True) as live:
        yield _Drawn(context, console, live)


class _Lines:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._told: dict[tuple[int, str | None], PhoneResult] = {}

    def show(self, run: ProvisionRun) -> None:
        """One line for each phone that has its result."""
        for at, phone in enumerate(run.phones):
            key = (at, phone.serial)
            if phone.result in _OVER and self._told.get(key) is not phone.result:
                self._told[key] = phone.result
                self._context.output.say(
                    "provision.line",
                    serial=phone.serial or "-",
                    employee=phone.employee or "-",
                    result=self._context.word("provision_result", phone.result.value),
                    note=note_of(self._context, phone),
                )
            elif phone.result not in _OVER:
                self._told.pop(key, None)


class _Drawn:
    def __init__(self, context: Context, console: Console, live: Live) -> None:
        self._context = context
        self._console = console
        self._live = live

    def show(self, run: ProvisionRun) -> None:
        """The phones at work first, as many as the terminal has lines."""
        rows = max(3, self._console.size.height - 4)
        order = sorted(run.phones, key=lambda one: (one.result is not PhoneResult.WORKING, one.result in _OVER))
        table = Table(box=None, pad_edge=False, title=counts_text(self._context, run), title_justify="left")
        for name in ("serial", "employee", "provision_result", "provision_step", "provision_note"):
            table.add_column(self._context.texts.get(f"cli.column.{name}"), no_wrap=True, overflow="ellipsis")
        for phone in order[:rows]:
            word = self._context.word("provision_result", phone.result.value)
            step = "" if phone.step is None else self._context.word("provision_step", phone.step.value)
            cells = (phone.serial or "-", phone.employee or "-", word, step, note_of(self._context, phone))
            style = STYLES[phone.result][0]
            table.add_row(*(Text(clean_line(one), style=style if at == 2 else "") for at, one in enumerate(cells)))
        self._live.update(table, refresh=True)


def note_of(context: Context, phone: ProvisionPhone) -> str:
    """Why, or how many things were changed and are to be done."""
    if phone.text:
        return phone.text
    todo = sum(one.is_required and (one.is_detected or one.confirmed_at is None) for one in phone.items)
    if phone.result is PhoneResult.NEEDS_PERSON and todo:
        return context.texts.get("cli.provision.todo", count=todo)
    if phone.changes:
        key = "cli.provision.would_change" if phone.result is PhoneResult.PLANNED else "cli.provision.changed"
        return context.texts.get(key, count=changed_count(phone))
    return ""
