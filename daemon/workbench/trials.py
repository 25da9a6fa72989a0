"""Trials of candidate rule sets: one at a time, in the time that judging leaves, nothing kept but the last reports."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from policies.engine import Engine

from ..api.exit_codes import ExitCode
from ..api.policy import Trial, TrialReport
from ..conversations import Conversations
from ..events import KeptEvent
from ..judge import Judge, subject_of
from ..logs import log_for, where
from ..service import Caller, ServiceError
from .tally import Tally

SLICE: Final = 50
"""Messages judged between two looks at who else waits."""
_KEPT: Final = 5


@dataclass(slots=True, kw_only=True, eq=False)
class Running:
    """One trial."""

    trial_id: str
    uid: int
    """Whose it is: nobody else sees it."""
    done: int = 0
    of: int = 0
    report: TrialReport | None = None
    problem: str | None = None
    task: asyncio.Task[None] | None = None

    @property
    def is_done(self) -> bool:
        """Whether it ended, well or not."""
        return self.report is not None or self.problem is not None

    @property
    def view(self) -> Trial:
        """As it goes out."""
        return Trial(
            trial_id=self.trial_id,
            done=self.done,
            of=self.of,
            is_done=self.is_done,
            report=self.report,
            problem=self.problem,
        )


class Trials:
    """One per daemon."""

    def __init__(self) -> None:
        self._trials: dict[str, Running] = {}
        self._log = log_for("workbench")

    def begin(self, caller: Caller, work: Callable[[Running], Awaitable[TrialReport]]) -> Running:
        """`policy.trial_running` while another runs."""
        if any(not one.is_done for one in self._trials.values()):
            raise ServiceError("policy.trial_running", http_status=409, exit_code=ExitCode.USAGE)
        for old in list(self._trials)[: max(0, len(self._trials) + 1 - _KEPT)]:
            del self._trials[old]
        running = Running(trial_id=f"tr_{secrets.token_hex(8)}", uid=caller.uid)
        self._trials[running.trial_id] = running
        running.task = asyncio.create_task(self._run(running, work), name="trial")
        return running

    def find(self, caller: Caller, trial_id: str) -> Running | None:
        """One of the caller's last."""
        found = self._trials.get(trial_id)
        return found if found is not None and found.uid == caller.uid else None

    def stop(self, running: Running) -> None:
        """End it."""
        if running.task is not None and not running.is_done:
            running.problem = "stopped"
            running.task.cancel()

    async def close(self) -> None:
        """Stop what runs and wait for it."""
        for one in self._trials.values():
            self.stop(one)
            if one.task is not None:
                await asyncio.wait([one.task])

    async def _run(self, running: Running, work: Callable[[Running], Awaitable[TrialReport]]) -> None:
        try:
            running.report = await work(running)
        except asyncio.CancelledError:
            running.problem = "stopped"
        except Exception as error:  # noqa: BLE001 - a fault in a candidate must not end the daemon
            running.problem = "failed"
            self._log.warning("trial.failed", error_type=type(error).__name__, where=where(error))


async def compare(judge: Judge, candidate: Engine, events: list[KeptEvent], told: Callable[[int], None]) -> Tally:
    """What the candidate and the rules in force find. `events` oldest first; `told` hears how many are done."""
    tally, conversations, now = Tally(), Conversations(), judge.engine

    def judge_some(some: list[KeptEvent]) -> None:
        subjects = [subject_of(event, said) for event, said in zip(some, conversations.before(some), strict=True)]
        found = zip(some, candidate.evaluate_many(subjects), now.evaluate_many(subjects), strict=True)
        for event, verdicts, verdicts_now in found:
            tally.add(event, verdicts, verdicts_now)

    for start in range(0, len(events), SLICE):
        some = events[start : start + SLICE]
        await judge.aside(lambda some=some: judge_some(some))  # type: ignore[misc]
        told(start + len(some))
    return tally
