"""kill -9 at every write-like call of every stage: each point is a process of its own that really dies there."""

import asyncio
import contextlib
import io
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .doing import Said, Stage
from .driver import Outcome
from .nursery import Life, Nursery
from .shim import FOR_EVER, Action, Fault
from .stages import STAGES

KILLS: Final = (Action.KILL, Action.KILL_TORN)
DISKS: Final = (Action.NO_SPACE, Action.FAILED_SYNC, Action.FAILED_WRITE)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Point:
    """One fault of one stage."""

    stage: str
    action: Action
    at: int
    span: int = 1

    @property
    def name(self) -> str:
        """As it is written in reports."""
        lasting = "" if self.span == 1 else "_on"
        return f"{self.stage}/{self.action.name.lower()}{lasting}/{self.at}"

    @classmethod
    def named(cls, name: str) -> "Point":
        """The point of a name."""
        stage, action, at = name.split("/")
        word = action.removesuffix("_on")
        return cls(stage=stage, action=Action[word.upper()], at=int(at), span=1 if word == action else FOR_EVER)


class Range:
    """A place of one worker: prepared states of stages, and a nursery."""

    def __init__(self, folder: Path, nursery: Nursery) -> None:
        self._folder = folder
        self._nursery = nursery
        self._sizes: dict[str, int] = {}

    def calls_of(self, name: str) -> int:
        """Write-like calls of a whole run."""
        if name not in self._sizes:
            place = self._fresh(STAGES[name])
            life = self._nursery.live(name, place, Fault(at=0, action=Action.COUNT))
            assert life.problem is None, life.problem
            assert not life.was_killed and life.calls > 0
            problem = problem_of(STAGES[name], place, life.said)
            assert problem is None, f"{name} without a fault: {problem}"
            self._sizes[name] = life.calls
        return self._sizes[name]

    def strike_at(self, stage: str, action: Action, part: float, span: int) -> Outcome:
        """One fault at this part of the stage's calls."""
        at = max(1, round(self.calls_of(stage) * part))
        return self.strike(Point(stage=stage, action=action, at=at, span=span))

    def strike(self, point: Point) -> Outcome:
        """One fault and its check."""
        stage = STAGES[point.stage]
        place = self._fresh(stage)
        life = self._nursery.live(point.stage, place, Fault(at=point.at, action=point.action, span=point.span))
        started = time.perf_counter()
        problem = _ended_wrong(point, life) or problem_of(stage, place, life.said)
        took_effect = life.was_killed or life.failed_calls > 0
        return Outcome(
            point=point.name, took_effect=took_effect, check_s=time.perf_counter() - started, problem=problem
        )

    def _fresh(self, stage: Stage) -> Path:
        """A copy of the state that the stage begins with."""
        before = self._folder / f"{stage.name}.before"
        if not before.exists():
            before.mkdir()
            stage.prepare(before)
        place = self._folder / stage.name
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(before, place)
        return place


@contextlib.contextmanager
def firing_range() -> Iterator[Range]:
    """For one worker."""
    shared_memory = Path("/dev/shm")
    folder = shared_memory if shared_memory.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="faults-", dir=folder) as name, Nursery() as nursery:
        yield Range(Path(name), nursery)


def points_of(stage: str, calls: int, actions: tuple[Action, ...]) -> list[Point]:
    """Every fault of a stage: kills at each call; disk faults at each call, once and from there on."""
    found = [Point(stage=stage, action=action, at=at) for action in actions for at in range(1, calls + 1)]
    lasting = [action for action in actions if action in DISKS]
    found += [
        Point(stage=stage, action=action, at=at, span=FOR_EVER) for action in lasting for at in range(1, calls + 1)
    ]
    return found


def _ended_wrong(point: Point, life: Life) -> str | None:
    if life.problem is not None:
        return life.problem
    if life.was_killed and point.action not in KILLS:
        return "killed by something else"
    return None


def problem_of(stage: Stage, place: Path, said: Said) -> str | None:
    """What does not hold; None when all does."""
    narration = io.StringIO()
    try:
        with contextlib.redirect_stderr(narration), contextlib.redirect_stdout(narration):
            asyncio.run(stage.check(place, said))
    except AssertionError as error:
        return f"{error}"[:500] or "assertion"
    except Exception as error:  # noqa: BLE001  whatever it is, the point failed
        return f"{type(error).__name__}: {error}"[:500]
    return None
