"""What `doctor` can see without a daemon: this machine, this terminal, this state directory."""

import os
import shutil
import stat
import sys
import termios
import time
import tty
from collections.abc import Iterator
from pathlib import Path
from select import select

import msgspec

from .context import Context

MIN_PYTHON = (3, 11)
MIN_COLUMNS = 80
MIN_FREE_BYTES = 1024**3
_ANSWER_S = 0.3


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the doctor."""

    name: str
    status: str
    """`ok`, `info` (nothing to do about it), `warn` or `fail`."""
    detail: str
    advice: str | None = None
    device: str | None = None
    """The phone's serial, for checks of a phone."""
    capability: str | None = None
    """For a line of a phone's capability table; then also:"""
    availability: str | None = None
    """`yes`, `no` or `unknown`."""
    evidence: str | None = None
    """Stable word of what the probe saw."""


def local_checks(context: Context) -> Iterator[Check]:
    """All of them, cheap ones first."""
    version = ".".join(map(str, sys.version_info[:3]))
    is_new = sys.version_info[:2] >= MIN_PYTHON
    yield _check(context, "python", "ok" if is_new else "fail", "python", "python", version=version)
    yield _terminal(context)
    yield _ambiguous_width(context)
    encoding = (sys.stdout.encoding or "?").lower()
    yield _check(context, "locale", "ok" if "utf-8" in encoding else "warn", "locale", "locale", encoding=encoding)
    if context.shop is None:
        yield from _state(context, context.state)
        yield _socket(context, context.socket)


def _check(context: Context, name: str, status: str, detail: str, advice: str, **values: str | int) -> Check:
    texts = context.texts
    return Check(
        name=name,
        status=status,
        detail=texts.get(f"cli.doctor.detail.{detail}", **values),
        advice=None if status in {"ok", "info"} else texts.get(f"cli.doctor.advice.{advice}", **values),
    )


def _terminal(context: Context) -> Check:
    if not sys.stderr.isatty():
        return _check(context, "terminal", "info", "no_terminal", "terminal")
    columns, lines = os.get_terminal_size(sys.stderr.fileno())
    status = "ok" if columns >= MIN_COLUMNS and lines >= 24 else "warn"
    return _check(context, "terminal", status, "terminal", "terminal", columns=columns, lines=lines)


def _ambiguous_width(context: Context) -> Check:
    width = measured_width("“")
    if width is None:
        return _check(context, "width", "info", "width_unknown", "width")
    return _check(context, "width", "ok" if width == 1 else "warn", "width", "width", cells=width)


def measured_width(character: str) -> int | None:
    """Cells the terminal gives `character`, by asking where the cursor is (DSR 6); None without an answer in 0.3 s."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor)
        sys.stderr.write(f"\r{character}\x1b[6n")
        sys.stderr.flush()
        answer = b""
        deadline = time.monotonic() + _ANSWER_S
        while not answer.endswith(b"R") and len(answer) < 32:
            if not select([descriptor], [], [], max(0.0, deadline - time.monotonic()))[0]:
                break
            answer += os.read(descriptor, 32)
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
    _, _, column = answer.removesuffix(b"R").partition(b";")
    return int(column) - 1 if answer.endswith(b"R") and column.isdigit() else None


def _state(context: Context, state: Path) -> Iterator[Check]:
    path = str(state)
    try:
        found = state.stat()
    except FileNotFoundError:
        yield _check(context, "state", "fail", "state_missing", "state_missing", path=path)
        return
    except OSError:
        yield _check(context, "state", "fail", "state_forbidden", "state_forbidden", path=path)
        return
    mode = stat.S_IMODE(found.st_mode)
    is_private = not mode & 0o027
    yield _check(
        context, "state", "ok" if is_private else "warn", "state", "state_mode", path=path, mode=f"{mode:04o}"
    )  # fmt: skip
    free = shutil.disk_usage(state).free
    gib = f"{free / 1024**3:.1f}"
    yield _check(context, "disk_here", "ok" if free >= MIN_FREE_BYTES else "warn", "disk", "disk", gib=gib)
    has_vault = (state / "keys.json").exists()
    yield _check(context, "vault", "ok" if has_vault else "fail", "vault" if has_vault else "no_vault", "no_vault")


def _socket(context: Context, socket: Path) -> Check:
    path = str(socket)
    try:
        mode = socket.stat().st_mode
    except OSError:
        return _check(context, "socket", "fail", "no_socket", "no_socket", path=path)
    if not stat.S_ISSOCK(mode):
        return _check(context, "socket", "fail", "not_a_socket", "not_a_socket", path=path)
    is_private = not mode & 0o007
    return _check(
        context, "socket", "ok" if is_private else "warn", "socket", "socket_mode",
        path=path, mode=f"{stat.S_IMODE(mode):04o}",
    )  # fmt: skip
