"""Each verb as a row: the phone it starts from, the order, and whether the phone truly is as ordered."""

from collections.abc import Callable
from dataclasses import dataclass

from adb_bridge.secret import Secret
from adb_bridge.simphone.profiles.specs import SpecChanges, spec_of
from adb_bridge.simphone.spec import PhoneSpec
from adb_bridge.verbs.orders import (
    Call,
    ClearPin,
    Freeze,
    KeepAlive,
    KeepAliveSetting,
    Lock,
    LostOff,
    LostOn,
    Message,
    Notice,
    Order,
    OwnerLock,
    Reboot,
    Ring,
    SetPin,
    Unfreeze,
)
from tests.integration.verb_bench import NEW, OLD, PIN, WECHAT, Bench

TESTDPC = "com.afwsamples.testdpc/.DeviceAdminReceiver"
TEXT = "本机由公司管理, it's ours"


@dataclass(frozen=True)
class Case:
    """One verb."""

    name: str
    order: Order
    holds: Callable[[Bench], bool]
    changes: SpecChanges
    prepare: Callable[[Bench], None] = lambda _: None


_SPECS: dict[tuple[str, str], PhoneSpec] = {}


def bench_of(case: Case, profile: str) -> Bench:
    bench = Bench(spec_for(case, profile))
    case.prepare(bench)
    return bench


def spec_for(case: Case, profile: str) -> PhoneSpec:
    if (case.name, profile) not in _SPECS:
        changes: SpecChanges = {"clones": (WECHAT,), **case.changes}
        _SPECS[case.name, profile] = spec_of(profile, serial="V1", **changes)
    return _SPECS[case.name, profile]


def _is_locked(bench: Bench) -> bool:
    return bench.handset.power.is_device_locked


def _has_pin(pin: Secret) -> Callable[[Bench], bool]:
    return lambda bench: bench.handset.power._pin == pin.reveal()


def _is_open(bench: Bench) -> bool:
    power = bench.handset.power
    return not power.has_credential and not power.is_device_locked


def _shows(tag: str, text: str) -> Callable[[Bench], bool]:
    return lambda bench: any(
        one.package == "com.android.shell" and one.tag == tag and one.text == text
        for one in bench.handset.notifications.list()
    )


def _is_frozen(bench: Bench) -> bool:
    states = [bench.handset.packages.state(WECHAT, user) for user in bench.handset.packages.users]
    return all(one.suspended_by or one.is_disabled for one in states)


def _is_free(bench: Bench) -> bool:
    states = [bench.handset.packages.state(WECHAT, user) for user in bench.handset.packages.users]
    return not any(one.suspended_by or one.is_disabled for one in states)


def _suspend(bench: Bench) -> None:
    for user in bench.handset.packages.users:
        bench.handset.packages.state(WECHAT, user).suspended_by.add("com.android.shell")


def _kept(bench: Bench) -> bool:
    get = bench.handset.settings.get
    is_expiry_off = bench.spec.sdk < 30 or get("global", "adb_allowed_connection_time") == "0"
    return is_expiry_off and get("global", "wifi_sleep_policy") == "2"


def _lost(bench: Bench) -> bool:
    return _is_locked(bench) and _is_frozen(bench) and bench.was_heard and _shows("shopwarden.lost", TEXT)(bench)


def _tells_found(bench: Bench) -> bool:
    # Before Android 11 there was never a text of ours to be replaced.
    return bench.spec.sdk < 30 or _shows("shopwarden.lost", TEXT)(bench)


CASES = (
    Case("lock", Lock(), _is_locked, {}),
    Case("lock-open", Lock(), _is_locked, {"pin": None}),
    Case("set-pin", SetPin(new=NEW, old=OLD), _has_pin(NEW), {}),
    Case("set-first-pin", SetPin(new=NEW, old=None), _has_pin(NEW), {"pin": None}),
    Case("set-pin-wrong-old", SetPin(new=NEW, old=Secret("9999")), _has_pin(NEW), {}),
    Case("clear-pin", ClearPin(old=OLD), _is_open, {"is_locked": True}),
    Case("message", Message(title="t", text=TEXT, tag="m.1"), _shows("m.1", TEXT), {}),
    Case("notice", Notice(title="t", text=TEXT, tag="n"), _shows("n", TEXT), {}),
    Case("freeze", Freeze(packages=(WECHAT,)), _is_frozen, {}),
    Case("unfreeze", Unfreeze(packages=(WECHAT,)), _is_free, {}, _suspend),
    Case("reboot", Reboot(boot_id_before=None), lambda bench: bench.restarts > 0, {}),
    Case(
        "keep-alive",
        KeepAlive(settings=(KeepAliveSetting.KEY_EXPIRY, KeepAliveSetting.WIFI_SLEEP)),
        _kept,
        {},
    ),
    Case("call", Call(number=Secret("13800138000")), lambda bench: bench.was_called, {}),
    Case("ring", Ring(duration_s=0.001), lambda bench: bench.was_heard, {}),
    Case("owner-lock", OwnerLock(), _is_locked, {"device_owner": TESTDPC}),
    Case("lost-on", LostOn(title="t", message=TEXT, ring_s=0.001, packages=(WECHAT,)), _lost, {}),
    Case(
        "lost-off",
        LostOff(title="t", message=TEXT, packages=(WECHAT,), old_pin=OLD),
        lambda bench: _is_free(bench) and _is_open(bench) and _tells_found(bench),
        {"is_locked": True},
        _suspend,
    ),
)
assert OLD.reveal() == PIN
