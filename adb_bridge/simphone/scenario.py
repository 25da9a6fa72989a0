"""Scenarios: who works where with which phone, what is on the phones, what happens while they are watched.

The file format is documented in docs/simulated-phone.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Final

from .fault_plan import PlannedFault, read_fault_plan
from .profiles import Profile, every_name, load_profile
from .spec import AuthMode, Brand, Calling, History, Wipe
from .switches import Switch, SwitchState
from .toml_table import ScenarioError, Table, nearest_of

__all__ = ["Line", "LiveEvent", "Scenario", "ScenarioError", "Staff", "Talk", "What", "load_scenario", "packaged_names"]

_FORMAT: Final = 1


class What(StrEnum):
    """What happens at one moment of the live script."""

    RECEIVED = "received"
    SENT = "sent"
    CALL_IN = "call_in"
    CALL_OUT = "call_out"
    MISSED = "missed"
    CONTACT_ADDED = "contact_added"
    CONTACT_RENAMED = "contact_renamed"
    CONTACT_DELETED = "contact_deleted"
    SCREEN_OFF = "screen_off"
    SCREEN_ON = "screen_on"
    CHARGING = "charging"
    MMS_IN = "mms_in"
    MMS_OUT = "mms_out"
    WECHAT = "wechat"
    WECOM = "wecom"
    ALIPAY = "alipay"
    RECORDED_CALL = "recorded_call"
    """A call in, which the dialer records if it records calls."""


WITH_TEXT: Final = (
    What.RECEIVED, What.SENT, What.MMS_IN, What.MMS_OUT, What.WECHAT, What.WECOM, What.ALIPAY, What.CONTACT_RENAMED,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """A person and the work phone in their hand."""

    name: str
    profile: str | None
    """One of `profiles.every_name()`; None for AOSP's behaviour at `sdk`."""
    brand: Brand
    model: str
    device: str
    sdk: int
    switches: Mapping[Switch, SwitchState]
    """The profile's switches that somebody flipped when the phone was set up."""
    pin: str | None
    auth: AuthMode
    battery_pct: int
    installed: tuple[str, ...] = ()
    clones: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    device_owner: str | None = None
    owner_key: str = ""
    calling: Calling = Calling.READY
    wipe: Wipe = Wipe.EMPTIED
    """These seven as in `PhoneSpec`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Somebody known by name in the script; on every phone's address book."""

    key: str
    name: str
    number: str
    note: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a talk."""

    is_staff: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A short conversation, used for history and for chatter between the scripted moments."""

    weight: float
    lines: tuple[Line, ...]
    sender: str | None
    """A fixed number (a bank's) instead of a customer's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveEvent:
    """One moment of the live script. Texts are variants; which one is used follows from the seed."""

    at_s: float
    phone: int
    """Index into the staff; wraps around when there are fewer phones."""
    what: What
    customer: str | None
    """A customer's key; None picks a customer of that phone."""
    sender: str | None
    """A fixed number instead of a customer."""
    texts: tuple[str, ...]
    duration_s: int
    expects: str | None
    """Label of what an alert should be about; None for moments that deserve none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A whole scenario, checked."""

    name: str
    title: str
    history: History
    staff: tuple[Staff, ...]
    customers: tuple[Customer, ...]
    surnames: tuple[str, ...]
    given_names: tuple[str, ...]
    """Invented customers are called a surname and a given name."""
    words: Mapping[str, tuple[str, ...]]
    """`{name}` in a text becomes one of these."""
    talks: tuple[Talk, ...]
    live: tuple[LiveEvent, ...]
    chatter_every_s: float
    """Mean seconds between two chatter messages of one phone."""
    round_s: float
    """From the end of the script on, one of its moments (other customers, other words) happens this often."""
    faults: tuple[PlannedFault, ...]
    """Trouble at program calls."""

    def customer(self, key: str) -> Customer:
        """By key; the reader has checked that all keys used exist."""
        return next(one for one in self.customers if one.key == key)


def packaged_names() -> tuple[str, ...]:
    """Scenarios that come with the product."""
    folder = resources.files("adb_bridge.simphone") / "scenarios"
    return tuple(sorted(one.name.removesuffix(".toml") for one in folder.iterdir() if one.name.endswith(".toml")))


def load_scenario(source: str | Path) -> Scenario:
    """Load a file, or a packaged scenario by name. Raise `ScenarioError`."""
    if isinstance(source, Path) or source.endswith(".toml") or "/" in source:
        return _read(Table.load(Path(source)))
    if source not in packaged_names():
        raise ScenarioError(source, "", "no such scenario", nearest_of(source, packaged_names()))
    with resources.as_file(resources.files("adb_bridge.simphone") / "scenarios" / f"{source}.toml") as path:
        return _read(Table.load(path))


def _read(root: Table) -> Scenario:
    if root.whole("schema") != _FORMAT:
        raise root.error("schema", f"must be {_FORMAT}")
    history = root.table("history")
    words = root.table("words")
    scenario = Scenario(
        name=root.text("name"),
        title=root.text("title"),
        history=History(
            sms=history.whole("sms", 0, high=1_000_000),
            calls=history.whole("calls", 0, high=10_000),
            contacts=history.whole("contacts", 0, high=10_000),
            days=history.whole("days", 90, low=1, high=3650),
        ),
        staff=tuple(_staff(table) for table in root.tables("staff")),
        customers=tuple(_customer(table) for table in root.tables("customer")),
        surnames=root.texts("surnames"),
        given_names=root.texts("given_names"),
        words={key: words.texts(key) for key in words.keys()},  # noqa: SIM118 (a Table is not a dict)
        talks=tuple(_talk(table) for table in root.tables("talk")),
        live=(),
        chatter_every_s=root.number("chatter_every_s", 6.0, low=0.1),
        round_s=root.number("round_s", 10.0, low=0.5),
        faults=read_fault_plan(root),
    )
    live = tuple(_live(table, scenario) for table in root.tables("live"))
    history.finish()
    root.finish()
    for part, found in (
        ("staff", scenario.staff),
        ("talk", scenario.talks),
        ("surnames", scenario.surnames),
        ("given_names", scenario.given_names),
    ):
        if not found:
            raise root.error(part, "needs at least one")
    _check_words(root, scenario, live)
    return replace(scenario, live=tuple(sorted(live, key=lambda event: event.at_s)))


def _staff(table: Table) -> Staff:
    name = table.optional_text("profile")
    profile = None if name is None else _profile(table, name)
    staff = Staff(
        name=table.text("name"),
        profile=name,
        brand=profile.brand if profile else Brand(table.choice("brand", [one.value for one in Brand])),
        model=table.text("model", profile.model if profile else None),
        device=table.text("device", profile.device if profile else None),
        sdk=profile.sdk if profile else table.whole("sdk", low=28, high=36),
        switches=_switches(table, profile),
        pin=table.optional_text("pin"),
        auth=AuthMode(table.choice("auth", [one.value for one in AuthMode], AuthMode.ACCEPT)),
        battery_pct=table.whole("battery_pct", 80, high=100),
        installed=table.texts("installed", ()),
        clones=table.texts("clones", ()),
        accounts=table.texts("accounts", ()),
        device_owner=table.optional_text("device_owner"),
        owner_key=table.text("owner_key", ""),
        calling=Calling(table.choice("calling", [one.value for one in Calling], Calling.READY)),
        wipe=Wipe(table.choice("wipe", [one.value for one in Wipe], Wipe.EMPTIED)),
    )
    table.finish()
    return staff


def _profile(table: Table, name: str) -> Profile:
    table.choice("profile", every_name())
    return load_profile(name)


def _switches(table: Table, profile: Profile | None) -> Mapping[Switch, SwitchState]:
    switches = table.table("switches")
    known = [rule.switch.value for rule in profile.traits.switches] if profile else []
    states: dict[Switch, SwitchState] = {}
    for key in switches.keys():  # noqa: SIM118 (a Table is not a dict)
        if key not in known:
            raise table.error(f"switches.{key}", "the phone has no such switch", nearest_of(key, known))
        states[Switch(key)] = SwitchState(switches.choice(key, [one.value for one in SwitchState]))
    return states


def _customer(table: Table) -> Customer:
    customer = Customer(
        key=table.text("key"), name=table.text("name"), number=table.text("number"), note=table.optional_text("note")
    )
    table.finish()
    return customer


def _talk(table: Table) -> Talk:
    lines = []
    for text in table.texts("lines"):
        side, separator, words = text.partition(": ")
        if side not in ("customer", "staff") or not separator:
            raise table.error("lines", "each line starts with 'customer: ' or 'staff: '")
        lines.append(Line(side == "staff", words))
    talk = Talk(weight=table.number("weight", 1.0), lines=tuple(lines), sender=table.optional_text("sender"))
    table.finish()
    if not lines:
        raise table.error("lines", "must not be empty")
    return talk


def _live(table: Table, scenario: Scenario) -> LiveEvent:
    what = What(table.choice("what", [one.value for one in What]))
    event = LiveEvent(
        at_s=table.number("at_s", high=86_400),
        phone=table.whole("phone", 0, high=1_000),
        what=what,
        customer=table.optional_text("customer"),
        sender=table.optional_text("sender"),
        texts=table.texts("texts", ()),
        duration_s=table.whole("duration_s", 30, high=36_000),
        expects=table.optional_text("expects"),
    )
    table.finish()
    keys = [one.key for one in scenario.customers]
    if event.customer is not None and event.customer not in keys:
        raise table.error("customer", f"no customer '{event.customer}'", nearest_of(event.customer, keys))
    if what in WITH_TEXT and not event.texts:
        raise table.error("texts", f"'{what}' needs at least one text")
    return event


def _check_words(root: Table, scenario: Scenario, live: tuple[LiveEvent, ...]) -> None:
    """Every `{name}` must be known before the show, not in the middle of it."""
    known = [*scenario.words, *BUILT_IN]
    for name, choices in scenario.words.items():
        if not choices:
            raise root.error(f"words.{name}", "needs at least one")
        for inner in (inner for text in choices for inner in placeholders(text)):
            if inner not in BUILT_IN:
                raise root.error(f"words.{name}", f"'{{{inner}}}' is not one of {', '.join(BUILT_IN)}")
    for text in [line.text for talk in scenario.talks for line in talk.lines] + [
        one for event in live for one in event.texts
    ]:
        for name in placeholders(text):
            if name not in known:
                raise root.error("words", f"'{{{name}}}' is used and not defined", nearest_of(name, known))


BUILT_IN: Final = ("customer", "staff", "day", "hour", "price", "digits")
"""Placeholders that need no list: names, a weekday, an hour, a price in yuan, four digits."""


def placeholders(text: str) -> list[str]:
    """The names between braces, in order."""
    return [part.partition("}")[0] for part in text.split("{")[1:] if "}" in part]
