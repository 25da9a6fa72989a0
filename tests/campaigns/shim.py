"""The shared object that counts write-like calls and breaks one of them: compiled here, with the machine's own gcc."""

import ctypes
import hashlib
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).with_name("shim.c")
FOR_EVER: Final = 1_000_000_000


class Action(IntEnum):
    """What becomes of the call; numbers are `enum action` of shim.c."""

    COUNT = 0
    KILL = 1
    """SIGKILL before the call."""
    KILL_TORN = 2
    """SIGKILL after half of the bytes of a write."""
    NO_SPACE = 3
    """ENOSPC from writing, making, renaming and growing."""
    FAILED_SYNC = 4
    """EIO from fsync and fdatasync."""
    FAILED_WRITE = 5
    """EIO from writing and from fsync."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`action` at the `at`-th write-like call below the directory, from 1, and at those after it, `span` in all."""

    at: int
    action: Action
    span: int = 1

    def environment(self, below: Path, shim: Path) -> dict[str, str]:
        """For a process that is started armed."""
        return os.environ | {
            "LD_PRELOAD": str(shim),
            "FAULTS_PREFIX": f"{below}/",
            "FAULTS_AT": str(self.at),
            "FAULTS_ACTION": str(int(self.action)),
            "FAULTS_SPAN": str(self.span),
        }


def why_not() -> str | None:
    """Why this machine cannot run faults at calls; None when it can."""
    return None if shutil.which("gcc") else "gcc, which compiles the fault shim, is not installed"


def build() -> Path:
    """The shared object, compiled once for each version of the source. RuntimeError with gcc's words."""
    source = SOURCE.read_bytes()
    folder = Path(tempfile.gettempdir()) / f"shopwarden-faults-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    target = folder / f"shim-{hashlib.sha256(source).hexdigest()[:16]}.so"
    if not target.exists():
        made = target.with_suffix(f".{os.getpid()}")
        command = ["gcc", "-shared", "-fPIC", "-O2", "-o", str(made), str(SOURCE), "-ldl"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(done.stderr[-2_000:])
        made.replace(target)
    return target


class Shim:
    """The shim of this process, which was started with it preloaded."""

    def __init__(self) -> None:
        library = ctypes.CDLL(None)
        self._arm = library.fault_arm
        self._arm.argtypes = [ctypes.c_char_p, ctypes.c_long, ctypes.c_int, ctypes.c_long]
        self._disarm = library.fault_disarm
        self._count = library.fault_count
        self._failed = library.fault_failed
        self._count.restype = self._failed.restype = ctypes.c_long

    def arm(self, below: Path, fault: Fault) -> None:
        self._arm(f"{below}/".encode(), fault.at, int(fault.action), fault.span)

    def disarm(self) -> None:
        self._disarm()

    @property
    def count(self) -> int:
        """Write-like calls since it was armed."""
        return int(self._count())

    @property
    def failed(self) -> int:
        """Calls that were made to fail."""
        return int(self._failed())
