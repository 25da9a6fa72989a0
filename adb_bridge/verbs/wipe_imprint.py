"""What tells an erased phone from one that only says so: its marks before and after. Reading and comparing.

A factory reset draws a new `android_id`, empties `/data` and starts the kernel anew. So before it, files of ours are
put where a reset takes them; afterwards they have to be gone, told positively by a phone whose folder answers. Test
harness mode leaves `persist.sys.test_harness` at 1 (TestHarnessModeService, 10-16): another phone with the same serial
number does not have that.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..identity import parse_body
from ..readings import Credential, read_credential
from ..session import MIB, Session
from ..shell_batch import Section, run_batch
from .facts import read_boot_id
from .keyguard import read_keyguard

PROPERTIES: Final = (
    "ro.serialno", "ro.product.manufacturer", "ro.product.model", "ro.product.device", "sys.boot_completed",
    "persist.sys.test_harness", "ro.runtime.firstboot",
)  # fmt: skip
_LONGEST_VALUE: Final = 512
_TIMEOUT_S: Final = 20.0
_MAX_BYTES: Final = 4 * MIB
_MARK: Final = re.compile(r"[0-9a-f]{16,32}")
_PACKAGE: Final = re.compile(rb"^package:([A-Za-z0-9_.]{1,255})\r?$", re.MULTILINE)
_ROW: Final = re.compile(rb"^Row: [0-9]+ ", re.MULTILINE)
_NO_ROWS: Final = b"No result found."
_GONE: Final = re.compile(rb"No such file or directory")


class MarkPlace(StrEnum):
    """Where a file of ours lies that a factory reset takes."""

    DATA = "/data/local/tmp"
    SHARED = "/sdcard"


class MarkState(StrEnum):
    """Of one file of ours."""

    THERE = "there"
    GONE = "gone"
    """Its folder answers and it is not in it."""
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imprint:
    """What a phone is like at one moment. None: it does not tell."""

    serial: str | None
    model: str
    """Maker, model and device, as the system image has them."""
    boot_id: str | None
    install_mark: str | None
    """A hash of `android_id`: another one after a factory reset."""
    is_booted: bool
    is_test_harness: bool
    packages: frozenset[str] | None
    """Apps that are not part of the system image."""
    has_messages: bool | None
    marks: dict[MarkPlace, MarkState]
    credential: Credential


class Emptiness(StrEnum):
    """What two imprints prove."""

    EMPTIED = "emptied"
    NOT_ERASED = "not_erased"
    """The phone proves that it was not reset."""
    STILL_RUNNING = "still_running"
    """It runs since before: it was not reset, or has yet to go down."""
    STARTING = "starting"
    OTHER_PHONE = "other_phone"
    """Another serial number or another model answers."""
    NOT_RECOGNISED = "not_recognised"
    """Empty, and nothing says that it is the phone that was erased."""
    LEFTOVERS = "leftovers"
    """It was reset, and messages, the same apps or a file of ours are on it."""
    UNPROVEN = "unproven"
    """It does not tell enough."""


def mark_path(place: MarkPlace, mark: str) -> str:
    """ValueError for a mark that is not 16 to 32 hexadecimal digits: it becomes part of a command."""
    if not _MARK.fullmatch(mark):
        raise ValueError("a mark is 16 to 32 hexadecimal digits")
    return f"{place.value}/.sw-{mark}"


def planting(mark: str) -> tuple[str, ...]:
    """The commands that put the files there."""
    return tuple(f"echo shopwarden > {mark_path(place, mark)}" for place in MarkPlace)


def removal(mark: str) -> tuple[str, ...]:
    """The commands that take them away again."""
    return tuple(f"rm -f {mark_path(place, mark)}" for place in MarkPlace)


async def read_imprint(session: Session, mark: str) -> Imprint:
    """Ask; one shell call, read only.

    Raises:
        DeviceUnavailableError, ServerUnavailableError, ShellCommandError, ParseError: as `run_batch`.
    """
    files = tuple(command for place in MarkPlace for command in (f"ls -d {mark_path(place, mark)}", f"ls -d {place}/."))
    commands = (
        *(f"getprop {name}" for name in PROPERTIES), "cat /proc/sys/kernel/random/boot_id",
        "settings get secure android_id", "pm list packages -3",
        "content query --uri content://sms --projection _id | head -n 3", "dumpsys lock_settings",
        "dumpsys window policy", *files,
    )  # fmt: skip
    return read_imprint_print(await run_batch(session, commands, timeout_s=_TIMEOUT_S, max_bytes=_MAX_BYTES))


def read_imprint_print(sections: tuple[Section, ...]) -> Imprint:
    """Answers to the commands of `read_imprint`, in their order. Pure; total on any bytes."""
    properties, rest = sections[: len(PROPERTIES)], sections[len(PROPERTIES) :]
    boot_id, android_id, packages, messages, lock_settings, window, *files = rest
    told = {
        name: one.output.decode("utf-8", "replace").strip()[:_LONGEST_VALUE]
        for name, one in zip(PROPERTIES, properties, strict=True)
    }
    credential = read_credential(lock_settings.output)
    if credential is Credential.UNKNOWN:
        credential = read_keyguard(window.output).credential
    model = "/".join(told[f"ro.product.{name}"] for name in ("manufacturer", "model", "device"))
    return Imprint(
        serial=told["ro.serialno"] or None,
        model=model,
        boot_id=read_boot_id(boot_id.output, told),
        install_mark=parse_body(boot_id, android_id).install_mark,
        is_booted=told["sys.boot_completed"] == "1",
        is_test_harness=told["persist.sys.test_harness"] in {"1", "true"},
        packages=_packages(packages),
        has_messages=_has_messages(messages.output),
        marks={
            place: _mark_state(found, folder)
            for place, found, folder in zip(MarkPlace, files[::2], files[1::2], strict=True)
        },
        credential=credential,
    )


def compare(before: Imprint, after: Imprint) -> Emptiness:
    """What the phone proves that answers now. Pure."""
    if after.serial is None or after.serial != before.serial or after.model != before.model:
        return Emptiness.OTHER_PHONE
    if _is_same(before.boot_id, after.boot_id):
        return Emptiness.STILL_RUNNING
    if _is_same(before.install_mark, after.install_mark):
        return Emptiness.NOT_ERASED
    planted = [place for place, state in before.marks.items() if state is MarkState.THERE]
    is_drawn_anew = _is_other(before.install_mark, after.install_mark)
    is_mark_left = any(after.marks[place] is MarkState.THERE for place in planted)
    if is_mark_left and not is_drawn_anew:
        return Emptiness.NOT_ERASED
    if not after.is_booted:
        return Emptiness.STARTING
    is_another_start = _is_other(before.boot_id, after.boot_id)
    are_marks_gone = bool(planted) and all(after.marks[place] is MarkState.GONE for place in planted)
    is_reset = is_drawn_anew or (is_another_start and are_marks_gone)
    if not is_reset or after.has_messages is None and not are_marks_gone:
        return Emptiness.UNPROVEN
    if not after.is_test_harness:
        return Emptiness.NOT_RECOGNISED
    apps_before, apps_after = before.packages or frozenset(), after.packages or frozenset()
    are_apps_left = bool(apps_before) and apps_before <= apps_after
    return Emptiness.LEFTOVERS if is_mark_left or after.has_messages or are_apps_left else Emptiness.EMPTIED


def _is_same(one: str | None, other: str | None) -> bool:
    return one is not None and one == other


def _is_other(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other


def _packages(section: Section) -> frozenset[str] | None:
    """An empty list is an answer only when the program itself says that it went well."""
    found = frozenset(match[1].decode("ascii") for match in _PACKAGE.finditer(section.output))
    is_told = section.status == 0 and not section.output.strip()
    return found if found or is_told else None


def _has_messages(printed: bytes) -> bool | None:
    if _ROW.search(printed):
        return True
    return False if printed.strip() == _NO_ROWS else None


def _mark_state(found: Section, folder: Section) -> MarkState:
    if found.status == 0 and b"/.sw-" in found.output:
        return MarkState.THERE
    is_missing = found.status != 0 and _GONE.search(found.output) is not None
    return MarkState.GONE if is_missing and folder.status == 0 else MarkState.UNTOLD
