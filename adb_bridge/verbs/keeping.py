"""Settings that keep the link to a phone alive.

Writing them needs WRITE_SECURE_SETTINGS, which Shell has and which Xiaomi, OPPO and vivo take away until a switch is on
(docs/vendors.md). Some vendors take the command and change nothing: each is read back. Wireless debugging is on when
the phone tells a TLS port: on a Wi-Fi that nobody trusted for ever it asks on its screen and switches off again.
"""

from dataclasses import dataclass
from typing import Final

from ..identity import parse_tls_port
from .answers import Said, said_by
from .codes import Code
from .endings import done, refused, unsure
from .facts import PhoneFacts
from .orders import KeepAlive, KeepAliveSetting
from .result import VerbResult
from .trail import Trail

_ANDROID_11: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    key: str
    value: str
    first_sdk: int


_ROWS: Final = {
    KeepAliveSetting.KEY_EXPIRY: _Row(key="adb_allowed_connection_time", value="0", first_sdk=_ANDROID_11),
    KeepAliveSetting.WIRELESS_DEBUGGING: _Row(key="adb_wifi_enabled", value="1", first_sdk=_ANDROID_11),
    KeepAliveSetting.WIFI_SLEEP: _Row(key="wifi_sleep_policy", value="2", first_sdk=0),
    KeepAliveSetting.STAY_AWAKE: _Row(key="stay_on_while_plugged_in", value="7", first_sdk=0),
}


async def keep_alive(order: KeepAlive, trail: Trail, facts: PhoneFacts) -> VerbResult:
    """Write what is not yet so, read all of it back."""
    wanted = _wanted(order, facts)
    if not wanted:
        return done(Code.NOTHING_TO_DO)
    open_ones = [one for one, is_so in (await _look(wanted, trail)).items() if is_so is not True]
    said = Said.NOTHING_BAD
    if open_ones:
        commands = [f"settings put global {_ROWS[one].key} {_ROWS[one].value}" for one in open_ones]
        answers = await trail.act("settings", *commands)
        said = next((answer for one in answers if (answer := said_by(one)) is not Said.NOTHING_BAD), said)
    found: dict[KeepAliveSetting, bool | None] = {}

    async def are_so() -> bool:
        nonlocal found
        found = await _look(wanted, trail)
        return all(found.values())

    if said is Said.REFUSED:
        found = await _look(wanted, trail)
    else:
        await trail.settle(are_so)
    return _sum_up(found, trail, said)


async def read_back_kept_alive(order: KeepAlive, trail: Trail, facts: PhoneFacts) -> VerbResult:
    """Whether they are all so now."""
    wanted = _wanted(order, facts)
    return _sum_up(await _look(wanted, trail), trail, Said.NOTHING_BAD) if wanted else done(Code.NOTHING_TO_DO)


def _wanted(order: KeepAlive, facts: PhoneFacts) -> tuple[KeepAliveSetting, ...]:
    """What this Android has; one that does not tell its version is asked for all."""
    return tuple(one for one in dict.fromkeys(order.settings) if facts.sdk == 0 or facts.sdk >= _ROWS[one].first_sdk)


async def _look(wanted: tuple[KeepAliveSetting, ...], trail: Trail) -> dict[KeepAliveSetting, bool | None]:
    """None: the phone does not tell."""
    commands = [f"settings get global {_ROWS[one].key}" for one in wanted]
    *answers, port = await trail.look(*commands, "getprop service.adb.tls.port")
    found: dict[KeepAliveSetting, bool | None] = {}
    for one, answer in zip(wanted, answers, strict=True):
        told = answer.output.strip()
        is_told = said_by(answer) is Said.NOTHING_BAD and (told == b"null" or told.isdigit())
        is_so = told == _ROWS[one].value.encode("ascii")
        if one is KeepAliveSetting.WIRELESS_DEBUGGING:
            is_so = is_so and parse_tls_port(port) is not None
        found[one] = is_so if is_told else None
    return found


def _sum_up(found: dict[KeepAliveSetting, bool | None], trail: Trail, said: Said) -> VerbResult:
    for one, is_so in found.items():
        trail.note(f"setting:{one}", Code.OK if is_so else Code.NOT_VERIFIED if is_so is None else Code.NOT_IN_EFFECT)
    if None in found.values():
        return unsure(Code.NOT_VERIFIED)
    missing = [one for one, is_so in found.items() if not is_so]
    if not missing:
        return done(Code.KEPT_ALIVE)
    if len(missing) < len(found):
        return refused(Code.PARTLY)
    if missing == [KeepAliveSetting.WIRELESS_DEBUGGING] and said is Said.NOTHING_BAD:
        return refused(Code.NOT_TRUSTED_NETWORK)
    return refused(Code.SETTING_REFUSED)
