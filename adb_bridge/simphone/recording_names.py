"""What dialers call their recordings, and where they put them (facts/android.md §6)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

STORAGE: Final = "/sdcard"


class Pending(StrEnum):
    """How a recording looks while it is being written."""

    PLAIN = "plain"
    """The file stands under its name and grows; the media row comes when it is done."""
    ROW = "row"
    """The media row is there with `is_pending=1` until it is done."""
    NAME = "name"
    """The file is called `.pending-<expiry>-<name>` and renamed when it is done; the row is pending too."""


class Direction(StrEnum):
    """Who called."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingRules:
    """One dialer's habit.

    `pattern` is a format text with {who} (name or number), {name}, {number}, {direction}, {time:%…} (the start of the
    call, phone-local) and {millis} (three digits), without the extension.
    """

    folder: str
    """Below shared storage, without slashes at its ends."""
    pattern: str
    extension: str
    mime_type: str
    max_chars: int = 255
    """Of the whole name; the name of the person is shortened to fit."""
    spelling: tuple[tuple[str, str], ...] = ()
    """Replacements in numbers, such as `+` by `00`."""
    pending: Pending = Pending.PLAIN

    def file_name(self, *, number: str, name: str | None, at: datetime, direction: Direction = Direction.IN) -> str:
        """The file's name for a call that began at `at` (aware, in the phone's zone)."""
        for old, new in self.spelling:
            number = number.replace(old, new)
        shown = (name or number).replace("/", "_")
        while True:
            text = self.pattern.format(
                who=shown, name=shown, number=number, direction=direction.value, time=at,
                millis=f"{at.microsecond // 1000:03d}",
            )  # fmt: skip
            full = f"{text}.{self.extension}"
            if len(full) <= self.max_chars or not shown:
                return full
            shown = shown[:-1]

    def path(self, *, number: str, name: str | None, at: datetime, direction: Direction = Direction.IN) -> str:
        """The file's absolute path."""
        return f"{STORAGE}/{self.folder}/{self.file_name(number=number, name=name, at=at, direction=direction)}"
