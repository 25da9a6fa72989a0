"""Where in a TOML text a key stands: what tomllib does not tell."""

import re
import tomllib
from collections.abc import Mapping
from typing import Final

Path = tuple[str | int, ...]

_HEADER: Final = re.compile(r"\s*(\[\[?)(?!\s*\[).*\]\s*(?:#.*)?$")


def line_numbers(text: str) -> Mapping[Path, int]:
    """Line, from 1, of every table and key of a text that tomllib takes. What stands inside a value of several lines
    has the value's first line."""
    found: dict[Path, int] = {}
    arrays: dict[Path, int] = {}
    base: Path = ()
    pending: list[str] = []
    first = 0
    for number, line in enumerate(text.splitlines(), 1):
        if not pending and (not line.strip() or line.lstrip().startswith("#")):
            continue
        if not pending and (header := _HEADER.match(line)) is not None and (table := _parsed(line)) is not None:
            base = _table_path(_names(table), arrays, is_array=header[1] == "[[")
            found.setdefault(base, number)
            continue
        if not pending:
            first = number
        pending.append(line)
        statement = _parsed("\n".join(pending))
        if statement is not None:
            pending.clear()
            _note(found, base, statement, first)
    return found


def line_of(lines: Mapping[Path, int], path: Path) -> int | None:
    """Of the place itself, else of the nearest one around it."""
    for length in range(len(path), 0, -1):
        if (line := lines.get(path[:length])) is not None:
            return line
    return None


def _parsed(text: str) -> dict[str, object] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _names(table: Mapping[str, object]) -> list[str]:
    names: list[str] = []
    here: object = table
    while isinstance(here, dict) and here:
        name = next(iter(here))
        names.append(str(name))
        here = here[name]
        if isinstance(here, list) and here:
            here = here[0]
    return names


def _table_path(names: list[str], arrays: dict[Path, int], *, is_array: bool) -> Path:
    path: Path = ()
    for at, name in enumerate(names):
        path = (*path, name)
        if at == len(names) - 1 and is_array:
            arrays[path] = arrays.get(path, -1) + 1
        if path in arrays:
            path = (*path, arrays[path])
    return path


def _note(found: dict[Path, int], base: Path, content: object, line: int) -> None:
    if base:
        found.setdefault(base, line)
    if isinstance(content, dict):
        for name, inner in content.items():
            _note(found, (*base, str(name)), inner, line)
    elif isinstance(content, list):
        for at, inner in enumerate(content):
            _note(found, (*base, at), inner, line)
