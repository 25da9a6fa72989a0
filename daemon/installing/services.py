"""The daemon as a unit of systemd, and as a child of the upgrade on machines without it."""

import os
import subprocess
from pathlib import Path
from typing import Final

from ..api.exit_codes import ExitCode
from ..errors import DaemonError
from .layout import ADB_UNIT, DAEMON_UNIT
from .releases import Releases

_COMMAND_TIMEOUT_S: Final = 3_700.0
"""A start may take as long as a migration; systemd itself ends one that hangs."""
_STOP_TIMEOUT_S: Final = 30.0


class SystemdService:
    """Both units; adb is started anew with the new program, too."""

    def is_running(self) -> bool:
        """As systemd says, `activating` too."""
        done = subprocess.run(
            ["systemctl", "show", "--property=ActiveState", "--value", DAEMON_UNIT],
            capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip
        return done.stdout.strip() in ("active", "activating", "reloading")

    def stop(self) -> None:
        """Both."""
        self._systemctl("stop", DAEMON_UNIT, ADB_UNIT)

    def start(self) -> None:
        """Returns when the daemon is ready."""
        self._systemctl("reset-failed", DAEMON_UNIT, ADB_UNIT)
        self._systemctl("start", ADB_UNIT, DAEMON_UNIT)

    def _systemctl(self, *words: str) -> None:
        try:
            done = subprocess.run(["systemctl", *words], capture_output=True, timeout=_COMMAND_TIMEOUT_S, check=False)
        except (OSError, subprocess.TimeoutExpired):
            raise DaemonError("upgrade.service", ExitCode.PARTIAL, action=words[0]) from None
        if done.returncode != 0 and words[0] != "reset-failed":
            raise DaemonError("upgrade.service", ExitCode.PARTIAL, action=words[0])


class ChildService:
    """Started only to be looked at, as the user whom the state belongs to; stopped at the end."""

    def __init__(self, releases: Releases, state: Path, config: Path | None, socket: Path) -> None:
        self._releases = releases
        self._state = state
        self._config = config
        self._socket = socket
        self._child: subprocess.Popen[bytes] | None = None

    def is_running(self) -> bool:
        """Ours; somebody else's daemon keeps the state's lock and is found by it."""
        return self._child is not None and self._child.poll() is None

    def stop(self) -> None:
        """SIGTERM, SIGKILL when that does not help. DaemonError when another daemon has the state."""
        child, self._child = self._child, None
        if child is not None and child.poll() is None:
            child.terminate()
            try:
                child.wait(_STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def start(self) -> None:
        """Not waited for."""
        version = self._releases.current() or ""
        program = self._releases.program(version)
        owner = self._state.stat()
        is_other = os.geteuid() == 0 and owner.st_uid != 0
        command = [str(program), "run", "--state", str(self._state)]
        if self._config is not None:
            command += ["--config", str(self._config)]
        environment = {**os.environ, "SHOPWARDEN_SOCKET": str(self._socket)}
        self._child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
            env=environment, start_new_session=True, user=owner.st_uid if is_other else None,
            group=owner.st_gid if is_other else None, extra_groups=[] if is_other else None,
        )  # fmt: skip
