"""`demo` at a terminal: a demo daemon with simulated phones behind it, and the console in front."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from daemon.api.exit_codes import ExitCode

from .hand_over import daemon_command

STOP_S = 20.0
_NO_CONSOLE = ("--headless", "--host", "-h", "--help", "--json", "--jsonl")


class _Place(msgspec.Struct):
    state: str
    socket: str


def wants_console(arguments: Sequence[str]) -> bool:
    """A person at a terminal who asked for nothing else."""
    flags = {argument.partition("=")[0] for argument in arguments}
    return sys.stdin.isatty() and sys.stdout.isatty() and flags.isdisjoint(_NO_CONSOLE)


def run_with_console(arguments: Sequence[str], language: str, environment: dict[str, str]) -> int:
    """Start the demo's host, open the console on it, stop the host when the person leaves."""
    host = subprocess.Popen(
        daemon_command(["demo", "--host", *arguments]),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **environment, "SHOPWARDEN_LANG": language},
        start_new_session=True,  # Ctrl+C belongs to the console; the host ends when its stdin closes
    )
    assert host.stdin is not None and host.stdout is not None
    try:
        line = host.stdout.readline()
        if not line.startswith(b"{"):
            return host.wait() or int(ExitCode.PARTIAL)
        place = msgspec.json.decode(line, type=_Place)
        from ..app.app import run_app
        from ..app.settings import ConsoleOptions
        from .console_options import console_start

        start = console_start({"lang": language}, os.environ)
        return run_app(
            ConsoleOptions(
                socket=Path(place.socket),
                language=start.language,
                settings=start.settings,
                kept=start.kept,
                file=start.path,
                problems=start.problems,
            )
        )
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    finally:
        host.stdin.close()
        try:
            host.wait(STOP_S)
        except subprocess.TimeoutExpired:
            host.kill()
            host.wait()
        host.stdout.close()
