"""What a phone is and what it permits, found by trying, with the reason and the advice for each line.

Sources: Shell's permissions per Android version and vendors' switches are listed in docs/vendors.md; here only
behaviour counts. The parts: `vendors` (whose system), `probe_sources` (records), `probe_services` (everything else),
`evidence` and `advice` (the words of a line).
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from .advice import Advice as Advice
from .errors import BridgeErrorCode, DeviceUnavailableError, ParseError, UnsupportedSystemError
from .evidence import Evidence as Evidence
from .probe_services import probe_services
from .probe_sources import System, line, probe_sources
from .recordings.folders import KNOWN, Folder
from .records import Availability, Capability, CapabilityName, DeviceProfile, DeviceSerial, Untrusted
from .samples import sample_hash
from .session import Session
from .shell_batch import Section, run_batch
from .vendors import PROPERTIES, rom_of, vendor_of

_TIMEOUT_S: Final = 30.0
_AT_MOST_S: Final = 150.0
_SERIAL: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_ZONE: Final = re.compile(r"[A-Za-z0-9_+/-]{1,64}")
_SDK: Final = re.compile(r"[0-9]{1,3}")
_LONGEST_PROPERTY: Final = 200
_NAMES: Final = (
    "ro.serialno", "ro.product.model", "ro.build.version.release", "ro.build.version.sdk",
    "ro.build.version.security_patch", "persist.sys.timezone", *PROPERTIES,
)  # fmt: skip

UNSUPPORTED: Final[tuple[Capability, ...]] = (
    line(CapabilityName.SUPPORTED_SYSTEM, Availability.NO, Evidence.NO_ANDROID, Advice.UNSUPPORTED_SYSTEM),
)
"""The whole table of a phone that cannot be read."""


async def identify(session: Session) -> DeviceSerial:
    """The phone's own serial number; the only thing read from a phone that is not enrolled.

    Raises:
        ParseError: it tells none, or not `[A-Za-z0-9._:-]{1,64}`.
        DeviceUnavailableError, ServerUnavailableError: as `Session.shell`.
    """
    output = await session.shell("getprop ro.serialno", timeout_s=_TIMEOUT_S)
    serial = output.stdout.decode(errors="replace").strip()
    if not _SERIAL.fullmatch(serial):
        raise ParseError("ro.serialno", sample_sha256=sample_hash(output.stdout[:4096]))
    return DeviceSerial(serial)


async def profile_of(session: Session) -> DeviceProfile:
    """Maker, model, system and version; `capabilities` is empty. Reads properties, no content.

    Raises:
        UnsupportedSystemError: it tells no Android version.
        As `identify`.
    """
    sections = await run_batch(session, [f"getprop {name}" for name in _NAMES], timeout_s=_TIMEOUT_S)
    told = dict(zip(_NAMES, map(_property, sections), strict=True))
    serial, sdk = told["ro.serialno"], told["ro.build.version.sdk"]
    is_named, has_version = _SERIAL.fullmatch(serial) is not None, _SDK.fullmatch(sdk) is not None
    if not has_version and not told["ro.build.version.release"]:
        raise UnsupportedSystemError
    if not is_named:
        raise ParseError("ro.serialno", sample_sha256=sample_hash(sections[0].output[:4096]))
    return _profile(DeviceSerial(serial), told, int(sdk) if has_version else 0)


async def probe(session: Session, folders: Sequence[Folder] = KNOWN) -> DeviceProfile:
    """The profile with the capability table. Only for enrolled phones: it touches the sources. A phone that says that
    it is an Android and has no `content` gets the table `UNSUPPORTED`, and nothing else is tried.

    Reads row ids, no content but our own notice; sends one key event without a meaning; puts and deletes one setting
    of its own. Ends within 150 s.

    Args:
        folders: Where recordings may lie.

    Raises:
        DeviceUnavailableError: also DEVICE_TIMEOUT after 150 s.
        As `profile_of`. A source that fails is a line of the table, not an error.
    """
    try:
        async with asyncio.timeout(_AT_MOST_S):
            profile = await profile_of(session)
            system = System(vendor=profile.vendor, sdk=profile.sdk)
            try:
                sources = await probe_sources(session, system, folders)
            except UnsupportedSystemError:
                return replace(profile, capabilities=UNSUPPORTED)
            services = await probe_services(session, system)
    except TimeoutError as error:
        raise DeviceUnavailableError(BridgeErrorCode.DEVICE_TIMEOUT) from error
    return replace(profile, capabilities=(*sources, *services))


def is_settled(capabilities: Sequence[Capability]) -> bool:
    """False: something failed in a way that may pass, and another look soon is worth it."""
    return not any(one.evidence in {Evidence.NO_ANSWER, Evidence.PROVIDER_FAILED} for one in capabilities)


def _profile(serial: DeviceSerial, told: Mapping[str, str], sdk: int) -> DeviceProfile:
    vendor = vendor_of(told)
    zone = told["persist.sys.timezone"]
    return DeviceProfile(
        serial=serial,
        manufacturer=Untrusted(told["ro.product.manufacturer"]),
        model=Untrusted(told["ro.product.model"]),
        android_release=Untrusted(told["ro.build.version.release"]),
        sdk=sdk,
        security_patch=Untrusted(told["ro.build.version.security_patch"]),
        capabilities=(),
        vendor=vendor,
        rom=Untrusted(rom_of(vendor, told)),
        timezone=Untrusted(zone if _ZONE.fullmatch(zone) else ""),
    )


def _property(section: Section) -> str:
    """What a property says; "" when it is not told or there are no properties at all."""
    return section.output.decode(errors="replace").strip()[:_LONGEST_PROPERTY] if section.status == 0 else ""
