"""Trouble at one program call, as data: a plan names the call and what happens to it.

A program call is one program with its arguments, wherever it stands in a command line: `wm size; id` are two.
`match` is a shell pattern (`*`, `?`, `[…]`) over the words joined by single spaces. The two spellings of one service
(`pm` and `cmd package`, `am` and `cmd activity`, `locksettings` and `cmd lock_settings`) match alike.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Final

from .toml_table import Table

CALLS_KEPT: Final = 5_000
GARBAGE: Final = b"\x00\xff\x1b]52;c;AAAA\x07\xe4\xbd garbage Row: 0 _id=\n"
_BUILTINS: Final = (":", "[", "echo", "false", "printf", "test", "true")
_TWINS: Final = (
    ("pm ", "cmd package "),
    ("am ", "cmd activity "),
    ("locksettings ", "cmd lock_settings "),
    ("settings ", "cmd settings "),
    ("wm ", "cmd window "),
    ("appops ", "cmd appops "),
)


class FaultMode(StrEnum):
    """What happens to the call."""

    HANG = "hang"
    """Nothing is done, nothing is said, it never ends."""
    EXIT = "exit"
    """Nothing is done; `stderr` is said and `code` is the exit code."""
    SILENT = "silent"
    """It says what it says when it works, and nothing is done."""
    EFFECT_THEN_HANG = "effect_then_hang"
    """Done; then nothing is said, and it never ends."""
    EFFECT_THEN_DROP = "effect_then_drop"
    """Done; then the cable is pulled before anything is said."""
    EFFECT_THEN_EXIT = "effect_then_exit"
    """Done; then `stderr` is said instead of the answer, and `code` is the exit code."""
    EFFECT_THEN_GARBAGE = "effect_then_garbage"
    """Done; the answer is bytes that mean nothing."""
    DROP = "drop"
    """The cable is pulled, nothing is done."""
    GARBAGE = "garbage"
    """Nothing is done; the answer is bytes that mean nothing, the exit code 0."""
    SLOW = "slow"
    """It works, `delay_s` later."""


class FaultSpan(StrEnum):
    """How long the trouble lasts."""

    ONCE = "once"
    """For one call."""
    FROM_THEN_ON = "from_then_on"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandFault:
    """Trouble at the `when`-th call that matches, counted from 1."""

    match: str
    mode: FaultMode
    when: int = 1
    span: FaultSpan = FaultSpan.ONCE
    code: int = 1
    """Of `exit` and `effect_then_exit`, 0..255."""
    stderr: str = ""
    delay_s: float = 5.0
    """Of `slow`."""

    def __post_init__(self) -> None:
        """Raise `ValueError` for what can never strike."""
        if self.when < 1:
            raise ValueError("when counts from 1")
        if not 0 <= self.code <= 255:
            raise ValueError("code must be 0..255")


@dataclass(slots=True)
class _Armed:
    fault: CommandFault
    seen: int = 0


class CommandFaults:
    """The plan of one phone, and the calls that were made."""

    def __init__(self, plan: Iterable[CommandFault] = ()) -> None:
        self._armed = [_Armed(fault) for fault in plan]
        self._calls: deque[str] = deque(maxlen=CALLS_KEPT)

    @property
    def calls(self) -> Sequence[str]:
        """The newest program calls with their arguments, oldest first; shell builtins are not among them."""
        return tuple(self._calls)

    def add(self, fault: CommandFault) -> None:
        """Arm one more; it counts calls from now on."""
        self._armed.append(_Armed(fault))

    def clear(self) -> None:
        """Disarm all and forget the calls."""
        self._armed.clear()
        self._calls.clear()

    def strike(self, argv: Sequence[str]) -> CommandFault | None:
        """Note a call that starts now; the first fault in the plan that hits it. All that match count it."""
        words = " ".join((argv[0].rpartition("/")[2], *argv[1:]))
        is_builtin = argv[0] in _BUILTINS
        if not is_builtin:
            self._calls.append(words)
        struck: CommandFault | None = None
        for armed in tuple(self._armed):
            fault = armed.fault
            if (is_builtin and not fault.match.startswith(argv[0])) or not _matches(fault.match, words):
                continue
            armed.seen += 1
            if struck is None and _is_due(fault, armed.seen):
                struck = fault
                if fault.span is FaultSpan.ONCE:
                    self._armed.remove(armed)
        return struck


def read_command_fault(table: Table) -> CommandFault:
    """One `[[faults.command]]`, without its `phone`. Raise `ScenarioError`; the caller finishes the table."""
    return CommandFault(
        match=table.text("match"),
        mode=FaultMode(table.choice("mode", [one.value for one in FaultMode])),
        when=table.whole("when", 1, low=1, high=1_000_000),
        span=FaultSpan(table.choice("span", [one.value for one in FaultSpan], FaultSpan.ONCE)),
        code=table.whole("code", 1, high=255),
        stderr=table.text("stderr", ""),
        delay_s=table.number("delay_s", 5.0, high=3_600.0),
    )


def _is_due(fault: CommandFault, seen: int) -> bool:
    return seen == fault.when or (seen > fault.when and fault.span is FaultSpan.FROM_THEN_ON)


def _matches(pattern: str, words: str) -> bool:
    if fnmatchcase(words, pattern):
        return True
    for one, other in _TWINS:
        for mine, twin in ((one, other), (other, one)):
            if words.startswith(mine) and fnmatchcase(twin + words[len(mine) :], pattern):
                return True
    return False
