"""What a program gets when it is started."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from ..handset import Handset
from ..pipes import Input, Output


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One run of one program. Arguments keep undecodable bytes as surrogate escapes."""

    argv: tuple[str, ...]
    """argv[0] is the program's name."""
    stdin: Input
    stdout: Output
    stderr: Output
    handset: Handset
    programs: "Mapping[str, Program]" = field(default_factory=dict)
    """What this one can start in turn."""
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the host has closed."""
    is_pretended: bool = False
    """It answers as if it had worked, and changes nothing."""

    @property
    def arguments(self) -> tuple[str, ...]:
        """Everything after the program's name."""
        return self.argv[1:]

    def do(self, change: Callable[[], object]) -> None:
        """Change the phone, unless this run only pretends. Every program changes it through here."""
        if not self.is_pretended:
            change()

    async def print(self, text: str) -> None:
        """Write a line to stdout."""
        await self.stdout.write(encode(text + "\n"))

    async def complain(self, text: str) -> None:
        """Write a line to stderr."""
        await self.stderr.write(encode(text + "\n"))


Program = Callable[[Call], Awaitable[int]]
"""Returns the exit code, 0..255."""


def encode(text: str) -> bytes:
    """UTF-8, with surrogate escapes back to the bytes they came from."""
    return text.encode("utf-8", "surrogateescape")
