"""A plan of provisioning: which phones, whose they become, and what they are to be like.

One layer over the other: `[defaults]`, the phone's `[group.NAME]`, the phone itself. A field that no layer names is
left alone on the phone: a plan without `pin` touches no screen lock.
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Annotated, Final

import msgspec

from .wire_base import Wire

MAX_PHONES: Final = 500
Path = tuple[str | int, ...]
_SWITCH: Final = "[01]"
SETTINGS: Final[Mapping[str, str]] = {
    "global.adb_allowed_connection_time": "[0-9]{1,13}",
    "global.stay_on_while_plugged_in": "[0-9]|1[0-5]",
    "global.wifi_sleep_policy": "[012]",
    "global.wifi_scan_always_enabled": _SWITCH,
    "global.auto_time": _SWITCH,
    "global.auto_time_zone": _SWITCH,
    "global.device_name": r"[^\x00-\x1f\x7f]{1,100}",
    "global.low_power": _SWITCH,
    "global.adaptive_battery_management_enabled": _SWITCH,
    "global.app_standby_enabled": _SWITCH,
    "global.heads_up_notifications_enabled": _SWITCH,
    "global.package_verifier_enable": _SWITCH,
    "secure.lock_screen_lock_after_timeout": "[0-9]{1,7}",
    "secure.lock_screen_show_notifications": _SWITCH,
    "secure.lock_screen_allow_private_notifications": _SWITCH,
    "system.screen_off_timeout": "[1-9][0-9]{3,6}",
    "system.time_12_24": "12|24",
    "system.screen_brightness_mode": _SWITCH,
}
"""What `settings` may name, with the form of its value: as `adb_bridge.provisioning.settings` has it, which decides."""

_Short = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
_Serial = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
_Pattern = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._:*?\[\]!-]{1,64}$")]
_GroupName = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_\u4e00-\u9fff-]{1,40}$")]
_Package = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+$", max_length=200)]
_SettingName = Annotated[str, msgspec.Meta(pattern=r"^(global|secure|system)\.[A-Za-z0-9_.]{1,80}$")]
_SettingText = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
_Folder = Annotated[str, msgspec.Meta(pattern=r"^[^/\x00-\x1f][^\x00-\x1f]{0,199}$")]
_Hours = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)(-(Mon|Tue|Wed|Thu|Fri|Sat|Sun))? "
        r"([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$"
    ),
]


class PlanSource(StrEnum):
    """Data classes that an enrolment may cover."""

    SMS = "sms"
    MMS = "mms"
    CALL_LOG = "call_log"
    CONTACTS = "contacts"
    NOTIFICATIONS = "notifications"
    RECORDINGS = "recordings"


class PinPolicy(StrEnum):
    """The screen lock."""

    GENERATE = "generate"
    """A random PIN that the shop's vault keeps; a phone whose PIN the vault holds already is left as it is."""
    LEAVE = "leave"


class AckWay(StrEnum):
    """How the employee acknowledges the notice."""

    CODE = "code"
    """On the bench: a one-time code is shown with the notice on the work phone itself, and the employee gives it
    back."""
    PAPER = "paper"
    """The employee signed the printed notice before; the plan says so and whoever starts the run stands for it."""


class NoticeLanguage(StrEnum):
    """Of the notice."""

    EN = "en"
    ZH = "zh"


class WirelessWish(StrEnum):
    """Wireless debugging at the access point that the phone is at."""

    ON = "on"
    OFF = "off"


class Profile(Wire, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a phone is to be like. A field that is left out is not touched."""

    notice_version: _Short | None = None
    language: NoticeLanguage | None = None
    """Of the notice; without it, the store's."""
    scope: Annotated[tuple[PlanSource, ...], msgspec.Meta(min_length=1, max_length=6)] | None = None
    basis: Annotated[str, msgspec.Meta(min_length=1, max_length=300)] | None = None
    """The legal basis the notice names; kept in the signed acknowledgement."""
    work_hours: Annotated[tuple[_Hours, ...], msgspec.Meta(max_length=7)] | None = None
    """`Mon-Sat 09:00-21:00`; what the employee was told, kept in the signed acknowledgement."""
    acknowledgement: AckWay | None = None
    notice: bool | None = None
    """The standing notice on the phone."""
    keep_alive: bool | None = None
    """Settings that keep the link alive, as far as this Android version has them."""
    settings: Annotated[dict[_SettingName, bool | int | _SettingText], msgspec.Meta(max_length=60)] | None = None
    """By `namespace.key`; only keys of the allow list."""
    pin: PinPolicy | None = None
    allowed_apps: Annotated[tuple[_Package, ...], msgspec.Meta(max_length=500)] | None = None
    """Of the apps that people installed these stay usable, the others are suspended."""
    wireless: WirelessWish | None = None
    access_points: Annotated[tuple[_Short, ...], msgspec.Meta(max_length=40)] | None = None
    """Where a person has to allow wireless debugging for ever: BSSIDs or names."""
    recording_folder: _Folder | None = None
    """Below /sdcard."""


class PlannedPhone(Profile, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One phone or several, by exactly one of `serial`, `match`, `order` and `connected`."""

    serial: _Serial | None = None
    match: _Pattern | None = None
    """Serials by a pattern with `*`, `?` and `[ ]`."""
    order: Annotated[int, msgspec.Meta(ge=1, le=MAX_PHONES)] | None = None
    """The first, second, third … phone that comes to the bench and that no other line names."""
    connected: bool | None = None
    """Whatever else is connected; employees come from `employees`."""
    group: _GroupName | None = None
    employee: _Short | None = None
    acknowledged_by: _Short | None = None
    """Who signed on paper; without it the employee. Only with `acknowledgement = "paper"`."""
    label: _Short | None = None
    """The phone's name in its own settings."""


class PlanPerson(Wire, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of the file of employees."""

    employee: _Short
    serial: _Serial | None = None
    group: _GroupName | None = None
    label: _Short | None = None
    acknowledged_by: _Short | None = None


class Plan(Wire, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of it."""

    schema: Annotated[int, msgspec.Meta(ge=1, le=1)]
    name: Annotated[str, msgspec.Meta(pattern=r"^[^\x00-\x1f]{1,80}$")] = "provisioning"
    employees: Annotated[str, msgspec.Meta(min_length=1, max_length=500)] | None = None
    """A CSV file beside the plan: `employee`, and where wanted `serial`, `group`, `label`, `acknowledged_by`."""
    defaults: Profile = Profile()
    group: Annotated[dict[_GroupName, Profile], msgspec.Meta(max_length=50)] = {}
    phone: Annotated[tuple[PlannedPhone, ...], msgspec.Meta(max_length=MAX_PHONES)] = ()
    person: Annotated[tuple[PlanPerson, ...], msgspec.Meta(max_length=MAX_PHONES)] = ()
    """As `employees` says; or written here as `[[person]]`."""


PROFILE_FIELDS: Final = Profile.__struct_fields__


class Wanted(Profile, frozen=True, kw_only=True):
    """One phone with all layers laid over each other."""

    employee: str
    acknowledged_by: str | None = None
    label: str | None = None
    group: str | None = None


def wanted(plan: Plan, phone: PlannedPhone, person: PlanPerson | None) -> Wanted | None:
    """None: nobody says whose this phone becomes."""
    employee = phone.employee or (None if person is None else person.employee)
    if employee is None:
        return None
    group = phone.group or (None if person is None else person.group)
    layers: list[Profile] = [phone, *([plan.group[group]] if group in plan.group else []), plan.defaults]
    found: dict[str, object] = {}
    for name in PROFILE_FIELDS:
        values = [value for layer in layers if (value := getattr(layer, name)) is not None]
        if not values:
            continue
        if name == "settings":
            found[name] = {key: value for layer in reversed(values) for key, value in layer.items()}
        else:
            found[name] = values[0]
    return msgspec.convert(
        {
            **msgspec.to_builtins(found),
            "employee": employee,
            "acknowledged_by": phone.acknowledged_by or (None if person is None else person.acknowledged_by),
            "label": phone.label or (None if person is None else person.label),
            "group": group,
        },
        Wanted,
    )


def named_serials(plan: Plan) -> frozenset[str]:
    """Those that stand in the plan."""
    lines = (*(one.serial for one in plan.phone), *(one.serial for one in plan.person))
    return frozenset(serial for serial in lines if serial is not None)


def matches(phone: PlannedPhone, serial: str) -> bool:
    """Whether a line with `serial` or `match` means this phone."""
    if phone.serial is not None:
        return phone.serial == serial
    return phone.match is not None and fnmatchcase(serial, phone.match)


_SELECTORS: Final = ("serial", "match", "order", "connected")


class PlanFault(msgspec.Struct, frozen=True, kw_only=True):
    """Something that types cannot say. `path` as `("phone", 2, "serial")`; `code` names the text."""

    path: tuple[str | int, ...]
    code: str
    values: Mapping[str, str]


def faults(plan: Plan) -> Iterator[PlanFault]:
    """Of a plan whose types are right."""
    for path, text in _texts(plan):
        if not text.isprintable() or text != text.strip():
            yield PlanFault(path=path, code="not_printable", values={})
    for path, layer in _layers(plan):
        for name, value in (layer.settings or {}).items():
            text = str(int(value)) if isinstance(value, bool) else str(value)
            if name not in SETTINGS:
                close = difflib.get_close_matches(name, SETTINGS, n=1, cutoff=0.0)
                values = {"setting": name, "nearest": next(iter(close), "-")}
                yield PlanFault(path=(*path, "settings", name), code="setting_not_allowed", values=values)
            elif not re.fullmatch(SETTINGS[name], text):
                values = {"setting": name, "form": SETTINGS[name]}
                yield PlanFault(path=(*path, "settings", name), code="setting_bad_value", values=values)
    yield from _phone_faults(plan)
    yield from _person_faults(plan)
    if not plan.phone and not any(one.serial is not None for one in plan.person):
        yield PlanFault(path=(), code="no_phones", values={})


def _layers(plan: Plan) -> Iterator[tuple[Path, Profile]]:
    yield ("defaults",), plan.defaults
    for name, layer in plan.group.items():
        yield ("group", name), layer
    for at, phone in enumerate(plan.phone):
        yield ("phone", at), phone


def _texts(plan: Plan) -> Iterator[tuple[Path, str]]:
    """Text that ends up in records, lists and on paper: one printable line each."""
    for path, layer in _layers(plan):
        for name in ("notice_version", "basis", "employee", "label", "acknowledged_by"):
            if (text := getattr(layer, name, None)) is not None:
                yield (*path, name), text
    for at, person in enumerate(plan.person):
        for name in ("employee", "label", "acknowledged_by"):
            if (text := getattr(person, name)) is not None:
                yield ("person", at, name), text


def _phone_faults(plan: Plan) -> Iterator[PlanFault]:
    seen: set[str] = set()
    for at, phone in enumerate(plan.phone):
        path: Path = ("phone", at)
        given = [name for name in _SELECTORS if getattr(phone, name) not in (None, False)]
        if len(given) != 1:
            yield PlanFault(path=path, code="one_selector", values={"given": ", ".join(given) or "-"})
            continue
        key = f"{given[0]}={getattr(phone, given[0])}"
        if key in seen:
            yield PlanFault(path=(*path, given[0]), code="twice", values={"what": key})
        seen.add(key)
        is_many = given[0] in {"match", "connected"}
        if is_many and (phone.employee is not None or phone.label is not None):
            field = "employee" if phone.employee is not None else "label"
            yield PlanFault(path=(*path, field), code="many_one_person", values={"field": field})
        if not is_many and phone.employee is None and not any(p.serial in (None, phone.serial) for p in plan.person):
            yield PlanFault(path=path, code="no_employee", values={})
        if is_many and not plan.person:
            yield PlanFault(path=path, code="no_people", values={})
        if phone.group is not None and phone.group not in plan.group:
            yield PlanFault(path=(*path, "group"), code="no_group", values={"group": phone.group})


def _person_faults(plan: Plan) -> Iterator[PlanFault]:
    seen: set[str] = set()
    for at, person in enumerate(plan.person):
        if person.group is not None and person.group not in plan.group:
            yield PlanFault(path=("person", at, "group"), code="no_group", values={"group": person.group})
        if person.serial is not None:
            if person.serial in seen:
                what = {"what": f"serial={person.serial}"}
                yield PlanFault(path=("person", at, "serial"), code="twice", values=what)
            seen.add(person.serial)


def plan_schema() -> dict[str, object]:
    """The JSON Schema (2020-12) of a plan."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(Plan)}
