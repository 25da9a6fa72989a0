"""What a list shows, as a file: CSV for spreadsheets or JSON for programs, masked as on the screen."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec

from daemon.api.wire_base import Wire

from ..plain_text import clean

MOST_ROWS: Final = 20_000
"""A list that is paged ends here; content and longer spans are the export of the daemon's."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class FileForm(StrEnum):
    """By the ending of the file's name."""

    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTable:
    """Rows as they are on the screen, and the wire items behind them."""

    titles: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    items: Sequence[Wire]


def form_of(name: str) -> FileForm | None:
    """None for an ending that says nothing."""
    ending = name.rpartition(".")[2].casefold()
    return FileForm(ending) if ending in set(FileForm) else None


def file_bytes(table: ShownTable, form: FileForm) -> bytes:
    """The whole file. CSV begins with a byte order mark: spreadsheets read Chinese by it."""
    match form:
        case FileForm.CSV:
            text = io.StringIO(newline="")
            writer = csv.writer(text)
            writer.writerow([_cell(title) for title in table.titles])
            writer.writerows([_cell(cell) for cell in row] for row in table.rows)
            return text.getvalue().encode("utf-8-sig")
        case FileForm.JSON:
            lines = b",\n".join(msgspec.json.encode(item) for item in table.items)
            return b"[\n" + lines + b"\n]\n"


def _cell(text: str) -> str:
    """What a spreadsheet would take for a formula gets an apostrophe before it."""
    shown = clean(text)
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA) or shown.startswith(_FORMULA) else shown
