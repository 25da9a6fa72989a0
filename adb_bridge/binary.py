"""Which adb binary is used: the configured one, else the one adbutils ships, else the system's. Version 34 or newer."""

import asyncio
import contextlib
import importlib.resources
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from .errors import BridgeErrorCode, ServerUnavailableError

OLDEST_MAJOR = 34
"""Pairing, TLS and `track-devices` as this package speaks them; Debian 12's own adb is 29."""

_VERSION = re.compile(rb"^Version (\d{1,4})\.(\d{1,4})\.(\d{1,4})", re.MULTILINE)
_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AdbBinary:
    """An adb that answered `adb version` and is new enough."""

    path: Path
    version: tuple[int, int, int]


def shipped_binary() -> Path | None:
    """The adb inside the adbutils wheel (x86-64 Linux); None on machines whose wheel has none.

    adbutils' own `adb_path()` prefers $PATH and an environment variable; an adb of another version kills the server
    of this one, so those are not asked.
    """
    candidate = Path(str(importlib.resources.files("adbutils.binaries") / "adb"))
    return candidate if candidate.is_file() and os.access(candidate, os.X_OK) else None


async def find_binary(configured: Path | None) -> AdbBinary:
    """Pick and check the adb to run.

    Raises:
        ServerUnavailableError: BINARY_MISSING when there is none or it does not run, BINARY_TOO_OLD below 34.
    """
    path = configured or shipped_binary() or _system_binary()
    if path is None:
        raise ServerUnavailableError(BridgeErrorCode.BINARY_MISSING, "no adb on this machine; configure its path")
    version = await _version_of(path)
    if version[0] < OLDEST_MAJOR:
        found = ".".join(map(str, version))
        raise ServerUnavailableError(BridgeErrorCode.BINARY_TOO_OLD, f"{path} is {found}; {OLDEST_MAJOR} is needed")
    return AdbBinary(path=path, version=version)


def _system_binary() -> Path | None:
    found = shutil.which("adb")
    return Path(found) if found else None


async def _version_of(path: Path) -> tuple[int, int, int]:
    try:
        process = await asyncio.create_subprocess_exec(
            path, "version", stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL, env={"HOME": "/nonexistent", "PATH": os.defpath},
        )  # fmt: skip
    except OSError as error:
        raise ServerUnavailableError(
            BridgeErrorCode.BINARY_MISSING, f"{path} does not run: {error.strerror}"
        ) from error
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            output, _ = await process.communicate()
    except TimeoutError as error:
        raise ServerUnavailableError(BridgeErrorCode.BINARY_MISSING, f"{path} does not answer") from error
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    match = _VERSION.search(output)
    if match is None:
        raise ServerUnavailableError(
            BridgeErrorCode.BINARY_TOO_OLD, f"{path} names no version; {OLDEST_MAJOR} is needed"
        )
    return int(match[1]), int(match[2]), int(match[3])
