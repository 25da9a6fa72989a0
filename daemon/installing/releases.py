"""Versions beside each other, and the link `current` that says which one runs."""

import os
import re
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from ..api.exit_codes import ExitCode
from ..errors import DaemonError

_VERSION = re.compile(r"\d+(\.\d+)*([a-z0-9.+~-]*)", re.ASCII)
_PARTS = re.compile(r"\d+|[a-z]+")


@dataclass(frozen=True, slots=True)
class Releases:
    """A folder such as /opt/shopwarden."""

    root: Path

    def current(self) -> str | None:
        """The version that `current` leads to; None without the link."""
        try:
            return (self.root / "current").readlink().name
        except OSError:
            return None

    def program(self, version: str, name: str = "shopwardend") -> Path:
        """Of a version. DaemonError(`upgrade.no_release`)."""
        path = self.root / version / "bin" / name
        if _VERSION.fullmatch(version) is None or not os.access(path, os.X_OK):
            raise DaemonError("upgrade.no_release", ExitCode.NOT_FOUND, path=str(path)[:200])
        return path

    def switch(self, version: str) -> None:
        """At no moment is there no link. DaemonError(`install.not_written`)."""
        draft = self.root / f".current.{os.getpid()}"
        try:
            draft.unlink(missing_ok=True)
            draft.symlink_to(version)
            draft.replace(self.root / "current")
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise DaemonError(
                "install.not_written", ExitCode.PARTIAL, path=str(self.root / "current"), problem=error.strerror or "?"
            ) from error


def is_older(version: str, than: str) -> bool:
    """By their numbers; `1.2rc1` and `1.2~dev` come before `1.2`, `1.2.0` is `1.2`."""
    for one, other in zip_longest(_ranks(version), _ranks(than), fillvalue=(1, 0, "")):
        if one != other:
            return one < other
    return False


def _ranks(version: str) -> list[tuple[int, int, str]]:
    ranks = [
        (1, int(part), "") if part.isdigit() else (0, 0, part) for part in _PARTS.findall(version.split("+")[0].lower())
    ]
    while ranks and ranks[-1] == (1, 0, ""):
        ranks.pop()
    return ranks
