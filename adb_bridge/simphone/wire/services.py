"""The services a host can open: what stands before the colon, and who answers."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from ..pipes import BrokenPipe, Input, Output
from .link import Handler
from .shell_v2 import ShellId, ShellInput, ShellOutput, shell_packet
from .streams import Stream

MAX_COMMAND: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """The three streams of a shell service."""

    stdin: Input
    stdout: Output
    stderr: Output
    gone: asyncio.Event
    """Set when the host has closed."""
    is_tty: bool = False
    """The host asked for a terminal (`adb shell` without a command on one)."""


RunCommand = Callable[[str, str, Terminal], Awaitable[int]]
"""(service, command line, streams) to exit code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the phone offers."""

    run: RunCommand
    sync: Handler
    reboot: Callable[[str], None]
    tcpip: Callable[[int], None]
    """`adb tcpip PORT`."""
    usb: Callable[[], None]
    """`adb usb`: the end of `tcpip`."""

    def open(self, service: str) -> Handler | None:
        """The handler of a service name, None for what this phone does not have."""
        name, colon, argument = service.partition(":")
        if not colon or len(service) > MAX_COMMAND:
            return None
        match name.split(",")[0]:
            case "shell":
                return self._shell(name.split(",")[1:], argument)
            case "exec":
                return lambda stream: self._raw("exec", argument, stream)
            case "sync":
                return self.sync
            case "reboot":
                return lambda stream: self._reboot(argument, stream)
            case "root":
                return lambda stream: stream.write(b"adbd cannot run as root in production builds\n")
            case "remount":
                return lambda stream: stream.write(b'Not running as root. Try "adb root" first.\n')
            case "tcpip":
                return lambda stream: self._tcpip(argument, stream)
            case "usb":
                return self._usb
            case _:
                return None

    def _shell(self, arguments: list[str], command: str) -> Handler:
        if "v2" in arguments:
            return lambda stream: self._shell_v2(command, stream, is_tty="pty" in arguments)
        return lambda stream: self._raw("shell", command, stream)

    async def _shell_v2(self, command: str, stream: Stream, *, is_tty: bool) -> None:
        terminal = Terminal(
            stdin=ShellInput(stream),
            stdout=ShellOutput(stream, ShellId.STDOUT),
            stderr=ShellOutput(stream, ShellId.STDERR),
            gone=stream.closed,
            is_tty=is_tty,
        )
        code = await self._run("shell,v2", command, terminal)
        await stream.write(shell_packet(ShellId.EXIT, bytes((code & 0xFF,))))

    async def _raw(self, service: str, argument: str, stream: Stream) -> None:
        """stdout and stderr in one, no exit code."""
        is_tty = service == "shell" and not argument
        terminal = Terminal(stdin=stream, stdout=stream, stderr=stream, gone=stream.closed, is_tty=is_tty)
        await self._run(service, argument, terminal)

    async def _run(self, service: str, command: str, terminal: Terminal) -> int:
        try:
            return await self.run(service, command, terminal)
        except BrokenPipe:
            return 141

    async def _reboot(self, argument: str, _stream: Stream) -> None:
        self.reboot(argument)

    async def _tcpip(self, argument: str, stream: Stream) -> None:
        """adbd answers, then starts anew: every connection drops."""
        port = int(argument) if argument.isascii() and argument.isdecimal() and len(argument) <= 5 else 0
        if not 0 < port < 65536:
            await stream.write(b"invalid port\n")
            return
        await stream.write(f"restarting in TCP mode port: {port}\n".encode())
        await stream.close()
        self.tcpip(port)

    async def _usb(self, stream: Stream) -> None:
        await stream.write(b"restarting in USB mode\n")
        await stream.close()
        self.usb()
