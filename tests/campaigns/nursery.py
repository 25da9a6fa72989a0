"""Forks a process for each fault, from one that has everything loaded and the shim preloaded."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from .doing import Doing, Said
from .shim import Action, Fault, Shim, build
from .stages import STAGES

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What one child did."""

    said: Said
    was_killed: bool
    calls: int
    """Write-like calls, 0 when it was killed."""
    failed_calls: int
    problem: str | None
    """The end of its traceback when it ended by an error of its own."""


class Nursery:
    """One forking process; one child at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.campaigns.nursery"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=os.environ | {"LD_PRELOAD": str(build())},
        )  # fmt: skip

    def live(self, stage: str, directory: Path, fault: Fault) -> Life:
        """Run the stage with this fault in a child and wait for its end."""
        orders, answers = self._process.stdin, self._process.stdout
        assert orders is not None and answers is not None
        order = {
            "stage": stage,
            "directory": str(directory),
            "at": fault.at,
            "action": int(fault.action),
            "span": fault.span,
        }
        orders.write(json.dumps(order) + "\n")
        orders.flush()
        lines: list[str] = []
        while (line := answers.readline()) and not line.startswith("= "):
            lines.append(line.rstrip("\n"))
        status = int(line.split()[1])
        problems = [json.loads(one[2:]) for one in lines if one.startswith("! ")]
        counts = [one.split()[1:] for one in lines if one.startswith("# ")]
        calls, failed = (int(counts[0][0]), int(counts[0][1])) if counts else (0, 0)
        was_killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        problem = problems[0] if problems else None
        if problem is None and not was_killed and status != 0:
            problem = f"ended with status {status}"
        return Life(said=Said(lines), was_killed=was_killed, calls=calls, failed_calls=failed, problem=problem)

    def __enter__(self) -> "Nursery":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()


def _say(line: str) -> None:
    os.write(1, line.encode() + b"\n")


def _told() -> str:
    """The error that is being handled, and where."""
    lines = traceback.format_exc().strip().splitlines()
    return " < ".join(line.strip() for line in reversed(lines[-7:]))[:600]


def _child(order: dict[str, str | int]) -> None:
    shim, directory = Shim(), Path(str(order["directory"]))
    fault = Fault(at=int(order["at"]), action=Action(int(order["action"])), span=int(order["span"]))
    may_refuse = fault.action in (Action.NO_SPACE, Action.FAILED_SYNC, Action.FAILED_WRITE)
    doing = Doing(_say, shim.disarm if may_refuse else None)
    shim.arm(directory, fault)
    try:
        asyncio.run(STAGES[str(order["stage"])].run(directory, doing))
    except BaseException:  # noqa: BLE001  reported to the parent, which fails the point
        shim.disarm()
        _say("! " + json.dumps(_told()))
    _say(f"# {shim.count} {shim.failed}")


def main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            try:
                _child(order)
            finally:
                os._exit(0)
        _, status = os.waitpid(child, 0)
        _say(f"= {status}")


if __name__ == "__main__":
    main()
