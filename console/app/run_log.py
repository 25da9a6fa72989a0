"""What really ran since the console was started: the answer to "did that go through?"."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from ..safe_text import SafeContent
from .times import Now

RUNS_KEPT: Final = 500


class Outcome(StrEnum):
    """How it ended."""

    DONE = "done"
    PARTLY = "partly"
    """Of several, some were refused or failed."""
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One thing that ran. `what` never holds content of a phone or a reason that a person typed."""

    at: datetime
    what: SafeContent
    outcome: Outcome


class RunLog:
    """The last of them, in memory only: the daemon's audit is the record."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self._runs: deque[Run] = deque(maxlen=RUNS_KEPT)

    def note(self, what: SafeContent, outcome: Outcome) -> None:
        """It ended just now."""
        self._runs.append(Run(at=self._now(), what=what, outcome=outcome))

    def __iter__(self) -> Iterator[Run]:
        """Newest first."""
        return reversed(self._runs)

    def __len__(self) -> int:
        return len(self._runs)
