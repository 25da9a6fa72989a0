"""Since when each check of the daemon stands as it does, as far as this console saw it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from daemon.api.wire import HealthCheck

CLOSE: Final = timedelta(seconds=90)
"""Looks so close to each other tell when a check changed."""


class Certainty(StrEnum):
    """How well the moment is known."""

    AT = "at"
    EARLIER = "earlier"
    """It was so already when the console looked first."""
    LATER = "later"
    """It changed between two looks; the moment is the first of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """From when on a check stands as it does."""

    moment: datetime
    certainty: Certainty


class HealthTimes:
    """Fed with every list of checks that is looked at."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, Since]] = {}
        self._looked_at: datetime | None = None

    def take(self, checks: Iterable[HealthCheck], now: datetime) -> None:
        """The checks as they are now."""
        before = self._looked_at
        known: dict[str, tuple[str, Since]] = {}
        for check in checks:
            status, since = self._known.get(check.name, ("", Since(moment=now, certainty=Certainty.EARLIER)))
            if status and status != check.status:
                is_close = before is not None and now - before <= CLOSE
                moment = now if is_close or before is None else before
                since = Since(moment=moment, certainty=Certainty.AT if is_close else Certainty.LATER)
            known[check.name] = (check.status, since)
        self._known = known
        self._looked_at = now

    def since(self, name: str) -> Since | None:
        """None for a check that was never seen."""
        known = self._known.get(name)
        return None if known is None else known[1]
