"""What `dumpsys package NAME` says of one app for each user. Pure; total on any bytes.

AOSP Settings.dumpPackageLPr (8-15): `Packages:` / `  Package [com.x] (hash):` / … / `    User 0: ceDataInode=…
installed=true hidden=false suspended=false … enabled=0 …`; the lines below a user are indented deeper, among them
`lastDisabledCaller: com.android.shell`. After `Hidden system packages:` the factory's copy of an updated app follows,
which says nothing of now. `enabled`: 0 default, 1 enabled, 2 disabled, 3 disabled by the user, 4 until used.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_USER: Final = re.compile(rb"^ {4}User ([0-9]{1,6}): (.*)$")
_FIELD: Final = re.compile(rb"\b(installed|suspended|enabled)=(true|false|[0-4])\b")
_DISABLER: Final = re.compile(rb"^ {6,}lastDisabledCaller: ([A-Za-z0-9_.]{1,200})\s*$")
_OFF: Final = frozenset({2, 3, 4})
_SHELL: Final = b"com.android.shell"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppState:
    """One app for one user of the phone; None: not told."""

    user: int
    is_installed: bool | None
    is_suspended: bool | None
    is_disabled: bool | None
    is_disabled_by_shell: bool | None


def read_app_states(printed: bytes, package: str) -> tuple[AppState, ...]:
    """By user, the first block of this package only; () when the phone does not know it or prints another form."""
    states: dict[int, AppState] = {}
    for line in _own_block(printed, package):
        if (user := _USER.match(line)) is not None:
            number = int(user[1])
            if number in states:
                continue
            fields = {match[1]: match[2] for match in _FIELD.finditer(user[2])}
            states[number] = AppState(
                user=number,
                is_installed=_truth(fields.get(b"installed")),
                is_suspended=_truth(fields.get(b"suspended")),
                is_disabled=None if b"enabled" not in fields else _number(fields[b"enabled"]) in _OFF,
                is_disabled_by_shell=None,
            )
        elif states and (disabler := _DISABLER.match(line)) is not None:
            last = list(states.values())[-1]
            states[last.user] = AppState(
                user=last.user,
                is_installed=last.is_installed,
                is_suspended=last.is_suspended,
                is_disabled=last.is_disabled,
                is_disabled_by_shell=disabler[1] == _SHELL,
            )
    return tuple(states.values())


def _own_block(printed: bytes, package: str) -> Iterator[bytes]:
    head = b"  Package [%s] (" % package.encode("ascii", "replace")
    lines = iter(printed.replace(b"\r\n", b"\n").split(b"\n"))
    for line in lines:
        if line.startswith(head):
            break
    for line in lines:
        if line and not line.startswith(b"    "):
            return
        yield line


def _truth(word: bytes | None) -> bool | None:
    return None if word is None else {b"true": True, b"false": False}.get(word)


def _number(word: bytes) -> int:
    return int(word) if word.isdigit() else -1
