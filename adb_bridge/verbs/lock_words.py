"""What `locksettings` says. Pure; total on any bytes.

LockSettingsShellCommand (8-16; read on 10, 11, 14, 15): answers and refusals on stdout, exceptions on stderr. `verify`
without a credential says that it is verified only where there is none; where there is one it throws (to 13) or says
that the old one was not provided (14+), and neither counts as a failed attempt.
"""

import re
from enum import StrEnum
from typing import Final

from ..readings import Credential
from ..shell_batch import Section
from .answers import Said, said_by

VERIFY_NONE: Final = "locksettings verify"
"""Asks whether there is no screen lock. Costs no attempt."""


class LockWord(StrEnum):
    """What `locksettings` said."""

    SET = "set"
    CLEARED = "cleared"
    VERIFIED = "verified"
    WRONG = "wrong"
    THROTTLED = "throttled"
    POLICY = "policy"
    NONE_SET = "none_set"
    """An old credential was given and there is none."""
    OLD_MISSING = "old_missing"
    """None was given and there is one; counts as no attempt from 14 on."""
    REFUSED = "refused"
    UNKNOWN_COMMAND = "unknown_command"
    UNTOLD = "untold"


_SAYS: Final = (
    (re.compile(rb"^Request throttled", re.MULTILINE), LockWord.THROTTLED),
    (re.compile(rb"^Old password provided but user has no password", re.MULTILINE), LockWord.NONE_SET),
    (
        re.compile(rb"old credential was not provided|Credential can't be null or empty", re.MULTILINE),
        LockWord.OLD_MISSING,
    ),
    (re.compile(rb"^Old password '.*' didn't match", re.MULTILINE), LockWord.WRONG),
    (re.compile(rb"doesn't satisfy admin policies|must not be null and at least of length"), LockWord.POLICY),
    (re.compile(rb"^(?:Pin|Password|Pattern) set to '", re.MULTILINE), LockWord.SET),
    (re.compile(rb"^Lock credential cleared", re.MULTILINE), LockWord.CLEARED),
    (re.compile(rb"^Lock credential verified successfully", re.MULTILINE), LockWord.VERIFIED),
)


def lock_word(section: Section) -> LockWord:
    """Judge one answer; UNTOLD when nothing of this was said."""
    if section.status < 0:
        return LockWord.UNTOLD
    for pattern, meaning in _SAYS:
        if pattern.search(section.output):
            return meaning
    match said_by(section):
        case Said.REFUSED:
            return LockWord.REFUSED
        case Said.UNKNOWN_COMMAND:
            return LockWord.UNKNOWN_COMMAND
        case Said.NOTHING_BAD | Said.FAILED | Said.NOTHING:
            return LockWord.UNTOLD


def credential_by_verify(section: Section) -> Credential:
    """The answer to `VERIFY_NONE`."""
    match lock_word(section):
        case LockWord.VERIFIED:
            return Credential.NONE
        case LockWord.OLD_MISSING:
            return Credential.SET
        case _:
            return Credential.UNKNOWN
