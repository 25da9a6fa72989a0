"""What leaves the console by copying: text that cannot act, small enough for terminals, masked as it was shown."""

from enum import StrEnum
from typing import Final

import msgspec

from daemon.api.wire_base import Wire

from ..plain_text import clean, clean_line, harmless_json

MOST_BYTES: Final = 64 * 1024
"""Terminals drop longer sequences, some without a word."""


class CopyForm(StrEnum):
    """How much of a row is copied; each press takes the next."""

    CELL = "cell"
    ROW = "row"
    JSON = "json"

    @property
    def following(self) -> "CopyForm":
        """What the next press takes."""
        forms = list(CopyForm)
        return forms[(forms.index(self) + 1) % len(forms)]


def json_lines(items: list[Wire]) -> str:
    """Wire items as JSON, one a line."""
    return "\n".join(harmless_json(msgspec.json.encode(item).decode()) for item in items)


def fit_to_copy(text: str) -> tuple[str, bool]:
    """The text without anything that acts, at most `MOST_BYTES`, and whether something had to go. Whole lines stay;
    tabs stay, they part cells."""
    shown = "\t".join(clean(cell, limit=MOST_BYTES) for cell in text[: MOST_BYTES + 1].split("\t"))
    if len(shown.encode()) <= MOST_BYTES and len(text) <= MOST_BYTES:
        return shown, False
    kept: list[str] = []
    size = 0
    for line in shown.split("\n"):
        size += len(line.encode()) + 1
        if size > MOST_BYTES:
            break
        kept.append(line)
    return "\n".join(kept), True


def tab_separated(cells: list[str]) -> str:
    """One row for a spreadsheet; tabs and breaks of the cells are gone."""
    return "\t".join(clean_line(cell).strip() for cell in cells)
