"""Our programs in processes of their own, without the second that each takes to import: forked off one that has.

What a test sees is a process: its own pid, descriptors, environment, exit status. Cold starts are tested as well
(`test_daemon_cli`, `test_refusals_end_to_end`, `test_cli_shell`).
"""

import asyncio
import contextlib
import faulthandler
import functools
import gc
import importlib
import json
import locale
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[1]
PROGRAMS = {
    "console.main": ("daemon.api.client", "console.cli.parser", "console.cli.context", "console.cli.output"),
    "daemon.main": ("daemon.app", "daemon.cli.run", "daemon.cli.init", "daemon.sealed_start.app"),
}
"""Each program's `main`, and what its subcommands import late."""
_MOST = 1 << 17
"""Bytes of an order."""
_HELD: list[object] = []


class Forked:
    """What `asyncio.subprocess.Process` is to its users here."""

    def __init__(self, answers: socket.socket, pid: int) -> None:
        self._answers = answers
        self._code: int | None = None
        self.pid = pid

    @property
    def returncode(self) -> int | None:
        """None while it runs; -n after signal n."""
        if self._code is None:
            with contextlib.suppress(BlockingIOError):
                self._take(self._answers.recv(64, socket.MSG_DONTWAIT))
        return self._code

    async def wait(self) -> int:
        while (code := self.returncode) is None:
            await asyncio.sleep(0.005)
        return code

    def wait_here(self) -> int:
        """For tests without a loop."""
        return self._take(self._answers.recv(64)) if self._code is None else self._code

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def terminate(self) -> None:
        self._signal(signal.SIGTERM)

    def _take(self, told: bytes) -> int:
        self._code = int(told or b"255")
        self._answers.close()
        return self._code

    def _signal(self, number: signal.Signals) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)


def fork(
    program: str, arguments: Sequence[str], *, stdin: int, stdout: int, stderr: int, environment: dict[str, str]
) -> Forked:
    """Run `program` (a key of PROGRAMS) in the repository's folder; the descriptors stay the caller's."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        order = json.dumps({"arguments": arguments, "environment": environment}).encode()
        socket.send_fds(_server(program), [order], [stdin, stdout, stderr, theirs.fileno()])
    return Forked(ours, int(ours.recv(64)))


def run_forked(
    program: str, arguments: Sequence[str], *, stdin: bytes = b"", environment: dict[str, str]
) -> subprocess.CompletedProcess[bytes]:
    """As `subprocess.run`; its streams are files."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(stdin)
        given.seek(0)
        code = fork(
            program, arguments, stdin=given.fileno(), stdout=out.fileno(), stderr=err.fileno(), environment=environment
        ).wait_here()
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(arguments, code, out.read(), err.read())


@functools.cache
def _server(program: str) -> socket.socket:
    """Made at the first use; it ends with this process."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _MOST)
    with theirs:
        subprocess.Popen(
            [sys.executable, "-m", "tests.forking", program, str(theirs.fileno())],
            cwd=ROOT, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL,
        )  # fmt: skip
    return ours


def _serve(program: str, orders: socket.socket) -> None:
    main = importlib.import_module(program).main
    for module in PROGRAMS[program]:
        importlib.import_module(module)
    _prepare(program)
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        content, handles, _, _ = socket.recv_fds(orders, _MOST, 4)
        if not content:
            return
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            orders.close()
            *standard, answers = handles
            with socket.socket(fileno=answers) as told:
                child = os.fork()
                if child == 0:
                    told.close()
                    _become(main, json.loads(content), standard)
                for handle in standard:
                    os.close(handle)
                told.send(str(child).encode())
                _, status = os.waitpid(child, 0)
                with contextlib.suppress(BrokenPipeError):
                    told.send(str(os.waitstatus_to_exitcode(status)).encode())
            os._exit(0)
        for handle in handles:
            os.close(handle)


def _prepare(program: str) -> None:
    """What each start would make, the same every time: it is found made as long as somebody holds it."""
    from daemon.api import texts

    texts.load_texts("en", ROOT / program.partition(".")[0] / "catalog")
    if program == "daemon.main":
        from daemon.config import Config
        from daemon.rules import load_rules
        from policies.engine import FEW
        from policies.model import Subject, SubjectKind

        engine = load_rules(Config(), None)
        engine.hits_many([Subject(kind=SubjectKind.MESSAGE, channel="sms", text="您好，到店里看看")] * FEW)
        _HELD.append(engine)


def _become(main: "functools.partial[int]", order: dict[str, object], standard: list[int]) -> None:
    """Never returns."""
    for number, handle in enumerate(standard):
        os.dup2(handle, number)
    for handle in standard:
        os.close(handle)
    arguments, environment = order["arguments"], order["environment"]
    assert isinstance(arguments, list) and isinstance(environment, dict)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    sys.argv[1:] = arguments
    sys.stdin = _text(0, "r")
    sys.stdout = _text(1, "w")
    sys.stderr = _text(2, "w")
    faulthandler.disable()
    code = 1
    try:
        code = main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001  told as Python would
        sys.excepthook(*sys.exc_info())
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)


def _text(handle: int, mode: str) -> IO[str]:
    errors = "backslashreplace" if handle == 2 else "surrogateescape"
    return open(handle, mode, encoding="utf-8", errors=errors, buffering=1 if handle == 2 else -1, closefd=False)


if __name__ == "__main__":
    _serve(sys.argv[1], socket.socket(fileno=int(sys.argv[2])))
