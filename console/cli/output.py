"""stdout is data, stderr is narration: JSON, JSON lines or tables, in one place that prints."""

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TextIO

import msgspec

from daemon.api.errors import ApiClientError
from daemon.api.texts import Texts, Value

from ..plain_text import clean_line, harmless_json
from .table import Cell, Styles, cells_of, table, wrap

SCHEMA = 1


class Format(StrEnum):
    """How results are written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"


class Output:
    """Writes results and narration. `stdout` gets UTF-8 for JSON, whatever the locale."""

    def __init__(self, texts: Texts, form: Format, env: Mapping[str, str]) -> None:
        self.texts = texts
        self.format = form
        self._env = env
        self._out_styles = Styles(_is_coloured(sys.stdout, env))
        self._error_styles = Styles(_is_coloured(sys.stderr, env))

    def items(self, items: Sequence[msgspec.Struct]) -> None:
        """The results as JSON or JSON lines."""
        if self.format is Format.JSON:
            self._json(b'{"schema":%d,"items":%s}' % (SCHEMA, msgspec.json.encode(items)))
        else:
            for item in items:
                self._json(msgspec.json.encode(item))

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
        """Rows under headers `cli.column.<name>`."""
        self.grid([self.texts.get(f"cli.column.{column}") for column in columns], rows)

    def grid(self, headers: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
        """Rows under headers that are words already."""
        width = self.width if sys.stdout.isatty() else None
        self._lines(table(headers, rows, width=width, styles=self._out_styles))

    def narrated_table(self, columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
        """What a question is about, on stderr."""
        headers = [self.texts.get(f"cli.column.{column}") for column in columns]
        for line in table(headers, rows, width=self.width, styles=self._error_styles):
            self._narrate(line)

    def facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """`name: value` lines, names `cli.column.<name>`, aligned."""
        names = [self.texts.get(f"cli.column.{name}") for name, _ in facts]
        size = max(map(cells_of, names), default=0)
        self._lines(
            [
                f"{self._out_styles.paint(name, '1')}{' ' * (size - cells_of(name))}  {clean_line(value)}"
                for name, (_, value) in zip(names, facts, strict=True)
            ]
        )

    def line(self, text: str) -> None:
        """A line of results; "" is an empty one."""
        self._lines([clean_line(text)])

    def empty(self, key: str) -> None:
        """The sentence for nothing found; scripts that read JSON need none."""
        if self.format is not Format.JSON:
            self.say(key)

    def say(self, key: str, /, **values: Value) -> None:
        """Narration `cli.<key>`, on stderr."""
        self._narrate(clean_line(self.texts.get(f"cli.{key}", **values)))

    def error(self, message: str, hint: str = "") -> None:
        """`error: …` and `hint: …` on stderr."""
        label = self._error_styles.paint(self.texts.get("cli.error"), "1;31")
        self._narrate(f"{label} {clean_line(message)}")
        if hint:
            self._narrate(f"{self._error_styles.paint(self.texts.get('cli.hint'), '1')} {clean_line(hint)}")

    def refusal(self, error: ApiClientError) -> None:
        """What the daemon said, or why it could not be asked."""
        self.error(error.message, error.hint)

    def paragraph(self, text: str, indent: int) -> None:
        """Wrapped to the terminal."""
        width = max(24, (self.width if sys.stdout.isatty() else 100) - indent)
        self._lines([" " * indent + line for line in wrap(clean_line(text), width)])

    @property
    def width(self) -> int:
        """Columns of the terminal."""
        return shutil.get_terminal_size((100, 24)).columns

    def _json(self, payload: bytes) -> None:
        sys.stdout.buffer.write(harmless_json(payload.decode()).encode() + b"\n")
        sys.stdout.buffer.flush()

    @staticmethod
    def _lines(lines: Sequence[str]) -> None:
        text = "".join(line + "\n" for line in lines)
        sys.stdout.buffer.write(text.encode(sys.stdout.encoding or "utf-8", "replace"))
        sys.stdout.buffer.flush()

    @staticmethod
    def _narrate(text: str) -> None:
        encoding = sys.stderr.encoding or "utf-8"
        print(text.encode(encoding, "replace").decode(encoding), file=sys.stderr, flush=True)  # noqa: T201 - narration


def leave_quietly() -> None:
    """The reader of our output left (`| head`): give Python something else to close than the broken pipe."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _is_coloured(stream: TextIO, env: Mapping[str, str]) -> bool:
    return stream.isatty() and not env.get("NO_COLOR") and env.get("TERM") != "dumb"
