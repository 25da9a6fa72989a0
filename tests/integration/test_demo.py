"""`shopwarden demo` as a newcomer runs it: headless with its summary, and with the console in a pseudo-terminal."""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from tests.forking import run_forked

SHOPWARDEN = str(Path(sys.executable).with_name("shopwarden"))
FIRST_SCREEN_S = 20.0


@pytest.mark.slow
def test_headless_demo_prints_the_summary_of_the_contract() -> None:
    ended = subprocess.run(
        [SHOPWARDEN, "demo", "--headless", "5", "--phones", "3", "--json"],
        capture_output=True, text=True, timeout=100, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    document = json.loads(ended.stdout)
    assert document["schema"] == 1
    (summary,) = document["items"]
    for key in ("phones", "events", "alerts", "alert_latency_ms", "ledger_verified"):
        assert document[key] == summary[key]
    assert summary["phones"] == 3
    assert summary["events"] >= summary["records_on_phones"] > 0
    assert summary["records_missing"] == 0
    assert summary["alerts"] > 0
    assert summary["alerts_missed"] == 0
    assert 0 < summary["alert_latency_ms"]["p50"] <= summary["alert_latency_ms"]["p95"]
    assert summary["ledger_verified"] is True


def test_bad_arguments_are_usage(tmp_path: Path) -> None:
    for arguments in (["--phones", "0"], ["--headless", "soon"], ["--scenario", str(tmp_path / "none.toml")]):
        ended = run_forked("console.main", ["demo", *arguments, "--json"], environment=dict(os.environ))
        assert ended.returncode == 2, ended.stderr
        assert ended.stdout == b""
        assert b"Traceback" not in ended.stderr


@pytest.mark.slow
def test_demo_opens_the_console_in_a_terminal_and_leaves_nothing_behind() -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        for name in ("COLUMNS", "LINES"):
            os.environ.pop(name, None)
        os.environ |= {"TERM": "xterm-256color", "SHOPWARDEN_LANG": "en"}
        os.execv(SHOPWARDEN, [SHOPWARDEN, "demo", "--phones", "2"])
    status: int | None = None
    try:
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        seen = _read_until(terminal, b"HUAWEI", FIRST_SCREEN_S)
        assert b"HUAWEI" in seen
        assert b"Traceback" not in seen
        os.write(terminal, b"\x11")
        assert b"\x1b[?1049l" in _read_until(terminal, b"\x1b[?1049l", 20)
        status = _wait(pid, terminal, 20)
        assert status == 0
    finally:
        if status is None:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        os.close(terminal)


def _wait(pid: int, terminal: int, timeout_s: float) -> int | None:
    """The exit code, None after `timeout_s`; reads on, so that the program can write its last words."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        _read_until(terminal, b"never", 0.2)
    return None


def _read_until(terminal: int, wanted: bytes, timeout_s: float) -> bytes:
    deadline, seen = time.monotonic() + timeout_s, b""
    while wanted not in seen and (left := deadline - time.monotonic()) > 0:
        readable, _, _ = select.select([terminal], [], [], left)
        if readable:
            try:
                seen += os.read(terminal, 65536)
            except OSError:
                return seen
    return seen
