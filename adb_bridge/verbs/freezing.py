"""Apps that may not run: `pm suspend` (SUSPEND_APPS is the shell's from 10), for each user of the phone that has them.

Suspended apps keep their data and cannot be opened. Where a phone does not let the shell suspend, `pm disable-user`
does alike (the icon goes). The system itself does not suspend the launcher, the dialer, device admins and the like;
then the state stays `false`, and that is what we say. Each app and user is read back from `dumpsys package`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .answers import Said, said_by
from .codes import Code
from .endings import done, impossible, refused, unsure
from .orders import Freeze, Unfreeze
from .package_print import AppState, read_app_states
from .result import VerbResult
from .trail import Trail

_AT_ONCE: Final = 8
_IN_USE: Final = (
    *(f"cmd role get-role-holders android.app.role.{role}" for role in ("HOME", "DIALER", "SMS")),
    "cmd package resolve-activity --brief -a android.intent.action.MAIN -c android.intent.category.HOME",
    "settings get secure default_input_method",
)
_NAME: Final = re.compile(rb"[A-Za-z][A-Za-z0-9_.]{1,255}")
_LISTED: Final = re.compile(rb"^package:([A-Za-z0-9_.]{1,255})\r?$", re.MULTILINE)
_ALWAYS_LISTED: Final = "com.android.shell"
PROTECTED: Final = frozenset(
    {
        "android", "com.android.shell", "com.android.systemui", "com.android.settings", "com.android.phone",
        "com.android.server.telecom", "com.android.providers.settings", "com.android.providers.telephony",
        "com.android.providers.contacts", "com.android.permissioncontroller", "com.android.packageinstaller",
        "com.android.emergency", "com.android.cellbroadcastreceiver", "com.android.externalstorage",
        "com.android.providers.media", "com.android.providers.media.module", "com.android.inputdevices",
        "com.android.keyguard", "com.android.bluetooth", "com.android.nfc", "com.android.incallui",
        "com.google.android.gms", "com.google.android.permissioncontroller",
    }
)  # fmt: skip
"""Never frozen, whoever asks: without them a phone cannot be used, reached or used for an emergency call."""


class _Found(StrEnum):
    """One app of one user against what was ordered."""

    AS_ORDERED = "as_ordered"
    NOT = "not"
    ABSENT = "absent"
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """One app of one user."""

    package: str
    state: AppState

    @property
    def name(self) -> str:
        return f"{self.package}:{self.state.user}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Aim:
    """A direction: what counts as reached, and how to get there."""

    step: str
    code: Code
    judge: Callable[[AppState], _Found]
    routes: tuple[Callable[[_Target], str], ...]
    """The next is tried where the one before was refused or is unknown, or did not reach it."""


def _is_frozen(state: AppState) -> _Found:
    if state.is_suspended or state.is_disabled:
        return _Found.AS_ORDERED
    return _Found.NOT if state.is_suspended is False else _Found.UNTOLD


def _is_free(state: AppState) -> _Found:
    if state.is_suspended or (state.is_disabled and state.is_disabled_by_shell is not False):
        return _Found.NOT
    return _Found.AS_ORDERED if state.is_suspended is False and state.is_disabled is not None else _Found.UNTOLD


_FREEZE: Final = _Aim(
    step="freeze",
    code=Code.FROZEN,
    judge=_is_frozen,
    routes=(
        lambda target: f"pm suspend --user {target.state.user} {target.package}",
        lambda target: f"pm disable-user --user {target.state.user} {target.package}",
    ),
)
_UNFREEZE: Final = _Aim(
    step="unfreeze",
    code=Code.UNFROZEN,
    judge=_is_free,
    routes=(
        lambda target: f"pm unsuspend --user {target.state.user} {target.package}",
        lambda target: f"pm enable --user {target.state.user} {target.package}",
    ),
)


async def freeze(order: Freeze, trail: Trail) -> VerbResult:
    """Suspend each, read each back."""
    return await _reach(_FREEZE, order.packages, trail)


async def unfreeze(order: Unfreeze, trail: Trail) -> VerbResult:
    """Unsuspend each, enable what the shell had disabled, read each back."""
    return await _reach(_UNFREEZE, order.packages, trail)


async def read_back_frozen(order: Freeze, trail: Trail) -> VerbResult:
    """Whether all of them are frozen now."""
    return _sum_up(_FREEZE, await _look_at_all(_FREEZE, order.packages, trail), order.packages)


async def read_back_free(order: Unfreeze, trail: Trail) -> VerbResult:
    """Whether all of them may run now."""
    return _sum_up(_UNFREEZE, await _look_at_all(_UNFREEZE, order.packages, trail), order.packages)


async def _reach(aim: _Aim, packages: Sequence[str], trail: Trail) -> VerbResult:
    found: dict[str, _Found] = {}
    worst = Said.NOTHING_BAD
    for group in _groups(aim, packages):
        targets = await _look(group, trail)
        eligible = {one.name for one in targets}
        for route in aim.routes:
            open_ones = [one for one in targets if one.name in eligible and _judge(aim, one) is not _Found.AS_ORDERED]
            if not open_ones:
                break
            answers = await trail.act(aim.step, *(route(target) for target in open_ones))
            said = {one.name: said_by(answer) for one, answer in zip(open_ones, answers, strict=True)}
            targets = await _look(group, trail)
            worst = next((one for one in said.values() if one is not Said.NOTHING_BAD), worst)
            if aim is _FREEZE:
                eligible = await _may_be_disabled(said, trail)
        found |= await _without_absent(_verdicts(aim, group, targets), trail)
    _note(aim, found, trail)
    return _sum_up(aim, found, packages, worst)


async def _may_be_disabled(said: dict[str, Said], trail: Trail) -> set[str]:
    """Only what the phone does not let the shell suspend at all: what its system protects from being suspended must not
    be disabled either, and what it uses now as launcher, dialer, for messages or as keyboard is protected in any case.
    """
    refused_ones = {name for name, one in said.items() if one in {Said.REFUSED, Said.UNKNOWN_COMMAND}}
    if not refused_ones:
        return refused_ones
    used = b"\n".join(section.output for section in await trail.look(*_IN_USE))
    return {name for name in refused_ones if name.partition(":")[0].encode("ascii") not in _NAME.findall(used)}


async def _look_at_all(aim: _Aim, packages: Sequence[str], trail: Trail) -> dict[str, _Found]:
    found: dict[str, _Found] = {}
    for group in _groups(aim, packages):
        found |= await _without_absent(_verdicts(aim, group, await _look(group, trail)), trail)
    _note(aim, found, trail)
    return found


def _groups(aim: _Aim, packages: Sequence[str]) -> list[list[str]]:
    wanted = [one for one in dict.fromkeys(packages) if aim is not _FREEZE or one not in PROTECTED]
    return [wanted[at : at + _AT_ONCE] for at in range(0, len(wanted), _AT_ONCE)]


async def _look(packages: Sequence[str], trail: Trail) -> list[_Target]:
    sections = await trail.look(*(f"dumpsys package {one}" for one in packages))
    return [
        _Target(package=package, state=state)
        for package, section in zip(packages, sections, strict=True)
        for state in read_app_states(section.output, package)
        if state.is_installed is not False
    ]


def _judge(aim: _Aim, target: _Target) -> _Found:
    return _Found.UNTOLD if target.state.is_installed is None else aim.judge(target.state)


def _verdicts(aim: _Aim, packages: Sequence[str], targets: Sequence[_Target]) -> dict[str, _Found]:
    found = {target.name: _judge(aim, target) for target in targets}
    present = {target.package for target in targets}
    return found | {one: _Found.UNTOLD for one in packages if one not in present}


async def _without_absent(found: dict[str, _Found], trail: Trail) -> dict[str, _Found]:
    """What no dump told of is absent only when the phone's list of apps is one and does not have it."""
    untold = [name for name, verdict in found.items() if verdict is _Found.UNTOLD and ":" not in name]
    if not untold:
        return found
    (listing,) = await trail.look("pm list packages")
    installed = {match[1].decode("ascii") for match in _LISTED.finditer(listing.output)}
    is_listing = said_by(listing) is Said.NOTHING_BAD and _ALWAYS_LISTED in installed
    return found | {name: _Found.ABSENT for name in untold if is_listing and name not in installed}


def _note(aim: _Aim, found: dict[str, _Found], trail: Trail) -> None:
    for name, verdict in found.items():
        trail.note(f"{aim.step}:{name}", _CODES.get(verdict, aim.code))


_CODES: Final = {
    _Found.NOT: Code.NOT_IN_EFFECT,
    _Found.ABSENT: Code.NOT_INSTALLED,
    _Found.UNTOLD: Code.NOT_VERIFIED,
}


def _sum_up(aim: _Aim, found: dict[str, _Found], packages: Sequence[str], said: Said = Said.NOTHING_BAD) -> VerbResult:
    kept_out = aim is _FREEZE and any(one in PROTECTED for one in packages)
    verdicts = set(found.values()) - {_Found.ABSENT}
    if _Found.UNTOLD in verdicts:
        return unsure(Code.NOT_VERIFIED)
    if _Found.NOT in verdicts or kept_out:
        if _Found.AS_ORDERED in verdicts:
            return refused(Code.PARTLY)
        if said is Said.UNKNOWN_COMMAND:
            return impossible(Code.NOT_SUPPORTED)
        return refused(Code.REFUSED if said is Said.REFUSED else Code.PACKAGE_PROTECTED)
    return done(aim.code) if verdicts else refused(Code.NOT_INSTALLED)
