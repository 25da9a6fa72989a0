"""Reads TOML with every key accounted for: what is wrong is said with file, place and nearest valid key."""

import difflib
import tomllib
from collections.abc import Sequence
from pathlib import Path


class ScenarioError(Exception):
    """A scenario cannot be used. `key` is a dotted path (`live[3].at_s`), `nearest` a valid word like the wrong one."""

    def __init__(self, file: str, key: str, problem: str, nearest: str | None = None) -> None:
        hint = f"; did you mean '{nearest}'?" if nearest else ""
        place = f"{file}: {key}: " if key else f"{file}: "
        super().__init__(f"{place}{problem}{hint}")
        self.file = file
        self.key = key
        self.problem = problem
        self.nearest = nearest


def nearest_of(word: str, known: Sequence[str]) -> str | None:
    """The known word that looks most like `word`, None when none does."""
    return next(iter(difflib.get_close_matches(word, known, n=1, cutoff=0.5)), None)


class Table:
    """A TOML table that knows its place. `finish` refuses keys nobody asked for."""

    def __init__(self, values: dict[str, object], *, file: str, path: str = "") -> None:
        self._values = values
        self._file = file
        self._path = path
        self._asked: list[str] = []

    @classmethod
    def load(cls, path: Path) -> "Table":
        """Read a file. Raise `ScenarioError`."""
        try:
            return cls(tomllib.loads(path.read_text(encoding="utf-8")), file=str(path))
        except (OSError, UnicodeDecodeError) as error:
            raise ScenarioError(str(path), "", "cannot be read") from error
        except tomllib.TOMLDecodeError as error:
            raise ScenarioError(str(path), "", f"is not TOML: {error}") from error

    def text(self, key: str, default: str | None = None) -> str:
        """A string; required without a default."""
        value = self._take(key, default)
        if not isinstance(value, str):
            raise self.error(key, "must be a string")
        return value

    def optional_text(self, key: str) -> str | None:
        """A string or nothing."""
        if key in self:
            return self.text(key)
        self._asked.append(key)
        return None

    def number(self, key: str, default: float | None = None, *, low: float = 0.0, high: float = 1e9) -> float:
        """A number within bounds."""
        value = self._take(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.error(key, "must be a number")
        if not low <= value <= high:
            raise self.error(key, f"must be between {low:g} and {high:g}")
        return float(value)

    def whole(self, key: str, default: int | None = None, *, low: int = 0, high: int = 10**9) -> int:
        """A whole number within bounds."""
        value = self.number(key, default, low=low, high=high)
        if value != int(value):
            raise self.error(key, "must be a whole number")
        return int(value)

    def texts(self, key: str, default: Sequence[str] | None = None) -> tuple[str, ...]:
        """A list of strings."""
        value = self._take(key, None if default is None else list(default))
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(key, "must be a list of strings")
        return tuple(str(item) for item in value)

    def choice(self, key: str, choices: Sequence[str], default: str | None = None) -> str:
        """One of `choices`."""
        value = self.text(key, default)
        if value not in choices:
            raise self.error(key, f"'{value}' is none of {', '.join(choices)}", nearest_of(value, choices))
        return value

    def table(self, key: str) -> "Table":
        """A table, empty when missing."""
        value = self._take(key, {})
        if not isinstance(value, dict):
            raise self.error(key, "must be a table")
        return Table(value, file=self._file, path=self._at(key))

    def tables(self, key: str) -> list["Table"]:
        """An array of tables, empty when missing."""
        value = self._take(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.error(key, "must be an array of tables")
        return [Table(item, file=self._file, path=f"{self._at(key)}[{at}]") for at, item in enumerate(value)]

    def keys(self) -> tuple[str, ...]:
        """All keys, for tables whose keys are names."""
        return tuple(self._values)

    def finish(self) -> None:
        """Refuse keys that were not asked for."""
        for key in self._values:
            if key not in self._asked:
                raise self.error(key, "unknown key", nearest_of(key, self._asked))

    def error(self, key: str, problem: str, nearest: str | None = None) -> ScenarioError:
        """An error at a key of this table."""
        return ScenarioError(self._file, self._at(key), problem, nearest)

    def __contains__(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self._values

    def _take(self, key: str, default: object) -> object:
        self._asked.append(key)
        value = self._values.get(key, default)
        if value is None:
            similar = nearest_of(key, [one for one in self._values if one not in self._asked])
            raise self.error(key, f"is missing{f' (there is {similar!r})' if similar else ''}")
        return value

    def _at(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key
