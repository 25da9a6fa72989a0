"""The private adb server: our own port, our own home and keys, dies with us, comes back when killed.

Rules:
- Never port 5037: a client of another adb version kills the server it finds there.
- `ADB_REJECT_KILL_SERVER`: a stray `adb -P <our port>` of another version cannot end this one.
- `ADB_EMU=0`, `ADB_LOCAL_TRANSPORT_MAX_PORT`: no probing of ports 5555-5585 of this machine.
- `ADB_MDNS=0`, `ADB_MDNS_AUTO_CONNECT=0`: it listens to no network announcements and connects to nothing by itself.
- USB stays on. Environment names: strings of adb 36.0.0, behaviour seen with it.
"""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections import deque
from pathlib import Path

from .binary import AdbBinary
from .errors import AdbBridgeError, BridgeErrorCode, ServerUnavailableError
from .host_protocol import HostClient

LOOPBACK = "127.0.0.1"
_USERS_OWN_PORT = 5037
_USB_DEVICES = Path("/dev/bus/usb")
_START_TIMEOUT_S = 15.0
_STOP_TIMEOUT_S = 3.0
_ATTEMPTS = 5

# Runs between fork and adb in a fresh interpreter, where a preexec_fn would run in a copy of a threaded process:
# asks the kernel for SIGTERM at our death, and gives up if we died before it could ask.
_DIES_WITH_PARENT = (
    "import ctypes,os,sys;"
    "ctypes.CDLL(None,use_errno=True).prctl(1,15,0,0,0);"
    "sys.exit(0) if os.getppid()!=int(sys.argv[1]) else os.execv(sys.argv[2],sys.argv[2:])"
)


class AdbServer:
    """One child process. `start` and `stop` may alternate; the port stays the same after the first start."""

    def __init__(self, *, binary: AdbBinary, home: Path, port: int) -> None:
        """
        Args:
            home: HOME of the server, made with mode 0700; the adb key pair lives below it.
            port: TCP port on 127.0.0.1, 0 for a free one.
        """
        if port == _USERS_OWN_PORT:
            raise ValueError("port 5037 belongs to the user's own adb")
        self._binary = binary
        self._home = home
        self._wanted_port = port
        self._process: asyncio.subprocess.Process | None = None
        self._narration: deque[bytes] = deque(maxlen=20)
        self._drain: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The port in use; 0 before the first start."""
        return self._wanted_port

    async def start(self) -> None:
        """Spawn the server and wait until it answers.

        Raises:
            ServerUnavailableError: PORT_TAKEN, the port belongs to somebody else; SERVER_UNAVAILABLE, the server ended
                or did not answer in 15 s.
        """
        _private_directory(self._home)
        is_port_free_to_choose = self._wanted_port == 0
        for attempt in range(_ATTEMPTS):
            port = _free_port() if is_port_free_to_choose else self._wanted_port
            await self._evict_own_leftover(port)
            # Asked first: on a port of another adb server, that server would answer for ours.
            if _is_port_free(port) and await self._comes_up(port):
                self._wanted_port = port
                self._remember_pid()
                return
            await asyncio.sleep(0.1 * (attempt + 1))
        detail = f"port {port} is used by another program"
        raise ServerUnavailableError(BridgeErrorCode.PORT_TAKEN, detail)

    async def _comes_up(self, port: int) -> bool:
        """Spawn and wait for an answer; False when somebody took the port meanwhile. Leaves no process on failure."""
        is_up = False
        try:
            await self._spawn(port)
            is_up = await self._answers(port)
        finally:
            if not is_up:
                await self.stop()
        if not is_up and not self._is_port_taken():
            raise ServerUnavailableError(BridgeErrorCode.SERVER_UNAVAILABLE, "the adb server did not come up")
        return is_up

    async def wait(self) -> None:
        """Return when the server process has ended, for whatever reason."""
        if self._process is not None:
            await self._process.wait()

    async def stop(self) -> None:
        """End the process: SIGTERM, SIGKILL after 3 s. Nothing happens when there is none."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                async with asyncio.timeout(_STOP_TIMEOUT_S):
                    await process.wait()
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if self._drain is not None:
            await self._drain

    async def _spawn(self, port: int) -> None:
        self._narration.clear()
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-S", "-c", _DIES_WITH_PARENT, str(os.getpid()),
            *server_command(self._binary, port),
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
            env=server_environment(self._home), cwd=self._home, start_new_session=True,
        )  # fmt: skip
        self._drain = asyncio.create_task(self._keep_last_words(self._process))

    async def _keep_last_words(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        while chunk := await process.stderr.read(4096):
            self._narration.append(chunk)

    async def _answers(self, port: int) -> bool:
        client = HostClient(LOOPBACK, port)
        process = self._process
        assert process is not None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_START_TIMEOUT_S):
                while process.returncode is None:
                    with contextlib.suppress(AdbBridgeError):
                        await asyncio.to_thread(client.version)
                        return process.returncode is None
                    await asyncio.sleep(0.05)
        return False

    def _is_port_taken(self) -> bool:
        return b"Address already in use" in b"".join(self._narration)

    @property
    def _pid_file(self) -> Path:
        return self._home / "adb-server.pid"

    def _remember_pid(self) -> None:
        assert self._process is not None
        with contextlib.suppress(OSError):  # a full disk: the number only helps to clear up after a crash
            self._pid_file.write_text(f"{self._process.pid}\n", encoding="ascii")

    async def _evict_own_leftover(self, port: int) -> None:
        """End a server that a previous run of this very home left on this very port; touch nobody else's."""
        pid = await asyncio.to_thread(self._own_leftover, port)
        if pid is None:
            return
        for wish in (signal.SIGTERM, signal.SIGKILL):
            for _ in range(20):
                try:
                    os.kill(pid, wish)
                except (ProcessLookupError, PermissionError):
                    return
                await asyncio.sleep(0.05)

    def _own_leftover(self, port: int) -> int | None:
        try:
            pid = int(self._pid_file.read_text(encoding="ascii"))
            command_line = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return None
        is_server = _listen_address(port).encode() in command_line and b"nodaemon" in command_line
        return pid if is_server and f"HOME={self._home}".encode() in environment else None


def server_command(binary: AdbBinary, port: int) -> tuple[str, ...]:
    """The program and its arguments for a server on 127.0.0.1 that stays in the foreground."""
    return (str(binary.path), "-L", _listen_address(port), "server", "nodaemon")


def server_environment(home: Path) -> dict[str, str]:
    """All of a server's environment, by the rules of this module; keys and log live below `home`."""
    environment = {
        "HOME": str(home),
        "ANDROID_USER_HOME": str(home / ".android"),
        "ANDROID_ADB_LOG_PATH": str(home / "adb.log"),
        "TMPDIR": str(home),
        "PATH": os.defpath,
        "ADB_EMU": "0",
        "ADB_LOCAL_TRANSPORT_MAX_PORT": "5554",
        "ADB_MDNS": "0",
        "ADB_MDNS_AUTO_CONNECT": "0",
        "ADB_REJECT_KILL_SERVER": "1",
    }
    if not _USB_DEVICES.exists():
        # libusb fails here and adb 36 then answers nobody for 3 s; its own USB code polls for the directory.
        environment["ADB_LIBUSB"] = "0"
    return environment


def _listen_address(port: int) -> str:
    # adb 36 takes no literal address here ("listening on specified hostname currently unsupported"); "localhost"
    # binds 127.0.0.1 only.
    return f"tcp:localhost:{port}"


def _private_directory(path: Path) -> None:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)


def _is_port_free(port: int) -> bool:
    with socket.socket() as probe:
        # As adb binds: what is left of closed connections does not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    while True:
        with socket.socket() as probe:
            probe.bind((LOOPBACK, 0))
            port: int = probe.getsockname()[1]
        if port != _USERS_OWN_PORT:
            return port
