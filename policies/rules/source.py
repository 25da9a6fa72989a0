"""TOML files read with types: every value checked, every key known, every complaint with its line."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import NoReturn, TypeVar, cast

from ..errors import RuleSyntaxError

MAX_FILE_BYTES = 8 * 1024 * 1024
_HEADER = re.compile(r"^\s*\[\[?\s*([A-Za-z_.]+)\s*\]\]?")
E = TypeVar("E", bound=StrEnum)


class Document:
    """One rule file."""

    def __init__(self, file: Path, data: bytes) -> None:
        """Raises RuleSyntaxError when it is no UTF-8 TOML."""
        self.file = file
        try:
            self.text = data.decode("utf-8-sig")
            self.root = cast("Mapping[str, object]", tomllib.loads(self.text))
        except UnicodeDecodeError as error:
            raise RuleSyntaxError("not UTF-8 text", file=file) from error
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"at line (\d+)", str(error))
            raise RuleSyntaxError(str(error), file=file, line=int(found[1]) if found else None) from error
        self.lines = self.text.split("\n")

    def header_line(self, name: str, index: int) -> int:
        """Line number (from 1) of the `index`-th `[name]` or `[[name]]`; 1 when it is written in another way."""
        lines = self._headers.get(name, ())
        return lines[index] if index < len(lines) else 1

    @cached_property
    def _headers(self) -> Mapping[str, Sequence[int]]:
        """The lines of each header, found in one pass: a file may hold very many rules."""
        found: dict[str, list[int]] = {}
        for number, line in enumerate(self.lines, 1):
            if header := _HEADER.match(line):
                found.setdefault(header[1], []).append(number)
        return found

    def key_line(self, key: str, start: int) -> int:
        """Line number of `key =` at or after `start`, or `start`."""
        pattern = re.compile(rf"(?<![\w.-])[\"']?{re.escape(key)}[\"']?\s*=")
        for number in range(start, len(self.lines) + 1):
            if pattern.search(self.lines[number - 1]):
                return number
        return start

    def text_line(self, text: str, key: str, start: int) -> int:
        """Line number of the quoted `text` at or after `key =`, before the next rule; or that of the key."""
        first = self.key_line(key, start)
        for number in range(first, len(self.lines) + 1):
            line = self.lines[number - 1]
            if f'"{text}"' in line or f"'{text}'" in line:
                return number
            header = _HEADER.match(line)
            if header and header[1] == "rule":
                break
        return first


class Table:
    """A TOML table being read. Every getter takes its key off the list; `done()` refuses what is left."""

    def __init__(self, document: Document, name: str, data: object, line: int) -> None:
        if not isinstance(data, dict):
            raise RuleSyntaxError("must be a table", file=document.file, line=line, key=name)
        self.document = document
        self.name = name
        self.line = line
        self._data = cast("dict[str, object]", data)
        self._known: list[str] = []

    def has(self, key: str) -> bool:
        """Whether the key is given."""
        return key in self._data

    def know(self, key: str) -> None:
        """Count `key` as known without reading it."""
        self._known.append(key)

    def fail(self, key: str, reason: str, nearest: str | None = None) -> NoReturn:
        """Raise RuleSyntaxError at `key`."""
        line = self.document.key_line(key, self.line)
        raise RuleSyntaxError(reason, file=self.document.file, line=line, key=key, nearest=nearest)

    def raw(self, key: str) -> object:
        """The value as TOML gave it, None when absent."""
        self._known.append(key)
        return self._data.get(key)

    def text(self, key: str, default: str | None = None) -> str:
        """A string that is not empty; required without a default."""
        value = self.raw(key)
        if value is None:
            if default is None:
                self.fail_missing(key)
            return default
        if not isinstance(value, str) or (not value and default is None):
            self.fail(key, "must be a text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings, empty when absent."""
        value = self.raw(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            self.fail(key, "must be a list of texts, none of them empty")
        return tuple(cast("list[str]", value))

    def integer(self, key: str, default: int, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        value = self.raw(key)
        if value is None:
            return default
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.fail(key, f"must be a whole number from {low} to {high}")
        return value

    def flag(self, key: str, default: bool) -> bool:  # noqa: FBT001 - the value of a key, not a mode
        """true or false."""
        value = self.raw(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.fail(key, "must be true or false")
        return value

    def choice(self, key: str, kind: type[E], default: E | None = None) -> E:
        """One of the values of `kind`."""
        value = self.raw(key)
        if value is None:
            if default is None:
                self.fail_missing(key)
            return default
        return self.member(key, kind, value)

    def choices(self, key: str, kind: type[E]) -> tuple[E, ...]:
        """A list of values of `kind`, empty when absent."""
        return tuple(self.member(key, kind, value) for value in self.texts(key))

    def member(self, key: str, kind: type[E], value: object) -> E:
        """`value` as one of `kind`, or a complaint that names the nearest."""
        names = [item.value for item in kind]
        if not isinstance(value, str) or value not in names:
            self.fail(key, f"must be one of {', '.join(names)}", nearest_of(str(value), names))
        return kind(value)

    def table(self, key: str) -> "Table | None":
        """A table inside, None when absent."""
        value = self.raw(key)
        if value is None:
            return None
        return Table(self.document, key, value, self.document.key_line(key, self.line) if self.line else 1)

    def tables(self, key: str, *, heading: str | None = None) -> "tuple[Table, ...]":
        """A list of tables; `heading` is the name in `[[heading]]`, by which lines are found."""
        value = self.raw(key)
        if value is None:
            return ()
        items = value if isinstance(value, list) else [value]
        lines = (self.document.header_line(heading, n) if heading else self.line for n in range(len(items)))
        return tuple(Table(self.document, key, item, line) for item, line in zip(items, lines, strict=True))

    def fail_missing(self, key: str) -> NoReturn:
        """Raise RuleSyntaxError for a key that must be there, at the misspelt one if it looks like that."""
        for other in self._data:
            if other not in self._known and nearest_of(other, [key]):
                self.fail(other, f"unknown key in [{self.name}]", key)
        raise RuleSyntaxError(f"missing in [{self.name}]", file=self.document.file, line=self.line, key=key)

    def done(self) -> None:
        """Refuse keys that nobody asked for, with the nearest one that exists."""
        for key in self._data:
            if key not in self._known:
                self.fail(key, f"unknown key in [{self.name}]", nearest_of(key, self._known))


def nearest_of(word: str, names: Iterable[str]) -> str | None:
    """The name most like `word`, if any is."""
    close = get_close_matches(word, list(names), n=1, cutoff=0.5)
    return close[0] if close else None
