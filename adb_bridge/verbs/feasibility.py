"""What a phone can be asked to do, by which way, and what a person must do by hand where it cannot. Pure.

Words only: the texts are in the daemon's catalogue, `verb.route.<route>` and `verb.because.<because>`; `by_hand` is a
whole key of it. A table of all of it is in docs/verbs.md.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, assert_never

from ..advice import Advice, Menu, advice_for
from ..readings import Credential
from ..records import Vendor
from .facts import PhoneFacts, Sim
from .orders import OrderKind
from .owner_print import OwnerApp

_ANDROID_10: Final = 29
_ANDROID_11: Final = 30
_STRONG_AUTH_SDK: Final = 34
_OWNER_WIPE_SDK: Final = 33
_WIPE_BATTERY_PCT: Final = 30
_WITH_SETTINGS_SWITCH: Final = frozenset({Vendor.XIAOMI, Vendor.OPPO, Vendor.VIVO})
"""Whose systems let the shell write settings only with a switch on."""


class Verdict(StrEnum):
    """What asking would come to."""

    POSSIBLE = "possible"
    NOT_NOW = "not_now"
    IMPOSSIBLE = "impossible"
    UNKNOWN = "unknown"
    """Only trying tells; the answer will be true either way."""


class Route(StrEnum):
    """By which way."""

    NONE = "none"
    KEY_EVENT = "key_event"
    KEY_EVENT_STRONG_AUTH = "key_event_strong_auth"
    DEVICE_OWNER = "device_owner"
    LOCK_SETTINGS = "lock_settings"
    SHELL_NOTIFICATION = "shell_notification"
    TIMER = "timer"
    TIMER_OR_NOTIFICATION = "timer_or_notification"
    POWER_MANAGER = "power_manager"
    SUSPEND = "suspend"
    DISABLE = "disable"
    SETTINGS = "settings"
    CALL_INTENT = "call_intent"
    TEST_HARNESS = "test_harness"
    SEVERAL = "several"


class Because(StrEnum):
    """Why the verdict is not simply "possible", or what it needs."""

    NONE = "none"
    STARTING = "starting"
    KEY_EVENTS_REFUSED = "key_events_refused"
    NO_SCREEN_LOCK = "no_screen_lock"
    NOT_TOLD = "not_told"
    NEEDS_PIN = "needs_pin"
    """The shop must hold the phone's present PIN."""
    BEFORE_ANDROID_10 = "before_android_10"
    BEFORE_ANDROID_11 = "before_android_11"
    VENDOR_SWITCH = "vendor_switch"
    IN_CALL = "in_call"
    BATTERY_LOW = "battery_low"
    AIRPLANE_MODE = "airplane_mode"
    NO_SIM = "no_sim"
    NO_OWNER = "no_owner"
    OTHER_OWNER = "other_owner"
    NEEDS_OWNER_KEY = "needs_owner_key"
    NO_TEST_HARNESS = "no_test_harness"
    NO_BOOT_MARK = "no_boot_mark"


class ByHand(StrEnum):
    """Keys of what a person does instead; advice of `advice` stands beside them."""

    NOTHING = ""
    WAIT = "verb.by_hand.wait"
    CALL_THE_PERSON = "verb.by_hand.call_the_person"
    CALL_THE_PHONE = "verb.by_hand.call_the_phone"
    CHARGE = "verb.by_hand.charge"
    AIRPLANE_OFF = "verb.by_hand.airplane_off"
    INSERT_SIM = "verb.by_hand.insert_sim"
    OWNER_APP = "verb.by_hand.owner_app"
    OWNER_CONSOLE = "verb.by_hand.owner_console"
    RESTART = "verb.by_hand.restart"
    RECOVERY_WIPE = "verb.by_hand.recovery_wipe"
    SET_PIN_FIRST = "verb.by_hand.set_pin_first"
    CLEAR_ON_PHONE = "verb.by_hand.clear_on_phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feasibility:
    """One verb on one phone."""

    kind: OrderKind
    verdict: Verdict
    route: str
    because: str
    by_hand: str
    """A key of the catalogue; "" when there is nothing to do."""


def judge(kind: OrderKind, facts: PhoneFacts) -> Feasibility:
    """By what the phone told of itself; what only trying tells is UNKNOWN."""
    if facts.is_booted is False:
        return _of(kind, Verdict.NOT_NOW, Route.NONE, Because.STARTING, ByHand.WAIT)
    match kind:
        case OrderKind.LOCK:
            return _lock(kind, facts)
        case OrderKind.SET_PIN | OrderKind.CLEAR_PIN:
            return _pin(kind, facts)
        case OrderKind.LOST_ON:
            found = _lock(kind, facts)
            return found if found.verdict is not Verdict.POSSIBLE else _lost(kind, facts)
        case OrderKind.LOST_OFF:
            return _of(kind, Verdict.POSSIBLE, Route.SEVERAL)
        case OrderKind.RING:
            return _ring(kind, facts)
        case OrderKind.MESSAGE:
            return _shown(kind, facts, ByHand.CALL_THE_PERSON)
        case OrderKind.NOTICE:
            return _shown(kind, facts, Advice.NOTICE_NEEDS_ANDROID_11)
        case OrderKind.REBOOT:
            return _reboot(kind, facts)
        case OrderKind.FREEZE | OrderKind.UNFREEZE:
            return _freeze(kind, facts)
        case OrderKind.KEEP_ALIVE:
            return _keep_alive(kind, facts)
        case OrderKind.CALL:
            return _call(kind, facts)
        case OrderKind.OWNER_LOCK:
            return _owner_lock(kind, facts)
        case OrderKind.WIPE:
            return _wipe(kind, facts)
        case _:
            assert_never(kind)


def judge_all(facts: PhoneFacts) -> tuple[Feasibility, ...]:
    """Every verb, in the order of `OrderKind`."""
    return tuple(judge(kind, facts) for kind in OrderKind)


def _of(
    kind: OrderKind, verdict: Verdict, route: Route, because: Because = Because.NONE, by_hand: str = ByHand.NOTHING
) -> Feasibility:
    return Feasibility(kind=kind, verdict=verdict, route=route, because=because, by_hand=by_hand)


def _lock(kind: OrderKind, facts: PhoneFacts) -> Feasibility:
    has_testdpc = facts.owner is not None and facts.owner.app is OwnerApp.TESTDPC
    if facts.takes_key_events is False and not has_testdpc:
        advice = advice_for(Menu.KEY_EVENTS, facts.vendor)
        return _of(kind, Verdict.IMPOSSIBLE, Route.NONE, Because.KEY_EVENTS_REFUSED, advice)
    if facts.takes_key_events is False:
        route = Route.DEVICE_OWNER
    else:
        route = Route.KEY_EVENT_STRONG_AUTH if facts.sdk >= _STRONG_AUTH_SDK else Route.KEY_EVENT
    match facts.has_credential:
        case Credential.SET:
            return _of(kind, Verdict.POSSIBLE, route)
        case Credential.NONE:
            return _of(kind, Verdict.IMPOSSIBLE, route, Because.NO_SCREEN_LOCK, ByHand.SET_PIN_FIRST)
        case Credential.UNKNOWN:
            return _of(kind, Verdict.UNKNOWN, route, Because.NOT_TOLD)
        case _:
            assert_never(facts.has_credential)


def _pin(kind: OrderKind, facts: PhoneFacts) -> Feasibility:
    by_hand = ByHand.CLEAR_ON_PHONE if facts.has_credential is not Credential.NONE else ByHand.NOTHING
    because = Because.NEEDS_PIN if facts.has_credential is not Credential.NONE else Because.NONE
    return _of(kind, Verdict.POSSIBLE, Route.LOCK_SETTINGS, because, by_hand)


def _lost(kind: OrderKind, facts: PhoneFacts) -> Feasibility:
    """Locked it can be; where no text is shown it ends as partly done."""
    if _shown(kind, facts, "").verdict is Verdict.IMPOSSIBLE:
        return _of(kind, Verdict.POSSIBLE, Route.SEVERAL, Because.BEFORE_ANDROID_11, ByHand.CALL_THE_PHONE)
    return _of(kind, Verdict.POSSIBLE, Route.SEVERAL)


def _ring(kind: OrderKind, facts: PhoneFacts) -> Feasibility:
    if facts.sdk >= _ANDROID_11:
        return _of(kind, Verdict.POSSIBLE, Route.TIMER_OR_NOTIFICATION)
    return _of(kind, Verdict.UNKNOWN, Route.TIMER, Because.BEFORE_ANDROID_11, ByHand.CALL_THE_PHONE)


def _shown(kind: OrderKind, facts: PhoneFacts, by_hand: str) -> Feasibility:
    if facts.sdk >= _ANDROID_11:
        return _of(kind, Verdict.POSSIBLE, Route.SHELL_NOTIFICATION)
    if facts.sdk == 0:
        return _of(kind, Verdict.UNKNOWN, Route.SHELL_NOTIFICATION, Because.NOT_TOLD)
    return _of(kind, Verdict.IMPOSSIBLE, Route.NONE, Because.BEFORE_ANDROID_11, by_hand)


def _reboot(kind: OrderKind, facts: PhoneFacts) -> Feasibility:
    if facts.in_call:
        return _of(kind, Verdict.NOT_NOW, Route.POWER_MANAGER, Because.IN_CALL, ByHand.WAIT)
    if facts.boot_id is None:
        return _of(kind, Verdict.UNKNOWN, Route.POWER_MANAGER, Because.NO_BOOT_MARK, ByHand.RESTART)
    return _of(kind, Verdict.POSSIBLE, Route.POWER_MANAGER)


def _freeze(kind: OrderKind, facts: PhoneFacts) -> Feasibility:
    if facts.sdk >= _ANDROID_10:
        return _of(kind, Verdict.POSSIBLE, Route.SUSPEND)
    because = Because.NOT_TOLD if facts.sdk == 0 else Because.BEFORE_ANDROID_10
    return _of(kind, Verdict.UNKNOWN, Route.DISABLE, because)


def _keep_alive(kind: OrderKind, facts: PhoneFacts) -> Feasibility:
    if facts.vendor in _WITH_SETTINGS_SWITCH:
        advice = advice_for(Menu.WRITE_SETTINGS, facts.vendor)
        return _of(kind, Verdict.UNKNOWN, Route.SETTINGS, Because.VENDOR_SWITCH, advice)
    return _of(kind, Verdict.POSSIBLE, Route.SETTINGS)


def _call(kind: OrderKind, facts: PhoneFacts) -> Feasibility:
    if facts.sim is Sim.NONE:
        return _of(kind, Verdict.IMPOSSIBLE, Route.NONE, Because.NO_SIM, ByHand.INSERT_SIM)
    if facts.is_airplane:
        return _of(kind, Verdict.NOT_NOW, Route.CALL_INTENT, Because.AIRPLANE_MODE, ByHand.AIRPLANE_OFF)
    if facts.in_call:
        return _of(kind, Verdict.NOT_NOW, Route.CALL_INTENT, Because.IN_CALL, ByHand.WAIT)
    if facts.sim is Sim.UNKNOWN or facts.in_call is None:
        return _of(kind, Verdict.UNKNOWN, Route.CALL_INTENT, Because.NOT_TOLD)
    return _of(kind, Verdict.POSSIBLE, Route.CALL_INTENT)


def _owner_lock(kind: OrderKind, facts: PhoneFacts) -> Feasibility:
    if facts.owner is None:
        if not facts.is_owner_told:
            return _of(kind, Verdict.UNKNOWN, Route.NONE, Because.NOT_TOLD)
        return _of(kind, Verdict.IMPOSSIBLE, Route.NONE, Because.NO_OWNER, ByHand.OWNER_APP)
    match facts.owner.app:
        case OwnerApp.TESTDPC:
            return _of(kind, Verdict.POSSIBLE, Route.DEVICE_OWNER)
        case OwnerApp.OWNDROID:
            return _of(kind, Verdict.POSSIBLE, Route.DEVICE_OWNER, Because.NEEDS_OWNER_KEY)
        case OwnerApp.OTHER:
            return _of(kind, Verdict.IMPOSSIBLE, Route.NONE, Because.OTHER_OWNER, ByHand.OWNER_CONSOLE)
        case _:
            assert_never(facts.owner.app)


def _wipe(kind: OrderKind, facts: PhoneFacts) -> Feasibility:
    has_testdpc = facts.owner is not None and facts.owner.app is OwnerApp.TESTDPC and 0 < facts.sdk <= _OWNER_WIPE_SDK
    has_harness = facts.has_service("testharness")
    if 0 < facts.sdk < _ANDROID_10 or has_harness is False:
        if has_testdpc:
            return _of(kind, Verdict.POSSIBLE, Route.DEVICE_OWNER)
        return _of(kind, Verdict.IMPOSSIBLE, Route.NONE, Because.NO_TEST_HARNESS, ByHand.RECOVERY_WIPE)
    if facts.in_call:
        return _of(kind, Verdict.NOT_NOW, Route.TEST_HARNESS, Because.IN_CALL, ByHand.WAIT)
    if facts.battery_pct is not None and facts.battery_pct < _WIPE_BATTERY_PCT and not facts.is_powered:
        return _of(kind, Verdict.NOT_NOW, Route.TEST_HARNESS, Because.BATTERY_LOW, ByHand.CHARGE)
    if has_harness is None:
        return _of(kind, Verdict.UNKNOWN, Route.TEST_HARNESS, Because.NOT_TOLD, ByHand.RECOVERY_WIPE)
    if facts.has_credential is not Credential.NONE:
        return _of(kind, Verdict.POSSIBLE, Route.TEST_HARNESS, Because.NEEDS_PIN)
    return _of(kind, Verdict.POSSIBLE, Route.TEST_HARNESS)
