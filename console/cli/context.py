"""What every subcommand gets: where the daemon is, how to write, whom to ask."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from daemon.api.client import ApiClient
from daemon.api.exit_codes import ExitCode
from daemon.api.shops import RemoteShop
from daemon.api.texts import Texts

from ..plain_text import clean_line
from .output import Output

ArgumentsT = TypeVar("ArgumentsT", bound=msgspec.Struct)


class UsageError(Exception):
    """Arguments that argparse lets pass and that make no sense; `key` names the text `cli.<key>`."""

    def __init__(self, key: str, /, **values: str | int) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One invocation."""

    texts: Texts
    output: Output
    state: Path
    socket: Path
    env: Mapping[str, str]
    arguments: Mapping[str, object]
    """As argparse left them; take them with `take`."""
    shop: RemoteShop | None = None
    """A shop elsewhere, instead of the daemon behind `socket`."""

    def take(self, kind: type[ArgumentsT]) -> ArgumentsT:
        """The subcommand's own arguments as a struct."""
        return msgspec.convert(dict(self.arguments), type=kind)

    def client(self) -> ApiClient:
        """Use it with `async with`."""
        return ApiClient(self.shop or self.socket, self.texts.language.value)

    def word(self, group: str, value: str) -> str:
        """`value` in the reader's language where the catalog has `cli.word.<group>.<value>`."""
        key = f"cli.word.{group}.{value}"
        return self.texts.get(key) if self.texts.has(key) else value


def is_asking_possible() -> bool:
    """Whether a person sits at both ends."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask(texts: Texts, key: str, *, wanted: str, **values: str) -> bool:
    """Ask on stderr; True when the answer is `wanted`. Enter alone, or the end of input, is No."""
    sys.stderr.write(clean_line(texts.get(f"cli.{key}", **values)) + " ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().casefold() == wanted.casefold()


NOT_DONE = ExitCode.PARTIAL
"""The person said no."""
