"""What types cannot say of the section `delivery`: for the configuration's check and for `check-config`."""

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from .addresses import AddressError, read_address
from .calendar import Calendar, CalendarError
from .sections import ChannelName, ChannelSection, DeliverySection


def first_problem(section: DeliverySection) -> tuple[str, str] | None:
    """Key and what would be right there; None for a section that makes sense. Reads no file."""
    if section.timezone is not None:
        try:
            ZoneInfo(section.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return "delivery.timezone", "a time zone of this machine, such as Asia/Shanghai"
    for name, channel in section.channel.items():
        problem = _of_channel(name, channel, section)
        if problem is not None:
            return f"delivery.channel.{name}{problem[0]}", problem[1]
    return None


def address_problems(section: DeliverySection, base: Path | None) -> Iterator[tuple[str, str, str]]:
    """Key, stable code and what would be right, of every channel whose address stands in a file that cannot be used.
    Credentials exist inside the service only, and are not looked at here."""
    for name, channel in section.channel.items():
        if channel.address_credential is None and channel.secret_credential is None:
            try:
                read_address(channel, base)
            except AddressError as error:
                yield f"delivery.channel.{name}.{error.key}", error.code, error.expected


def _of_channel(name: str, channel: ChannelSection, section: DeliverySection) -> tuple[str, str] | None:
    try:
        msgspec.convert(name, ChannelName)
    except msgspec.ValidationError:
        return "", "a name of 1-40 letters, digits, '-' and '_'"
    if (channel.address_file is None) == (channel.address_credential is None):
        return ".address_file", "address_file or address_credential, one of them"
    if channel.secret_file is not None and channel.secret_credential is not None:
        return ".secret_credential", "secret_file or secret_credential, not both"
    if channel.digest_every_min is not None and channel.digest_at is not None:
        return ".digest_at", "digest_every_min or digest_at, not both"
    if (channel.escalate_after_min is None) != (channel.escalate_to is None):
        return ".escalate_to", "both escalate_after_min and escalate_to"
    if channel.escalate_to is not None and channel.escalate_to not in section.channel:
        others = ", ".join(one for one in section.channel if one != name)
        return ".escalate_to", f"the name of another channel: {others}"
    if name in _handed_on_from(name, section):
        return ".escalate_to", "a way that does not come back to where it began"
    try:
        calendar = Calendar.of(channel, None)
    except CalendarError as error:
        return f".{error.key}", f"days such as 2026-10-01/2026-10-07, not {error.content}"
    if len(calendar.weekdays) == 7 and not channel.work_days:
        return ".quiet_weekdays", "at least one day that is not quiet"
    return None


def _handed_on_from(name: str, section: DeliverySection) -> frozenset[str]:
    seen: set[str] = set()
    at = section.channel[name].escalate_to
    while at is not None and at in section.channel and at not in seen:
        seen.add(at)
        at = section.channel[at].escalate_to
    return frozenset(seen)
