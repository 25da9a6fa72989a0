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
        self._worked: set[str] = set()

    def note(self, what: SafeContent, outcome: Outcome) -> None:
        """It ended just now. What was work that took a while is not listed twice: whoever asked for it knows more."""
        if what.plain in self._worked:
            self._worked.discard(what.plain)
            at = next(at for at, run in reversed(list(enumerate(self._runs))) if run.what.plain == what.plain)
            del self._runs[at]
        self._runs.append(Run(at=self._now(), what=what, outcome=outcome))

    def note_work(self, what: SafeContent, outcome: Outcome) -> None:
        """Work that took a while has ended, as far as the app can tell."""
        self.note(what, outcome)
        self._worked = {what.plain}

    def __iter__(self) -> Iterator[Run]:
        """Newest first."""
        return reversed(self._runs)

    def __len__(self) -> int:
        return len(self._runs)
