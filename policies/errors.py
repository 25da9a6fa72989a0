"""What can be wrong with rule files. Each says where, for the person who wrote the file."""

from pathlib import Path


class RuleError(Exception):
    """A rule set cannot be used; the one in use stays."""


class RuleSyntaxError(RuleError):
    """A file that cannot be read as rules: TOML, an unknown key, a wrong value."""

    def __init__(
        self, reason: str, *, file: Path, line: int | None = None, key: str | None = None, nearest: str | None = None
    ) -> None:
        self.reason = reason
        self.file = file
        self.line = line
        self.key = key
        self.nearest = nearest
        place = f"{file}:{line}" if line else str(file)
        hint = f" (did you mean '{nearest}'?)" if nearest else ""
        super().__init__(f"{place}: {f'{key}: ' if key else ''}{reason}{hint}")


class RuleConflictError(RuleError):
    """Two rules, aliases or detectors with one name."""

    def __init__(self, name: str, *, first: Path, second: Path, first_line: int, second_line: int) -> None:
        self.name = name
        self.first = first
        self.second = second
        self.first_line = first_line
        self.second_line = second_line
        super().__init__(f"{second}:{second_line}: '{name}' is already defined in {first}:{first_line}")


class RuleTestError(RuleError):
    """Tests inside rules that do not hold."""

    def __init__(self, failures: tuple[str, ...], *, file: Path, line: int) -> None:
        """`failures`: one line each, beginning with file and rule; `file` and `line` are of the first."""
        self.failures = failures
        self.file = file
        self.line = line
        more = f" (and {len(failures) - 3} more)" if len(failures) > 3 else ""
        super().__init__("; ".join(failures[:3]) + more)
