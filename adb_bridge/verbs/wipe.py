"""Erase a phone by test harness mode: may it, the order itself, and whether the phone came back empty.

`cmd testharness enable` (TestHarnessModeService, 10-16; 15 adds `--keep-memtag`) refuses a phone with a screen lock
(exit 2) and one without a persistent data block (exit 1); exit 0 says that the broadcast FACTORY_RESET was sent, no
more. The phone goes down a moment later and comes back empty, open, with adb on and the adb keys it had. Nothing but
the phone itself, back again, proves it. What has to happen between these steps is the daemon's.
"""

import asyncio
import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, assert_never

from ..clock import Clock
from ..errors import AdbBridgeError
from ..readings import Credential
from ..session import Session
from ..shell_batch import Section, run_batch
from .answers import Said, said_by
from .carry import bounded
from .codes import Code
from .endings import done, impossible, not_now, refused, unsure
from .facts import PhoneFacts
from .owner_print import OwnerApp
from .result import Ending, VerbResult
from .trail import PATIENCE, Patience, Trail
from .wipe_imprint import Emptiness, Imprint, MarkState, compare, planting, read_imprint, removal

FIRST_SDK: Final = 29
LEAST_BATTERY_PCT: Final = 30
_OWNER_SDK: Final = 33
"""Up to here a device owner may call wipeData for the main user."""
_TIMEOUT_S: Final = 15.0
_LATER_S: Final = 300.0
_STARTING_S: Final = 30.0
_LOOK_PAUSE_S: Final = 2.0
_HELP: Final = re.compile(rb"Test Harness Mode")
_NO_SERVICE: Final = re.compile(rb"can't find service|not found$", re.IGNORECASE | re.MULTILINE)
_NO_BLOCK: Final = re.compile(rb"^Service persistent_data_block: not found", re.MULTILINE)
_LOCK_SCREEN: Final = re.compile(rb"cannot be enabled if there is a lock screen")
_FAILED: Final = re.compile(rb"Failed to enable Test Harness Mode")
_LOCKED_STATUS: Final = 2
_NO_BLOCK_STATUS: Final = 1


class WipeRoute(StrEnum):
    """How a phone is erased."""

    TEST_HARNESS = "test_harness"
    DEVICE_OWNER = "device_owner"
    """TestDPC up to Android 13. The phone does not come back to adb: a person has to look."""


class WipeCode(StrEnum):
    """Why a wipe ended as it did, beside `codes.Code`."""

    READY = "wipe_ready"
    NO_TEST_HARNESS = "no_test_harness"
    """This Android or this vendor has no test harness mode, and no device owner can do it instead."""
    NO_DATA_BLOCK = "no_data_block"
    """Without a persistent data block the phone would forget who may connect, so it refuses."""
    SCREEN_LOCK_LEFT = "screen_lock_left"
    """The phone says that there is a screen lock."""
    ERASING = "erasing"
    """Sent: only the phone coming back empty proves it."""
    ERASING_BY_OWNER = "erasing_by_owner"
    """Sent to the device owner: the phone does not come back to adb."""
    STILL_RUNNING = "still_running"
    """It has not gone down since: it was not erased, or has yet to be."""
    EMPTIED = "emptied"
    NOT_ERASED = "not_erased"
    OTHER_PHONE = "other_phone"
    NOT_RECOGNISED = "not_recognised"
    LEFTOVERS = "leftovers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether the order may be given now."""

    route: WipeRoute | None
    """None: not by any."""
    result: VerbResult
    """DONE `wipe_ready`; NOT_NOW and IMPOSSIBLE say why not."""
    must_clear: bool
    """There is a screen lock that has to go first."""


async def wipe_preconditions(session: Session, facts: PhoneFacts, clock: Clock) -> Readiness:
    """Ask the phone, read only. Never raises but CancelledError; bounded."""
    trail = Trail(session, clock, PATIENCE)
    route: WipeRoute | None = None

    async def look() -> VerbResult:
        nonlocal route
        help_text, block, properties = await run_batch(
            session,
            ("cmd testharness help", "service check persistent_data_block", "getprop ro.frp.pst"),
            timeout_s=_TIMEOUT_S,
        )
        route, why_not = _route(facts, help_text, block, properties)
        return why_not or _standing(facts)

    result = await bounded(trail, look)
    must_clear = route is WipeRoute.TEST_HARNESS and facts.has_credential is not Credential.NONE
    return Readiness(route=route, result=result, must_clear=must_clear)


async def plant_marks(session: Session, mark: str) -> Imprint | None:
    """Put files of ours on the phone and read what it is like now; None when it does not answer. A phone that takes no
    files is told by its other marks. Never raises but CancelledError and, for a bad mark, ValueError.
    """
    try:
        await run_batch(session, planting(mark), timeout_s=_TIMEOUT_S)
        return await read_imprint(session, mark)
    except AdbBridgeError:
        return None


async def remove_marks(session: Session, mark: str) -> None:
    """Take the files away where nothing was erased. What the phone says does not matter."""
    try:
        await run_batch(session, removal(mark), timeout_s=_TIMEOUT_S)
    except AdbBridgeError:
        return


async def start_wipe(session: Session, route: WipeRoute, facts: PhoneFacts, clock: Clock) -> VerbResult:
    """Give the order, once. UNSURE `erasing` is the best that is known before the phone is back; REFUSED and IMPOSSIBLE
    say that it did not begin. Never raises but CancelledError; bounded.
    """
    trail = Trail(session, clock, PATIENCE)

    async def send() -> VerbResult:
        match route:
            case WipeRoute.TEST_HARNESS:
                (answer,) = await trail.act("wipe", "cmd testharness enable")
                return _sent(answer)
            case WipeRoute.DEVICE_OWNER:
                package = facts.owner.package if facts.owner is not None else ""
                line = f"dumpsys activity --user 0 service {package} wipe-data --flags 0"
                (answer,) = await trail.act("wipe", line)
                return refused(Code.REFUSED) if said_by(answer) is Said.REFUSED else unsure(WipeCode.ERASING_BY_OWNER)
            case _:
                assert_never(route)

    result = await bounded(trail, send)
    if result.ending is Ending.UNSURE and result.code in {Code.LINK_LOST, Code.PHONE_TIMEOUT, Code.UNREADABLE}:
        code = WipeCode.ERASING if route is WipeRoute.TEST_HARNESS else WipeCode.ERASING_BY_OWNER
        return replace(result, code=code)
    return result


async def is_empty(
    session: Session, before: Imprint, mark: str, clock: Clock, *, wait_s: float = 60.0, patience: Patience = PATIENCE
) -> VerbResult:
    """Whether the phone that answers is the erased one: DONE `emptied`, REFUSED `not_erased` or `still_running`, or
    UNSURE with why.

    A phone that still starts is waited for, up to `wait_s`; one that still runs since before the order may be about to
    go down and is waited for too. Never raises but CancelledError.
    """
    trail = Trail(session, clock, replace(patience, at_most_s=wait_s + patience.at_most_s))
    until_s = clock.monotonic() + wait_s

    async def look() -> VerbResult:
        while True:
            found = compare(before, await read_imprint(session, mark))
            is_early = found in {Emptiness.STARTING, Emptiness.STILL_RUNNING, Emptiness.UNPROVEN}
            if not is_early or clock.monotonic() >= until_s:
                return _told(found)
            await asyncio.sleep(_LOOK_PAUSE_S)

    result = await bounded(trail, look)
    return result if result.ending in {Ending.DONE, Ending.REFUSED} else replace(result, ending=Ending.UNSURE)


def planted(imprint: Imprint) -> int:
    """How many files of ours are on it."""
    return sum(state is MarkState.THERE for state in imprint.marks.values())


def _route(
    facts: PhoneFacts, help_text: Section, block: Section, properties: Section
) -> tuple[WipeRoute | None, VerbResult | None]:
    has_mode = facts.sdk >= FIRST_SDK and _HELP.search(help_text.output) is not None
    is_missing = facts.sdk < FIRST_SDK or _NO_SERVICE.search(help_text.output) is not None
    is_block_missing = _NO_BLOCK.search(block.output) is not None and not properties.output.strip()
    if has_mode and not is_block_missing:
        return WipeRoute.TEST_HARNESS, None
    if facts.owner is not None and facts.owner.app is OwnerApp.TESTDPC and facts.sdk <= _OWNER_SDK:
        return WipeRoute.DEVICE_OWNER, None
    if is_missing:
        return None, impossible(WipeCode.NO_TEST_HARNESS)
    if is_block_missing:
        return None, impossible(WipeCode.NO_DATA_BLOCK)
    # It has neither the help text nor the error of a missing service: a phone that starts, or a vendor's own words.
    return None, not_now(Code.UNREADABLE, _STARTING_S) if facts.is_booted else not_now(Code.STARTING, _STARTING_S)


def _standing(facts: PhoneFacts) -> VerbResult:
    if facts.is_booted is False:
        return not_now(Code.STARTING, _STARTING_S)
    if facts.in_call:
        return not_now(Code.IN_CALL, _LATER_S)
    is_low = facts.battery_pct is not None and facts.battery_pct < LEAST_BATTERY_PCT
    if is_low and not facts.is_powered:
        return not_now(Code.BATTERY_LOW, _LATER_S)
    return done(WipeCode.READY)


def _sent(answer: Section) -> VerbResult:
    if _LOCK_SCREEN.search(answer.output) or answer.status == _LOCKED_STATUS:
        return refused(WipeCode.SCREEN_LOCK_LEFT)
    if _FAILED.search(answer.output) or answer.status == _NO_BLOCK_STATUS:
        return impossible(WipeCode.NO_DATA_BLOCK)
    match said_by(answer):
        case Said.REFUSED:
            return refused(Code.REFUSED)
        case Said.UNKNOWN_COMMAND:
            return impossible(WipeCode.NO_TEST_HARNESS)
        case Said.NOTHING_BAD | Said.FAILED | Said.NOTHING:
            return unsure(WipeCode.ERASING)


def _told(found: Emptiness) -> VerbResult:
    match found:
        case Emptiness.EMPTIED:
            return done(WipeCode.EMPTIED)
        case Emptiness.NOT_ERASED:
            return refused(WipeCode.NOT_ERASED)
        case Emptiness.STILL_RUNNING:
            return refused(WipeCode.STILL_RUNNING)
        case Emptiness.STARTING:
            return unsure(Code.STARTING)
        case Emptiness.OTHER_PHONE:
            return unsure(WipeCode.OTHER_PHONE)
        case Emptiness.NOT_RECOGNISED:
            return unsure(WipeCode.NOT_RECOGNISED)
        case Emptiness.LEFTOVERS:
            return unsure(WipeCode.LEFTOVERS)
        case Emptiness.UNPROVEN:
            return unsure(Code.NOT_VERIFIED)
        case _:
            assert_never(found)
