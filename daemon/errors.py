"""Errors of the daemon itself. Those of the other rooms are given codes in `refusals.py`."""

from pathlib import Path

from .api.exit_codes import ExitCode


class DaemonError(Exception):
    """Root. `code` finds the text and the hint in the catalogs; `values` fill them. Never holds content or keys."""

    def __init__(self, code: str, exit_code: ExitCode, **values: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.exit_code = exit_code
        self.values = values


class ConfigError(DaemonError):
    """The configuration cannot be used. Names the file, the key and what would be right."""

    def __init__(self, code: str, *, file: Path, key: str = "", expected: str = "", nearest: str = "") -> None:
        super().__init__(code, ExitCode.USAGE, file=str(file), name=key, expected=expected, nearest=nearest)
        self.file = file
        self.key = key
        self.nearest = nearest


class StateLockedError(DaemonError):
    """Another daemon owns this state directory."""

    def __init__(self, state: Path, pid: int | None) -> None:
        super().__init__("state.locked", ExitCode.USAGE, state=str(state), pid=pid if pid is not None else "?")


class StateError(DaemonError):
    """The state directory is missing, not ours, or cannot be written."""
