"""Runs a command with the faults that are armed for it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from .faults import Delay, Drop, Effect, ErrorText, ExitCode, Garbage, Hang, Meanwhile, Oversize, Truncate
from .handset import Handset
from .journal import ServedCommand
from .pipes import NoOutput, Output
from .wire.services import Terminal
from .wire.streams import StreamClosedError

_FILLER: Final = b"filler " * 9362
RunOnHandset = Callable[[Handset, str, Terminal], Awaitable[int]]


async def run_with_faults(handset: Handset, served: ServedCommand, terminal: Terminal, run: RunOnHandset) -> int:
    """Return the exit code the host shall see. Raise `StreamClosedError` when the host goes or the cable is pulled."""
    effects = handset.faults.strike(served.command)
    for effect in effects:
        if isinstance(effect, Delay):
            await asyncio.sleep(effect.seconds)
    stdout = _FaultyOutput(terminal, served, effects, cut=handset.cable.cut)
    replaced = any(isinstance(effect, Garbage | Oversize) for effect in effects)
    if any(isinstance(effect, Hang) and effect.after_bytes == 0 for effect in effects):
        await stdout.hang()
    quiet = Terminal(
        stdin=terminal.stdin,
        stdout=NoOutput() if replaced else stdout,
        stderr=terminal.stderr,
        gone=terminal.gone,
        is_tty=terminal.is_tty,
    )
    code = await run(handset, served.command, quiet)
    for effect in effects:
        match effect:
            case Garbage(data=data):
                await stdout.write(data)
            case Oversize(size=size):
                await _fill(stdout, size)
            case ErrorText(data=data):
                await terminal.stderr.write(data)
            case ExitCode(code=other):
                code = other
            case Drop():
                handset.cable.cut()
                raise StreamClosedError
            case Hang():
                await stdout.hang()
            case Delay() | Truncate() | Meanwhile():
                pass
    served.exit_code = code
    served.is_finished = True
    return code


async def _fill(stdout: Output, size: int) -> None:
    while size > 0:
        piece = _FILLER[:size]
        await stdout.write(piece)
        size -= len(piece)


class _FaultyOutput:
    """Counts stdout and applies the faults that depend on how much came."""

    def __init__(
        self, terminal: Terminal, served: ServedCommand, effects: Sequence[Effect], *, cut: Callable[[], None]
    ) -> None:
        self._terminal = terminal
        self._served = served
        self._effects = effects
        self._cut = cut

    async def write(self, data: bytes) -> None:
        """Pass on what the faults let through."""
        sent = self._served.stdout_bytes
        for effect in self._effects:
            match effect:
                case Truncate(size=size):
                    data = data[: max(0, size - sent)]
                case Hang(after_bytes=limit) if sent + len(data) >= limit:
                    await self._send(data[: limit - sent])
                    await self.hang()
                case Drop(after_bytes=limit) if sent + len(data) >= limit:
                    await self._send(data[: limit - sent])
                    self._cut()
                    raise StreamClosedError
        await self._send(data)

    async def hang(self) -> None:
        """Wait until the host closes."""
        await self._terminal.gone.wait()
        raise StreamClosedError

    async def _send(self, data: bytes) -> None:
        if data:
            self._served.stdout_bytes += len(data)
            await self._terminal.stdout.write(data)
