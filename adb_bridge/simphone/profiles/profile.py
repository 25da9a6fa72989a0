"""Reads the pages. What is wrong with one is said with file, place and nearest valid word."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from typing import Final, TypeVar

from ..faults import Right
from ..recording_names import Pending, RecordingRules
from ..spec import Brand
from ..switches import Switch, SwitchRule, SwitchState
from ..toml_table import ScenarioError, Table, nearest_of
from ..traits import (
    BundlePrint,
    CallerNumber,
    ColumnOrder,
    FileSignals,
    LimitParameter,
    NotificationLayout,
    OwnerRefusal,
    Presence,
    SmsProjection,
    TestHarness,
    Traits,
    Userland,
)

_FORMAT: Final = 1
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A phone that people have: who made it, what it says of itself, how its software behaves."""

    name: str
    title: str
    """For people."""
    brand: Brand
    model: str
    device: str
    sdk: int
    properties: Mapping[str, str]
    """`getprop` values beyond what every phone tells."""
    traits: Traits


def profile_names() -> tuple[str, ...]:
    """All pages, sorted."""
    folder = resources.files("adb_bridge.simphone.profiles") / "pages"
    return tuple(sorted(one.name.removesuffix(".toml") for one in folder.iterdir() if one.name.endswith(".toml")))


def load_page(name: str) -> Profile:
    """Read a page. Raise `ScenarioError`, also for a name that is none of `profile_names()`."""
    if name not in profile_names():
        raise ScenarioError(name, "", "no such profile", nearest_of(name, profile_names()))
    page = resources.files("adb_bridge.simphone.profiles") / "pages" / f"{name}.toml"
    with resources.as_file(page) as path:
        return read_profile(name, Table.load(path))


def read_profile(name: str, root: Table) -> Profile:
    """Check a page that is TOML. Raise `ScenarioError`."""
    if root.whole("schema") != _FORMAT:
        raise root.error("schema", f"must be {_FORMAT}")
    properties = root.table("properties")
    profile = Profile(
        name=name,
        title=root.text("title"),
        brand=_one_of(root, "brand", Brand),
        model=root.text("model"),
        device=root.text("device"),
        sdk=root.whole("sdk", low=28, high=36),
        properties={key: properties.text(key) for key in properties.keys()},  # noqa: SIM118 (a Table is not a dict)
        traits=_traits(root),
    )
    root.finish()
    return profile


def _traits(root: Table) -> Traits:
    providers, notifications = root.table("providers"), root.table("notifications")
    files, telephony = root.table("files"), root.table("telephony")
    commands = root.table("commands")
    traits = Traits(
        denied=_rights(root, "denied"),
        switches=tuple(_switch(table) for table in root.tables("switch")),
        userland=_one_of(root, "userland", Userland, Userland.ANDROID),
        layout=_one_of(notifications, "layout", NotificationLayout),
        notification_shell=_one_of(notifications, "shell", Presence, Presence.PRESENT),
        bundle_print=_one_of(notifications, "bundles", BundlePrint, BundlePrint.PARCELLED),
        limit_parameter=_one_of(providers, "limit", LimitParameter, LimitParameter.ACCEPTED),
        sms_projection=_one_of(providers, "sms_projection", SmsProjection, SmsProjection.EXPRESSIONS),
        column_order=_one_of(providers, "column_order", ColumnOrder, ColumnOrder.DECLARED),
        sms_columns=_columns(providers, "sms_columns"),
        call_columns=_columns(providers, "call_columns"),
        contact_columns=_columns(providers, "contact_columns"),
        recordings=_recordings(root.table("recordings")) if "recordings" in root else None,
        file_signals=_one_of(files, "inotifyd", FileSignals, FileSignals.TOLD),
        sim_slots=telephony.whole("slots", 1, low=1, high=2),
        test_harness=_one_of(commands, "test_harness", TestHarness, TestHarness.PRESENT),
        owner_refusal=_one_of(commands, "owner_refusal", OwnerRefusal, OwnerRefusal.NONE),
        clock_intents=_one_of(commands, "clock_intents", Presence, Presence.PRESENT),
        caller_number=_one_of(telephony, "caller_number", CallerNumber, CallerNumber.SHOWN),
    )
    for table in (providers, notifications, files, telephony, commands):
        table.finish()
    return traits


def _recordings(table: Table) -> RecordingRules:
    spelling = table.table("spelling")
    rules = RecordingRules(
        folder=table.text("folder"),
        pattern=table.text("pattern"),
        extension=table.text("extension"),
        mime_type=table.text("mime_type"),
        max_chars=table.whole("max_chars", 255, low=20, high=255),
        spelling=tuple((key, spelling.text(key)) for key in spelling.keys()),  # noqa: SIM118 (a Table is not a dict)
        pending=_one_of(table, "pending", Pending, Pending.PLAIN),
    )
    table.finish()
    return rules


def _switch(table: Table) -> SwitchRule:
    rule = SwitchRule(
        switch=_one_of(table, "name", Switch),
        state=_one_of(table, "state", SwitchState),
        takes=_rights(table, "takes"),
        taken_while=_one_of(table, "taken_while", SwitchState),
    )
    table.finish()
    return rule


def _rights(table: Table, key: str) -> frozenset[Right]:
    known = [one.value for one in Right]
    for word in table.texts(key, ()):
        if word not in known:
            raise table.error(key, f"'{word}' is none of {', '.join(known)}", nearest_of(word, known))
    return frozenset(Right(word) for word in table.texts(key, ()))


def _columns(table: Table, key: str) -> tuple[str, ...]:
    columns = table.texts(key, ())
    if not all(one.isidentifier() and one.isascii() for one in columns):
        raise table.error(key, "must be names of columns")
    return columns


def _one_of(table: Table, key: str, kind: type[E], default: E | None = None) -> E:
    return kind(table.choice(key, [one.value for one in kind], default))
