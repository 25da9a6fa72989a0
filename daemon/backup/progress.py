"""How a long work stands, told from its thread, and the wish to stop it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from .errors import StoppedError


class Stage(StrEnum):
    """Steps of a backup, a restore or a drill. The words are told to people."""

    PREPARING = "preparing"
    ARCHIVE = "archive"
    MEDIA = "media"
    CHECKING = "checking"
    RESTORING = "restoring"
    VERIFYING = "verifying"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Bytes (when verifying: entries) done and in all; `of` is 0 while it is not known."""

    stage: Stage
    done: int = 0
    of: int = 0


class Progress:
    """One work's. `tell` may be called from any thread."""

    def __init__(self, tell: Callable[[Standing], None] = lambda _: None) -> None:
        self._tell = tell
        self._stop = threading.Event()
        self._standing = Standing(stage=Stage.PREPARING)

    @property
    def standing(self) -> Standing:
        """The last that was told."""
        return self._standing

    def begin(self, stage: Stage, of: int = 0) -> None:
        """The next step. StoppedError when somebody asked to stop."""
        self._say(Standing(stage=stage, of=of))

    def add(self, done: int) -> None:
        """So much more of this step. StoppedError."""
        now = self._standing
        self._say(Standing(stage=now.stage, done=now.done + done, of=now.of))

    def at(self, done: int, of: int) -> None:
        """So much of this step. StoppedError."""
        self._say(Standing(stage=self._standing.stage, done=done, of=of))

    def stop(self) -> None:
        """Make the next call of the others raise StoppedError."""
        self._stop.set()

    def _say(self, standing: Standing) -> None:
        if self._stop.is_set():
            raise StoppedError
        self._standing = standing
        self._tell(standing)
