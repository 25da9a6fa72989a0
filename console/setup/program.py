"""The daemon's own program at work: it makes the state, and is started. No secret is in an argument or a variable."""

import asyncio
import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from daemon.api.calling import Calling
from daemon.api.errors import ApiClientError
from daemon.api.exit_codes import ExitCode
from daemon.api.texts import Texts

from ..cli.hand_over import CALLED_AS, daemon_command
from ..plain_text import clean_line
from .answers import Answers, KeyKind
from .place import Place

START_S: Final = 60.0
INIT_S: Final = 120.0
UNIT: Final = "shopwardend.service"
_LOOK_EVERY_S: Final = 0.1
_TOLD_BYTES: Final = 8192
_UNIT_S: Final = 10.0


class SetupError(Exception):
    """A program said no. `message` and `hint` are its own words, in the reader's language."""

    def __init__(self, message: str, hint: str = "", exit_code: ExitCode = ExitCode.PARTIAL) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.exit_code = exit_code


class Program(Protocol):
    """What the setup asks for. Both raise SetupError."""

    async def initialise(self, answers: Answers, passphrase: str | None) -> None:
        """Make keys and configuration."""

    async def start(self, passphrase: str | None) -> None:
        """Start the daemon unless it runs; returns once it answers, sealed or open."""

    def client(self) -> "SetupClient":
        """Of the daemon, in the reader's language."""


class SetupClient(Calling, Protocol):
    """`ApiClient` fits."""

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DaemonProgram:
    """`shopwardend`, as a process for each job."""

    place: Place
    texts: Texts

    def client(self) -> SetupClient:
        from daemon.api.client import ApiClient  # half a second, and nothing on the first page needs it

        return ApiClient(self.place.socket, self.texts.language.value)

    async def initialise(self, answers: Answers, passphrase: str | None) -> None:
        with contextlib.ExitStack() as resources:
            words = ["init", "--lang", answers.language.value, "--store-name", answers.store_name]
            words += ["--state", str(self.place.state), "--config", str(self.place.config)]
            if answers.timezone:
                words += ["--timezone", answers.timezone]
            if answers.notice_title:
                words += ["--notice-title", answers.notice_title]
            if answers.notice_text:
                words += ["--notice-file", resources.enter_context(_text_file(answers.notice_text))]
            descriptors = []
            match answers.key:
                case KeyKind.FILE:
                    words += ["--key-file", answers.key_file]
                case KeyKind.CREDENTIAL:
                    words += ["--credential", answers.credential]
                case KeyKind.PASSPHRASE:
                    descriptors = [resources.enter_context(_piped(passphrase or ""))]
                    words += ["--passphrase-fd", str(descriptors[0])]
            process = await asyncio.create_subprocess_exec(
                *daemon_command(words),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                pass_fds=descriptors,
                env=self._environment(),
            )
            try:
                async with asyncio.timeout(INIT_S):
                    _, told = await process.communicate()
            except (TimeoutError, asyncio.CancelledError) as error:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
                if isinstance(error, TimeoutError):
                    raise SetupError(self.texts.get("app.setup.error.slow")) from None
                raise
        if process.returncode:
            raise self._said(told, process.returncode)

    async def start(self, passphrase: str | None) -> None:
        if await self.is_answering():
            return
        if await asyncio.to_thread(self._start_unit):
            await self._answering(None)
            return
        process, begun = self._spawn(passphrase)
        try:
            await self._answering(process)
        except SetupError as error:
            if process.poll() is None:
                raise
            raise self._said(_since(self.place.log, begun), process.returncode) from error

    def _spawn(self, passphrase: str | None) -> "tuple[subprocess.Popen[bytes], int]":
        """The daemon, and where in the log it begins. It outlives the console and the terminal."""
        words = ["run", "--state", str(self.place.state), "--config", str(self.place.config)]
        with contextlib.ExitStack() as resources:
            descriptors = [] if passphrase is None else [resources.enter_context(_piped(passphrase))]
            for descriptor in descriptors:
                words += ["--passphrase-fd", str(descriptor)]
            log = resources.enter_context(open(self.place.log, "ab", opener=_private))
            begun = log.tell()
            process = subprocess.Popen(
                daemon_command(words),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=descriptors,
                env=self._environment(),
                start_new_session=True,
            )
        return process, begun

    async def is_answering(self) -> bool:
        """Whether a daemon is there, whatever it answers."""
        if not self.place.socket.exists():
            return False
        return await asyncio.to_thread(_is_listening, self.place.socket)

    async def _answering(self, process: "subprocess.Popen[bytes] | None") -> None:
        try:
            async with asyncio.timeout(START_S):
                while not await self.is_answering():
                    if process is not None and process.poll() is not None:
                        raise SetupError(self.texts.get("app.setup.error.ended"), self._log_hint())
                    await asyncio.sleep(_LOOK_EVERY_S)
        except TimeoutError:
            raise SetupError(self.texts.get("app.setup.error.silent"), self._log_hint()) from None

    def _log_hint(self) -> str:
        return self.texts.get("app.setup.error.log", path=str(self.place.log))

    def _start_unit(self) -> bool:
        """Whether systemd has a unit for it and started that: only for a state that the unit would use, too."""
        systemctl = shutil.which("systemctl")
        if systemctl is None:
            return False
        from daemon.api.state_dir import state_directory

        if self.place.state != state_directory(None, {}):
            return False
        for scope in (["--user"], []):
            known = _quiet([systemctl, *scope, "cat", UNIT])
            if known and _quiet([systemctl, *scope, "start", UNIT]):
                return True
        return False

    def _said(self, told: bytes, code: int) -> SetupError:
        """The lines `error: …` and `hint: …` of a program; what else it wrote stays in its log."""
        error, hint = self.texts.get("cli.error"), self.texts.get("cli.hint")
        found = {error: "", hint: ""}
        for line in told.decode("utf-8", "replace").splitlines():
            for label in found:
                if line.startswith(label):
                    found[label] = clean_line(line.removeprefix(label).strip())
        message = found[error] or self.texts.get("app.setup.error.code", code=code)
        try:
            return SetupError(message, found[hint], ExitCode(code))
        except ValueError:
            return SetupError(message, found[hint])

    def _environment(self) -> dict[str, str]:
        return {**os.environ, CALLED_AS: "shopwarden", "SHOPWARDEN_LANG": self.texts.language.value}


async def is_sealed(client: Calling) -> bool:
    """Whether the daemon waits for a passphrase. Raises ApiClientError."""
    from daemon.api.errors import ApiRefusedError
    from daemon.api.unlocking_client import sealed_state

    try:
        return (await sealed_state(client)).is_sealed
    except ApiRefusedError as refusal:
        if refusal.code == "request.no_such_route":
            return False
        raise


def told(error: Exception) -> tuple[str, str]:
    """Message and hint of what went wrong."""
    if isinstance(error, ApiClientError | SetupError):
        return error.message, error.hint
    return type(error).__name__, ""


@contextlib.contextmanager
def _piped(secret: str) -> Iterator[int]:
    """The reading end of a pipe that holds `secret`, until the block ends. 64 KiB fit; a passphrase has less."""
    reading, writing = os.pipe()
    try:
        try:
            os.write(writing, secret.encode() + b"\n")
        finally:
            os.close(writing)
        yield reading
    finally:
        os.close(reading)


@contextlib.contextmanager
def _text_file(text: str) -> Iterator[str]:
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as file:
        file.write(text)
        file.flush()
        yield file.name


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)


def _since(log: Path, begun: int) -> bytes:
    try:
        with log.open("rb") as file:
            file.seek(max(begun, log.stat().st_size - _TOLD_BYTES))
            return file.read(_TOLD_BYTES)
    except OSError:
        return b""


def _is_listening(path: Path) -> bool:
    import socket

    from daemon.api.socket_path import reachable

    try:
        with reachable(path) as address, socket.socket(socket.AF_UNIX) as one:
            one.settimeout(_UNIT_S)
            one.connect(address)
    except OSError:
        return False
    return True


def _quiet(command: Sequence[str]) -> bool:
    try:
        return (
            subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_UNIT_S, check=False
            ).returncode
            == 0
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
