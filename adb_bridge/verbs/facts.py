"""What a phone is at the moment, as far as it decides what an order can do. One call to the phone."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from ..carrier import Carrier
from ..identity import carrier_of
from ..readings import Credential, read_battery, read_credential, read_device_locked
from ..records import Untrusted, Vendor
from ..session import MIB, Session
from ..shell_batch import Section, run_batch
from ..telephony_registry import LineState, read_lines
from ..vendors import rom_of, vendor_of
from .answers import Said, said_by
from .keyguard import read_keyguard
from .lock_words import VERIFY_NONE, credential_by_verify
from .owner_print import Owner, read_owner

_TIMEOUT_S: Final = 20.0
_MAX_BYTES: Final = 6 * MIB
_COMMANDS: Final = (
    "getprop", "cat /proc/sys/kernel/random/boot_id", "dumpsys battery", "dumpsys lock_settings", "dumpsys trust",
    "dumpsys window policy", "dumpsys telephony.registry", "dumpsys -l", "cmd -l", "dpm list-owners",
    "dumpsys device_policy", "pm list users", "am get-current-user", "am get-started-user-state 0",
    "settings get global airplane_mode_on", "input keyevent 0",
)  # fmt: skip
_PROPERTY: Final = re.compile(r"^\[([A-Za-z0-9._:@-]{1,128})\]: \[([^\n]{0,512})\]\r?$", re.MULTILINE)
_SERVICE: Final = re.compile(rb"^ {1,4}([A-Za-z0-9._/-]{1,100})\r?$", re.MULTILINE)
_USER: Final = re.compile(rb"^\s*UserInfo\{([0-9]{1,6}):.*:[0-9a-fA-F]{1,12}\}(?: running)?\s*$", re.MULTILINE)
_BOOT_ID: Final = re.compile(rb"\s*([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\s*")
_SDK: Final = re.compile(r"[0-9]{1,3}")
_FIRST_BOOT: Final = re.compile(r"[0-9]{6,16}")
_POWERED: Final = re.compile(rb"^  (?:AC|USB|Wireless|Dock) powered: (true|false)\r?$", re.MULTILINE)


class Sim(StrEnum):
    """Whether a call can leave."""

    READY = "ready"
    NONE = "none"
    """Every slot says that it is empty, or locked by its own PIN."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneFacts:
    """None and UNKNOWN: the phone does not tell. Claims of the phone, like everything it says."""

    sdk: int
    """API level; 0 when not told."""
    vendor: Vendor
    skin: Untrusted
    """The vendor's system with its version, such as `HyperOS 1.0`; may be empty."""
    carrier: Carrier
    has_credential: Credential
    is_locked: bool | None
    is_user_unlocked: bool | None
    """False from a start until the first unlock: apps and their data are closed."""
    is_booted: bool | None
    owner: Owner | None
    """The device-owner app; None: there is none."""
    is_owner_told: bool
    services: frozenset[str]
    """Names of system services; empty when not told."""
    users: tuple[int, ...]
    """The main user first; more where apps are cloned or there is a work profile. Never empty."""
    current_user: int
    battery_pct: int | None
    is_powered: bool | None
    in_call: bool | None
    """It rings, or somebody talks."""
    sim: Sim
    is_airplane: bool | None
    boot_id: str | None
    """Changes at each start."""
    takes_key_events: bool | None = None
    """False: a vendor's switch keeps adb from pressing keys."""

    def has_service(self, name: str) -> bool | None:
        """None when the phone told none at all."""
        return name in self.services if self.services else None


async def probe_facts(session: Session) -> PhoneFacts:
    """Ask; one shell call, two where the first does not tell whether there is a screen lock. Changes nothing; sends one
    key event without a meaning (KEYCODE_UNKNOWN, wakes nothing).

    Raises:
        DeviceUnavailableError, ServerUnavailableError, ShellCommandError, ParseError: as `run_batch`.
    """
    sections = await run_batch(session, _COMMANDS, timeout_s=_TIMEOUT_S, max_bytes=_MAX_BYTES)
    facts = read_facts(sections, carrier_of(session.transport))
    if facts.has_credential is not Credential.UNKNOWN:
        return facts
    (verified,) = await run_batch(session, [VERIFY_NONE], timeout_s=_TIMEOUT_S)
    return replace(facts, has_credential=credential_by_verify(verified))


def read_facts(sections: tuple[Section, ...], carrier: Carrier) -> PhoneFacts:
    """Answers to the commands of `probe_facts`, in their order. Pure; total on any bytes."""
    (
        getprop, boot_id, battery, lock_settings, trust, window, telephony, dumpsys_list, cmd_list, owners,
        device_policy, users, current_user, user_state, airplane, key_event,
    ) = sections  # fmt: skip
    told = read_properties(getprop.output)
    vendor = vendor_of(told)
    sdk = told.get("ro.build.version.sdk", "")
    owner, is_owner_told = read_owner(owners, device_policy)
    lines = read_lines(telephony.output)
    services = _services(dumpsys_list) | _services(cmd_list)
    found_users = tuple(sorted({int(match[1]) for match in _USER.finditer(users.output)})) or (0,)
    return PhoneFacts(
        sdk=int(sdk) if _SDK.fullmatch(sdk) else 0,
        vendor=vendor,
        skin=Untrusted(rom_of(vendor, told)),
        carrier=carrier,
        has_credential=_credential(lock_settings, window),
        is_locked=read_device_locked(trust.output),
        is_user_unlocked=_is_user_unlocked(told, user_state),
        is_booted=_is_booted(told, services),
        owner=owner,
        is_owner_told=is_owner_told,
        services=services,
        users=found_users,
        current_user=_whole(current_user.output, default=0),
        battery_pct=read_battery(battery.output).pct,
        is_powered=_is_powered(battery.output),
        in_call=any(line.state is not LineState.IDLE for line in lines) if lines else None,
        sim=_sim(told.get("gsm.sim.state", "")),
        is_airplane=_flag(airplane.output.decode("ascii", "replace").strip()),
        boot_id=read_boot_id(boot_id.output, told),
        takes_key_events=_takes_key_events(key_event),
    )


def read_properties(printed: bytes) -> Mapping[str, str]:
    """`getprop` without a name: `[name]: [value]` a line. The first of each name counts."""
    found: dict[str, str] = {}
    for match in _PROPERTY.finditer(printed.decode("utf-8", "replace")):
        found.setdefault(match[1], match[2].strip())
    return found


def read_boot_id(printed: bytes, properties: Mapping[str, str]) -> str | None:
    """The kernel's boot id, or where a vendor hides it the moment of the start (`ro.runtime.firstboot`, ms)."""
    if (match := _BOOT_ID.fullmatch(printed)) is not None:
        return match[1].decode("ascii")
    first_boot = properties.get("ro.runtime.firstboot", "")
    return f"firstboot:{first_boot}" if _FIRST_BOOT.fullmatch(first_boot) else None


def _credential(lock_settings: Section, window: Section) -> Credential:
    """`dumpsys lock_settings` knows (11+); the keyguard tells what it last heard."""
    found = read_credential(lock_settings.output)
    return found if found is not Credential.UNKNOWN else read_keyguard(window.output).credential


def _is_user_unlocked(told: Mapping[str, str], user_state: Section) -> bool | None:
    """As `content_query.is_storage_locked`, but what is not told stays so."""
    if told.get("sys.user.0.ce_available") == "true":
        return True
    match user_state.output.strip():
        case b"RUNNING_UNLOCKED":
            return True
        case b"RUNNING_LOCKED" | b"BOOTING":
            return False
        case _:
            return None


def _is_booted(told: Mapping[str, str], services: frozenset[str]) -> bool | None:
    """`sys.boot_completed` is empty until it is 1; adb is up before the package manager is."""
    if "1" in {told.get("sys.boot_completed"), told.get("dev.bootcomplete")}:
        return True
    if told.get("sys.boot_completed") == "0" or (services and "package" not in services):
        return False
    return None


def _takes_key_events(section: Section) -> bool | None:
    match said_by(section):
        case Said.NOTHING_BAD:
            return True
        case Said.REFUSED:
            return False
        case Said.UNKNOWN_COMMAND | Said.FAILED | Said.NOTHING:
            return None


def _services(section: Section) -> frozenset[str]:
    return frozenset(match[1].decode("ascii") for match in _SERVICE.finditer(section.output))


def _is_powered(printed: bytes) -> bool | None:
    answers = [match[1] == b"true" for match in _POWERED.finditer(printed)]
    return any(answers) if answers else None


def _sim(states: str) -> Sim:
    """`gsm.sim.state`, a word for each slot (AOSP TelephonyProperties): READY, LOADED, ABSENT, PIN_REQUIRED, …"""
    words = {word.strip().upper() for word in states.split(",") if word.strip()}
    if words & {"READY", "LOADED"}:
        return Sim.READY
    closed = {"ABSENT", "PIN_REQUIRED", "PUK_REQUIRED", "NETWORK_LOCKED", "PERM_DISABLED", "CARD_IO_ERROR"}
    return Sim.NONE if words and words <= closed else Sim.UNKNOWN


def _flag(text: str) -> bool | None:
    return {"1": True, "0": False}.get(text)


def _whole(printed: bytes, *, default: int) -> int:
    text = printed.strip()
    return int(text) if text.isdigit() and len(text) <= 6 else default
