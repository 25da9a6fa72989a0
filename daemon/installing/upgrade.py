"""A new version in place of the old one, or everything as it was.

Rules:
1. Nothing is stopped before the new version has read this configuration and its rules without an error.
2. An older version than the one that runs is refused: it could not read the archive, and old faults would return.
3. The state is kept byte for byte before the new version sees it. The new version must come up and fail no check that
   did not fail before; else the link, the state and the old version are put back.
4. A run that was cut off (power) is found by the next one. What the old version, or a new one that is well, wrote since
   then is never put away: only a new version that is not well, or a putting back that was begun, leads back.
5. A vault that waits for a person cannot be looked into: the copy stays until `finish`.
"""

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

from ..api.exit_codes import ExitCode
from ..errors import DaemonError
from .look import Look, State, look_at
from .releases import Releases, is_older
from .safekeeping import Safekeeping

READY_TIMEOUT_S: Final = 600.0
VITAL: Final = frozenset({"archive", "schema", "rules", "queue", "keys", "records"})
"""Checks of the doctor that a version can spoil. What phones, networks and disks do is no fault of it."""
_CHECK_TIMEOUT_S: Final = 120.0
_LOOK_EVERY_S: Final = 0.25
_STEADY_S: Final = 2.0
"""A daemon that is well is looked at once more after this time: some end in their first second."""


class Service(Protocol):
    """The daemon as something that is started and stopped."""

    def is_running(self) -> bool:
        """Now."""

    def stop(self) -> None:
        """Returns when it has ended. DaemonError when it does not."""

    def start(self) -> None:
        """Of the version that `current` leads to. DaemonError when it cannot be started; it may end right after."""


class Outcome(StrEnum):
    """How an upgrade ended."""

    DONE = "done"
    ALREADY = "already"
    WAITS = "waits"
    """The new version runs, its vault is closed: `finish` after it was unlocked."""
    ROLLED_BACK = "rolled_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgraded:
    """For people and scripts."""

    outcome: Outcome
    old: str | None
    new: str
    problem: str = ""
    """Why it was rolled back: a code, or the checks that fail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """One installation."""

    releases: Releases
    state: Path
    config: Path | None
    socket: Path
    service: Service
    tell: Callable[[str], None]
    """Is told each step by its code."""
    ready_timeout_s: float = READY_TIMEOUT_S

    def to(self, new: str) -> Upgraded:
        """DaemonError: `upgrade.no_release`, `upgrade.downgrade`, `upgrade.refused` (nothing was stopped then), and of
        `Safekeeping`."""
        self._settle_what_was_cut_off()
        old = self.releases.current()
        program = self.releases.program(new)
        if old is not None and is_older(new, old):
            raise DaemonError("upgrade.downgrade", ExitCode.MIGRATION, old=old, new=new)
        if old == new:
            return Upgraded(outcome=Outcome.ALREADY, old=old, new=new)
        self._check(program)
        was_running = self.service.is_running()
        before = self._look() if was_running else Look(state=State.AWAY)
        keeping = Safekeeping(self.state)
        self.tell("stopping")
        self.service.stop()
        try:
            self.tell("keeping")
            keeping.keep(old or "", new)
        except DaemonError:
            if was_running:
                self.service.start()
            raise
        self.tell("switching")
        self.releases.switch(new)
        problem = self._problem_of_new(before)
        if problem is not None:
            self._roll_back(keeping, old, was_running=was_running)
            return Upgraded(outcome=Outcome.ROLLED_BACK, old=old, new=new, problem=problem)
        if self._look().state is State.SEALED:
            return Upgraded(outcome=Outcome.WAITS, old=old, new=new)
        keeping.end()
        if not was_running:
            self.service.stop()
        return Upgraded(outcome=Outcome.DONE, old=old, new=new)

    def finish(self) -> Upgraded:
        """After WAITS: the copy goes when the unlocked daemon is well, else everything is put back.

        DaemonError(`upgrade.nothing_waits`, `upgrade.still_sealed`).
        """
        keeping = Safekeeping(self.state)
        kept = keeping.kept()
        if kept is None:
            raise DaemonError("upgrade.nothing_waits", ExitCode.NOT_FOUND)
        look = self._look()
        if look.state is State.SEALED:
            raise DaemonError("upgrade.still_sealed", ExitCode.VAULT)
        if look.state is State.READY and not VITAL.intersection(look.failing):
            keeping.end()
            return Upgraded(outcome=Outcome.DONE, old=kept.old, new=kept.new)
        self.service.stop()
        self._roll_back(keeping, kept.old or None, was_running=True)
        problem = ",".join(look.failing) or look.state.value
        return Upgraded(outcome=Outcome.ROLLED_BACK, old=kept.old, new=kept.new, problem=problem)

    def _settle_what_was_cut_off(self) -> None:
        keeping = Safekeeping(self.state)
        kept = keeping.kept()
        if kept is None or (self.releases.current() != kept.new and not keeping.is_putting_back):
            keeping.end()
            return
        if self._look().state is State.SEALED:
            raise DaemonError("upgrade.still_sealed", ExitCode.VAULT)
        self.tell("cut_off")
        was_running = self.service.is_running()
        if not keeping.is_putting_back and self._problem_of_new(Look(state=State.AWAY)) is None:
            if self._look().state is State.SEALED:
                raise DaemonError("upgrade.still_sealed", ExitCode.VAULT)
            keeping.end()
            if not was_running:
                self.service.stop()
            return
        self._roll_back(keeping, kept.old or None, was_running=was_running)

    def _check(self, program: Path) -> None:
        """The new version looks at the configuration, the rules and itself."""
        command = [str(program), "check-config", "--state", str(self.state)]
        if self.config is not None:
            command += ["--config", str(self.config)]
        try:
            done = subprocess.run(command, capture_output=True, timeout=_CHECK_TIMEOUT_S, check=False, cwd="/")
        except (OSError, subprocess.TimeoutExpired):
            raise DaemonError("upgrade.refused", ExitCode.USAGE, problem="?") from None
        if done.returncode != 0:
            lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise DaemonError("upgrade.refused", ExitCode.USAGE, problem=(lines[0] if lines else "?")[:300])

    def _problem_of_new(self, before: Look) -> str | None:
        """None when it is well."""
        self.tell("starting")
        try:
            if not self.service.is_running():
                self.service.start()
        except DaemonError as error:
            return error.code
        until_s = time.monotonic() + self.ready_timeout_s
        look = Look(state=State.AWAY)
        while time.monotonic() < until_s:
            look = self._look()
            if look.state in (State.READY, State.SEALED):
                break
            if not self.service.is_running():
                return "ended"
            time.sleep(_LOOK_EVERY_S)
        self.tell("looking")
        time.sleep(_STEADY_S if look.state in (State.READY, State.SEALED) else 0.0)
        look = self._look()
        if look.state is State.SEALED:
            return None
        if look.state is not State.READY:
            return look.state.value
        return ",".join(name for name in look.failing if name in VITAL and name not in before.failing) or None

    def _roll_back(self, keeping: Safekeeping, old: str | None, *, was_running: bool) -> None:
        self.tell("rolling_back")
        self.service.stop()
        keeping.put_back()
        if old is not None:
            self.releases.switch(old)
        keeping.end()  # before anything is written again
        if was_running and old is not None:
            self.service.start()

    def _look(self) -> Look:
        return look_at(self.socket, self.state)
