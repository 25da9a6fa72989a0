"""What a dialog asks for beside the reason: one line each, with what counts as filled in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Checkbox, Input

from ..desk import Desk
from ..filter_line import measure
from ..keys import quiet
from ..widgets.note import Note

ON: Final = "on"
"""What a switch answers; off is empty."""
MOST_EXPIRY_S: Final = 30 * 86400
_PACKAGE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+")
_MOST_PACKAGES: Final = 50
_BETWEEN: Final = re.compile(r"[\s,;，、；]+")


class FieldKind(StrEnum):
    """What may stand in it."""

    TEXT = "text"
    NUMBER = "number"
    """Whole, from `low` to `high`."""
    SPAN = "span"
    """`10m`, `4h`, `2d`; at most 30 days."""
    PACKAGES = "packages"
    """Apps by their package names, with blanks or commas between."""
    SECRET = "secret"  # noqa: S105 - a kind of field
    """Typed unseen."""
    SWITCH = "switch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One line. Its label and example are `app.form.<name>` and `app.form.<name>_example`."""

    name: str
    kind: FieldKind = FieldKind.TEXT
    least: int = 1
    """Characters; 0: it may stay empty."""
    most: int = 200
    low: int = 0
    high: int = 0
    value: str = ""
    """What it has before anybody typed."""

    def takes(self, text: str) -> bool:
        """Whether this can be sent."""
        text = text.strip()
        if not text:
            return self.least == 0 or self.kind is FieldKind.SWITCH
        match self.kind:
            case FieldKind.NUMBER:
                return text.isdecimal() and len(text) < 10 and self.low <= int(text) <= self.high
            case FieldKind.SPAN:
                return span_s(text) is not None
            case FieldKind.PACKAGES:
                named = packages_in(text)
                return len(named) <= _MOST_PACKAGES and all(_PACKAGE.fullmatch(name) for name in named)
            case _:
                return len(text) >= self.least


def span_s(text: str) -> int | None:
    """Seconds, 1 to 30 days; None for what is no such span."""
    measured = None if text.strip().isdecimal() else measure("age", text.strip())
    if measured is None or not 1 <= measured <= MOST_EXPIRY_S:
        return None
    return int(measured)


def span_text(seconds: int) -> str:
    """As `span_s` reads it."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def packages_in(text: str) -> tuple[str, ...]:
    """Each once, in their order."""
    return tuple(dict.fromkeys(name for name in _BETWEEN.split(text.strip()) if name))


class FieldRow(Horizontal):
    """Label and field on one line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        quiet("up", "app.focus_previous", "dialog.previous_field"),
        quiet("down", "app.focus_next", "dialog.next_field"),
    ]
    SCOPED_CSS = False
    DEFAULT_CSS = """
    #dialog FieldRow { height: 1; }
    #dialog FieldRow Note { width: 24; text-wrap: nowrap; text-overflow: ellipsis; }
    #dialog FieldRow Input { width: 1fr; height: 1; background: $panel; padding: 0 1; }
    #dialog FieldRow Input:focus { background: $primary 25%; }
    #dialog FieldRow Checkbox { height: 1; border: none; padding: 0; background: transparent; }
    #dialog FieldRow Checkbox:focus { border: none; background: $primary 25%; }
    """

    def __init__(self, desk: Desk, field: Field) -> None:
        super().__init__(id=f"row-{field.name}")
        self._desk = desk
        self.field = field

    def compose(self) -> ComposeResult:
        field, say = self.field, self._desk.say
        if field.kind is FieldKind.SWITCH:
            label = self._desk.line(f"form.{field.name}")
            yield Checkbox(label, field.value == ON, id=f"field-{field.name}", compact=True)
            return
        yield Note(self._desk.line(f"form.{field.name}"))
        yield Input(
            field.value,
            id=f"field-{field.name}",
            max_length=field.most,
            placeholder=say(f"form.{field.name}_example"),
            password=field.kind is FieldKind.SECRET,
            select_on_focus=False,
            compact=True,
        )

    @property
    def value(self) -> str:
        """As it stands."""
        if self.field.kind is FieldKind.SWITCH:
            return ON if self.query_one(Checkbox).value else ""
        return self.query_one(Input).value.strip()

    @property
    def is_filled(self) -> bool:
        """Whether it can be sent."""
        return self.field.takes(self.value)

    def forget(self) -> None:
        """Take out what was typed unseen."""
        if self.field.kind is FieldKind.SECRET:
            self.query_one(Input).value = ""


def first_missing(rows: Sequence[FieldRow]) -> FieldRow | None:
    """The first that cannot be sent yet."""
    return next((row for row in rows if not row.is_filled), None)
