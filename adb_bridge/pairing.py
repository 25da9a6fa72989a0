"""Pairing this computer with a phone's wireless debugging (Android 11+): secrets, the QR code, the server's verdict.

The phone shows six digits and a port of its own, or it scans a QR code whose name it then announces as
`_adb-tls-pairing._tcp`. adb proves to know the secret (SPAKE2) and both sides remember each other's key. QR code words:
`WIFI:T:ADB;S:<name>;P:<password>;;` (Android 11-16, AdbQrCode in Settings).
"""

import re
import secrets
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

PAIR_TIMEOUT_S: Final = 40.0
"""adb itself gives up on an address after 10 to 30 s."""
_SECRET: Final = re.compile(r"[A-Za-z0-9]{6,64}")
_GUID: Final = re.compile(r"\[guid=([A-Za-z0-9._:-]{1,64})\]")
_ALPHABET: Final = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class PairOutcome(StrEnum):
    """The server's verdict on `host:pair`."""

    PAIRED = "paired"
    WRONG_CODE = "wrong_code"
    """Or the phone closed its pairing window in the middle: adb cannot tell these apart."""
    UNREACHABLE = "unreachable"
    """Nobody answers there; the window on the phone is closed, or its port has changed."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PairReport:
    """How a pairing ended."""

    outcome: PairOutcome
    guid: str | None
    """The instance name under which the phone announces wireless debugging from now on; None when it told none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QrInvitation:
    """What the QR code says; made anew for each phone."""

    service_name: str
    """The instance that the phone announces after it scanned the code."""
    password: str = field(repr=False)

    @property
    def payload(self) -> str:
        """The text in the code."""
        return f"WIFI:T:ADB;S:{self.service_name};P:{self.password};;"


def new_invitation() -> QrInvitation:
    """A name that nobody can guess and a password of 69 bits."""
    return QrInvitation(service_name=f"shopwarden-{_random(10)}", password=_random(12))


def check_secret(secret: str) -> str:
    """The pairing code without the blanks people type into it.

    Raises:
        ValueError: not 6-64 letters and digits; nothing else may reach the server's request line. Without the secret.
    """
    plain = "".join(secret.split())
    if _SECRET.fullmatch(plain) is None:
        raise ValueError("not a pairing code")
    return plain


def parse_pairing(words: str) -> PairReport:
    """The text after OKAY, or after OKAY FAIL (adb 30-36, `adb_wifi_pair_device` in client/adb_wifi.cpp). Total.

    `Successfully paired to X [guid=adb-…]` · `Failed: Wrong password or connection was dropped.` ·
    `Failed: Unable to start pairing client.` and others.
    """
    if words.startswith("Successfully paired to "):
        match = _GUID.search(words)
        return PairReport(outcome=PairOutcome.PAIRED, guid=match[1] if match else None)
    if words.startswith("Failed: Wrong password"):
        return PairReport(outcome=PairOutcome.WRONG_CODE, guid=None)
    if words.startswith("Failed: Unable to start pairing client"):
        return PairReport(outcome=PairOutcome.UNREACHABLE, guid=None)
    return PairReport(outcome=PairOutcome.FAILED, guid=None)


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
