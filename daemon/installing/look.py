"""How a daemon is, asked at its socket by a process of its user: `python -m daemon.installing.look SOCKET`.

Root is nobody to the daemon; who upgrades becomes the service's user for this question.
"""

import asyncio
import os
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

from ..api.client import ApiClient
from ..api.errors import ApiClientError, ApiRefusedError, ApiUnreachableError

_TIMEOUT_S: Final = 30.0
_SEALED: Final = "vault.sealed"


class State(StrEnum):
    """What the daemon is."""

    AWAY = "away"
    SEALED = "sealed"
    """It runs and waits for a person with the passphrase."""
    READY = "ready"
    REFUSING = "refusing"
    """It answers with errors."""


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """One look."""

    state: State
    version: str = ""
    failing: tuple[str, ...] = ()
    """Checks of the doctor that fail."""


def look_at(socket: Path, owner: Path) -> Look:
    """As the user whom `owner` belongs to. Nothing is raised: what cannot be asked is away."""
    user = owner.stat()
    is_other = os.geteuid() == 0 and user.st_uid != 0
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", __name__, str(socket)], capture_output=True, timeout=_TIMEOUT_S, check=False,
            cwd="/", user=user.st_uid if is_other else None, group=user.st_gid if is_other else None,
            extra_groups=[] if is_other else None,
        )  # fmt: skip
        return msgspec.json.decode(done.stdout, type=Look)
    except (OSError, subprocess.TimeoutExpired, msgspec.MsgspecError):
        return Look(state=State.AWAY)


async def _ask(socket: Path) -> Look:
    async with ApiClient(socket, "en") as client:
        try:
            hello = await client.hello()
            health = await client.health()
        except ApiUnreachableError:
            return Look(state=State.AWAY)
        except ApiRefusedError as error:
            return Look(state=State.SEALED if error.code == _SEALED else State.REFUSING)
        except ApiClientError:
            return Look(state=State.REFUSING)
    failing = tuple(sorted(check.name for check in health.checks if check.status == "fail"))
    return Look(state=State.READY, version=hello.daemon_version, failing=failing)


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(_ask(Path(sys.argv[1])))))
