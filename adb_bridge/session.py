"""One phone, one transport: commands with a bounded time and size, and streams of lines.

Why adbutils' own `AdbDevice.shell` is not used: it waits 600 s by default, reads without a cap, and holds a thread
while a phone is silent. adbutils makes the connection and switches it to the phone (`host_protocol`); the bytes after
that are read on the event loop, so twenty hung phones cost twenty sockets and no thread, and closing the socket ends
the wait at once.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import TracebackType

from .errors import BridgeErrorCode, DeviceUnavailableError, ShellCommandError
from .records import TransportSerial
from .samples import sample_hash
from .shell_protocol import END_OF_STDIN, ShellDecoder
from .streams import DeviceStream, HostLink, open_service

MIB = 1024 * 1024
_STDERR_CAP = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellOutput:
    """A command that ran to its end. Bytes of the phone: hostile until parsed."""

    stdout: bytes
    stderr: bytes
    """At most the first 64 KiB."""
    exit_code: int
    """0-255. Many Android commands exit 0 after failing: judge by stderr too."""


def quote(argument: str) -> str:
    """`argument` as one word for the phone's sh (mksh, also toybox sh): nothing in it is expanded.

    Raises:
        ValueError: it holds NUL, which no command line can carry.
    """
    if "\0" in argument:
        raise ValueError("NUL in a shell argument")
    return "'" + argument.replace("'", "'\\''") + "'"


def require_success(end: ShellOutput) -> None:
    """Refuse a command that ended with a status other than 0, whatever it wrote to stderr.

    Raises:
        ShellCommandError: SHELL_FAILED.
    """
    if end.exit_code != 0:
        raise ShellCommandError(
            BridgeErrorCode.SHELL_FAILED, exit_code=end.exit_code, stderr_sha256=sample_hash(end.stderr)
        )


class Session:
    """Calls on one transport. Any number may run at once; `polls` keeps slow reads to one at a time."""

    def __init__(self, link: HostLink, transport: TransportSerial) -> None:
        self.transport = transport
        self.polls = asyncio.Lock()
        """Held by collectors and status reads for one command each: a phone answers one poll at a time. Operator
        commands such as lock do not wait for it."""
        self._link = link
        self._open: set[DeviceStream] = set()
        self._is_closed = False
        self._features: frozenset[str] | None = None

    async def __aenter__(self) -> "Session":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def shell(self, command: str, *, timeout_s: float, max_bytes: int = MIB) -> ShellOutput:
        """Run `command` by the phone's sh (shell v2: Android 7+) and collect its output.

        Args:
            timeout_s: For the whole call, however slowly the phone drips.
            max_bytes: Cap of stdout.

        Raises:
            DeviceUnavailableError: DEVICE_TIMEOUT, DEVICE_OFFLINE (also: gone in the middle), DEVICE_UNAUTHORIZED.
            ShellCommandError: OUTPUT_TOO_LARGE; any exit status is an answer, not an error.
            ServerUnavailableError: no adb server at the moment.
            ParseError: what came back is not the shell protocol.
        """
        stream: DeviceStream | None = None
        try:
            async with asyncio.timeout(timeout_s):
                stream = await self._start(command)
                return await self._collect(stream, max_bytes)
        except TimeoutError as error:
            raise DeviceUnavailableError(BridgeErrorCode.DEVICE_TIMEOUT) from error
        finally:
            self._end(stream)

    async def lines(
        self, command: str, *, idle_timeout_s: float | None, max_line_bytes: int
    ) -> AsyncGenerator[bytes, None]:
        """Run `command` and yield its stdout line by line, without the newline. The end of the command ends it.

        A slow consumer slows the phone down. A line longer than `max_line_bytes` is dropped whole; so is a half
        line at a break of the connection.

        Args:
            idle_timeout_s: Longest silence; None waits for ever (a quiet log is no fault).

        Raises:
            As `shell`; ShellCommandError (SHELL_FAILED) when the command ends with a status other than 0.
        """
        stream: DeviceStream | None = None
        try:
            async with asyncio.timeout(idle_timeout_s):
                stream = await self._start(command)
            async for line in self._split(stream, idle_timeout_s, max_line_bytes):
                yield line
        except TimeoutError as error:
            raise DeviceUnavailableError(BridgeErrorCode.DEVICE_TIMEOUT) from error
        finally:
            self._end(stream)

    async def stream(
        self, command: str, *, idle_timeout_s: float, judge: Callable[[ShellOutput], None] = require_success
    ) -> AsyncGenerator[bytes, None]:
        """Run `command` and yield its raw stdout as it comes, in pieces of at most 256 KiB; never more than that in
        memory, and a slow consumer slows the phone down. Close it (`contextlib.aclosing`) to end the command early.

        Only an iteration that ends by itself was complete: bytes that came before an error are a beginning.

        Args:
            idle_timeout_s: Longest silence; the caller bounds the whole by what it counts.
            judge: Looks at the end (stderr, exit status; stdout is empty) and raises when that was a failure. Some
                Android commands fail with status 0.

        Raises:
            As `shell`; what `judge` raises.
        """
        stream: DeviceStream | None = None
        decoder = ShellDecoder()
        stderr = bytearray()
        try:
            async with asyncio.timeout(idle_timeout_s):
                stream = await self._start(command)
            while decoder.exit_code is None:
                async with asyncio.timeout(idle_timeout_s):
                    chunk = await _some(stream)
                out, err = decoder.feed(chunk)
                stderr += err[: _STDERR_CAP - len(stderr)]
                if out:
                    yield out
            judge(ShellOutput(stdout=b"", stderr=bytes(stderr), exit_code=decoder.exit_code))
        except TimeoutError as error:
            raise DeviceUnavailableError(BridgeErrorCode.DEVICE_TIMEOUT) from error
        finally:
            self._end(stream)

    @asynccontextmanager
    async def service(self, name: str) -> AsyncIterator[DeviceStream]:
        """A raw service of the phone (`sync:`), closed at the end of the block and by `close`. The phone may let
        opening and every read wait for ever: bound both.

        Raises:
            DeviceUnavailableError, ServerUnavailableError: as `shell`.
        """
        stream: DeviceStream | None = None
        try:
            stream = await self._open_service(name)
            yield stream
        finally:
            self._end(stream)

    async def features(self) -> frozenset[str]:
        """What the phone and the adb server both speak, such as `ls_v2`; asked once a session.

        Raises:
            DeviceUnavailableError, ServerUnavailableError: as `shell`.
        """
        if self._features is None:
            self._features = await self._link.ask(lambda client: client.features_of(self.transport))
        return self._features

    async def close(self) -> None:
        """End every call that is under way with DEVICE_OFFLINE and refuse later ones."""
        self._is_closed = True
        for stream in tuple(self._open):
            stream.abort()

    async def _start(self, command: str) -> DeviceStream:
        stream = await self._open_service(f"shell,v2,raw:{command}")
        stream.write(END_OF_STDIN)
        return stream

    async def _open_service(self, name: str) -> DeviceStream:
        self._refuse_when_closed()
        stream = await open_service(self._link, self.transport, name)
        try:
            self._refuse_when_closed()
        except DeviceUnavailableError:
            stream.abort()
            raise
        self._open.add(stream)
        return stream

    def _refuse_when_closed(self) -> None:
        if self._is_closed:
            raise DeviceUnavailableError(BridgeErrorCode.DEVICE_OFFLINE)

    def _end(self, stream: DeviceStream | None) -> None:
        if stream is not None:
            self._open.discard(stream)
            stream.abort()

    async def _collect(self, stream: DeviceStream, max_bytes: int) -> ShellOutput:
        decoder = ShellDecoder()
        stdout = bytearray()
        stderr = bytearray()
        while decoder.exit_code is None:
            out, err = decoder.feed(await _some(stream))
            stdout += out
            if len(stdout) > max_bytes:
                raise ShellCommandError(
                    BridgeErrorCode.OUTPUT_TOO_LARGE, exit_code=None, stderr_sha256=sample_hash(bytes(stderr))
                )
            stderr += err[: _STDERR_CAP - len(stderr)]
        return ShellOutput(stdout=bytes(stdout), stderr=bytes(stderr), exit_code=decoder.exit_code)

    async def _split(
        self, stream: DeviceStream, idle_timeout_s: float | None, max_line_bytes: int
    ) -> AsyncGenerator[bytes, None]:
        decoder = ShellDecoder()
        partial = bytearray()
        is_dropping = False
        stderr = bytearray()
        while decoder.exit_code is None:
            async with asyncio.timeout(idle_timeout_s):
                chunk = await _some(stream)
            out, err = decoder.feed(chunk)
            stderr += err[: _STDERR_CAP - len(stderr)]
            head, *rest = out.split(b"\n")
            for following in rest:
                if not is_dropping and len(partial) + len(head) <= max_line_bytes:
                    yield bytes(partial) + head
                partial.clear()
                is_dropping = False
                head = following
            if is_dropping or len(partial) + len(head) > max_line_bytes:
                partial.clear()
                is_dropping = True
            else:
                partial += head
        if decoder.exit_code != 0:
            raise ShellCommandError(
                BridgeErrorCode.SHELL_FAILED, exit_code=decoder.exit_code, stderr_sha256=sample_hash(bytes(stderr))
            )
        if partial:
            yield bytes(partial)


async def _some(stream: DeviceStream) -> bytes:
    chunk = await stream.read()
    if not chunk:
        raise DeviceUnavailableError(BridgeErrorCode.DEVICE_OFFLINE)
    return chunk
