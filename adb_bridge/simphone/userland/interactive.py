"""`adb shell` without a command: a prompt on a terminal, or a script from stdin without one.

The host's terminal is raw, so the phone echoes and edits: backspace, Ctrl-C, Ctrl-D. No history, no cursor keys.
"""

import asyncio
from typing import Final

from ..handset import Handset
from ..pipes import Input, NoInput, Output, read_all
from .call import encode
from .interpreter import ExitShell, Interpreter, Streams, run_script
from .parser import ShellSyntaxError, parse
from .programs import programs_of

MAX_LINE: Final = 4096
MAX_SCRIPT: Final = 1024 * 1024
_INTERRUPT, _END, _BACKSPACES = 0x03, 0x04, (0x08, 0x7F)


class CookedOutput:
    """A terminal's output: newlines become CR LF."""

    def __init__(self, output: Output) -> None:
        self._output = output

    async def write(self, data: bytes) -> None:
        """Translate and pass on."""
        await self._output.write(data.replace(b"\n", b"\r\n"))


async def run_stdin(handset: Handset, streams: Streams) -> int:
    """`echo commands | adb shell`: run everything that comes (at most 1 MiB) as one script."""
    script = await read_all(streams.stdin, limit=MAX_SCRIPT)
    text = script.decode("utf-8", "surrogateescape")
    return await run_script(
        text, Streams(NoInput(), streams.stdout, streams.stderr), handset, programs_of(handset.traits)
    )


class Session:
    """One interactive shell."""

    def __init__(self, handset: Handset, stdin: Input, stdout: Output) -> None:
        self._stdin = stdin
        self._screen = CookedOutput(stdout)
        self._shell = Interpreter(handset, programs_of(handset.traits))
        self._prompt = encode(f"{handset.spec.device}:/ $ ")
        self._line = bytearray()
        self._keys: asyncio.Queue[int | None] = asyncio.Queue(maxsize=MAX_LINE)

    async def run(self) -> int:
        """Until `exit`, Ctrl-D or the end of the connection; return the last exit code."""
        reading = asyncio.create_task(self._read_keys())
        try:
            await self._screen.write(self._prompt)
            while (key := await self._keys.get()) is not None and not (key == _END and not self._line):
                await self._press(key)
        except ExitShell as ended:
            return ended.code
        finally:
            reading.cancel()
        await self._screen.write(b"\n")
        return self._shell.status

    async def _read_keys(self) -> None:
        while data := await self._stdin.read():
            for key in data:
                await self._keys.put(key)
        await self._keys.put(None)

    async def _press(self, key: int) -> None:
        if key in (0x0A, 0x0D):
            line, self._line = bytes(self._line), bytearray()
            await self._screen.write(b"\n")
            await self._run_line(line.decode("utf-8", "surrogateescape"))
            await self._screen.write(self._prompt)
        elif key == _INTERRUPT:
            self._line.clear()
            await self._screen.write(b"^C\n" + self._prompt)
        elif key in _BACKSPACES:
            if self._line:
                while self._line.pop() & 0xC0 == 0x80 and self._line:
                    pass
                await self._screen.write(b"\b \b")
        elif key >= 0x20 and len(self._line) < MAX_LINE:
            self._line.append(key)
            await self._screen.write(bytes((key,)))

    async def _run_line(self, line: str) -> None:
        """Run it until it ends or Ctrl-C comes; other keys typed meanwhile are lost."""
        running = asyncio.create_task(self._execute(line))
        try:
            while not running.done():
                typing = asyncio.create_task(self._keys.get())
                await asyncio.wait((running, typing), return_when=asyncio.FIRST_COMPLETED)
                if not typing.done():
                    typing.cancel()
                elif typing.result() in (_INTERRUPT, None):
                    running.cancel()
                    await asyncio.wait((running,))
                    await self._screen.write(b"^C\n")
                    return
            running.result()
        finally:
            running.cancel()

    async def _execute(self, line: str) -> None:
        try:
            script = parse(line)
        except ShellSyntaxError as error:
            await self._screen.write(encode(f"/system/bin/sh: {error}\n"))
            return
        await self._shell.run(script, Streams(NoInput(), self._screen, self._screen))
