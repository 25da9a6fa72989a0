"""Which device-owner app is enrolled on a phone. Pure; total on any bytes.

`dpm list-owners` (DevicePolicyManagerServiceShellCommand, 12-16): `no owners`, or `N owner(s):` and for each
`User  0: admin=<pkg>/<cls>,DeviceOwner[,…]`. Older ones print a usage text; there `dumpsys device_policy` has
`  Device Owner:` with `    admin=ComponentInfo{<pkg>/<cls>}` (8-15).
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..shell_batch import Section

_OWNER: Final = re.compile(
    rb"^User +([0-9]{1,6}): admin=([A-Za-z0-9_.]{1,200})/([A-Za-z0-9_.$]{1,200}),DeviceOwner(?:,|\r?$)", re.MULTILINE
)
_NO_OWNERS: Final = re.compile(rb"^no owners\r?$", re.MULTILINE | re.IGNORECASE)
_LISTED: Final = re.compile(rb"^[0-9]{1,4} owners?:\r?$", re.MULTILINE)
_POLICY_HEAD: Final = b"Current Device Policy Manager state"
_POLICY_OWNER: Final = re.compile(
    rb"^ *Device Owner:? *\r?\n +admin=ComponentInfo\{([A-Za-z0-9_.]{1,200})/([A-Za-z0-9_.$]{1,200})\}", re.MULTILINE
)


class OwnerApp(StrEnum):
    """What can be told to a device-owner app from the shell."""

    TESTDPC = "testdpc"
    """googlesamples/android-testdpc: `dumpsys activity service com.afwsamples.testdpc <command>`."""
    OWNDROID = "owndroid"
    """BinTianqi/OwnDroid: broadcasts to its ApiReceiver, with its API key."""
    OTHER = "other"
    """Nothing from the shell (Headwind MDM, Dhizuku, a company's own)."""


_APPS: Final = {b"com.afwsamples.testdpc": OwnerApp.TESTDPC, b"com.bintianqi.owndroid": OwnerApp.OWNDROID}


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The device-owner app."""

    app: OwnerApp
    package: str
    """`[A-Za-z0-9_.]{1,200}`."""


def read_owner(listed: Section, device_policy: Section) -> tuple[Owner | None, bool]:
    """The owner, and whether the phone told at all."""
    if (match := _OWNER.search(listed.output)) is not None:
        return _owner(match[2]), True
    if _NO_OWNERS.search(listed.output) or _LISTED.search(listed.output):
        return None, True
    if (match := _POLICY_OWNER.search(device_policy.output)) is not None:
        return _owner(match[1]), True
    return None, _POLICY_HEAD in device_policy.output


def _owner(package: bytes) -> Owner:
    return Owner(app=_APPS.get(package, OwnerApp.OTHER), package=package.decode("ascii"))
