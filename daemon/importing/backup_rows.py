"""Attributes of SMS Backup & Restore elements as rows. Total on any text.

Source: the program's own files as described in public and by phillipgreenii/mobilecombackup (versions 8 to 10; not
verified on a phone of ours). The text `null` stands for the provider's NULL everywhere, also where somebody wrote it.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from adb_bridge.records import CallRow, SmsRow
from adb_bridge.rows import BlobRef, MmsAddress, MmsPart, MmsRow
from adb_bridge.untrusted import Untrusted, UntrustedBytes

from ..event_fields import content_hash
from .found import LARGEST_TEXT_BYTES, FoundContent, FoundRow, Refused

Attributes = Mapping[str, str]

MOST_PARTS: Final = 500
_INTEGER: Final = re.compile(r"\s*-?[0-9]{1,18}\s*")
_LATEST_MS: Final = 2**53
_MILLISECONDS_FROM: Final = 10**11
"""Smaller numbers are seconds: 10^11 ms is in 1973, 10^11 s in the year 5138."""
_MOST_TYPE: Final = 99
_MOST_DURATION_S: Final = 10 * 86_400
_LONGEST_NAME: Final = 1_000
_KEY_DIGITS: Final = 32
_FROM, _TO = 137, 151
_NO_NAME: Final = frozenset({"(Unknown)", "null", ""})


def sms_row(attributes: Attributes, line: int) -> FoundRow | Refused:
    """`<sms …/>`."""
    date_ms, kind = _number(attributes, "date"), _number(attributes, "type")
    if date_ms is None or not 0 <= date_ms < _LATEST_MS:
        return Refused.BAD_DATE
    if kind is None or not 0 < kind <= _MOST_TYPE:
        return Refused.BAD_TYPE
    address, body = _bytes(attributes, "address"), _bytes(attributes, "body")
    if len(body or b"") + len(address or b"") > LARGEST_TEXT_BYTES:
        return Refused.TOO_LARGE
    return message_row(
        SmsRow(
            provider_id=0,
            address=address,
            body=body,
            date_ms=date_ms,
            date_sent_ms=_bounded(attributes, "date_sent") or 0,
            type=kind,
            thread_id=None,
            read=_bounded(attributes, "read"),
            sub_id=_bounded(attributes, "sub_id"),
        ),
        line,
    )


def message_row(row: SmsRow, line: int, *, precision_ms: int = 1, is_direction_known: bool = True) -> FoundRow:
    """With the key that it has in every file."""
    digest = content_hash(("sms", row.address, str(row.date_ms), str(row.type), row.body)).hex()
    return FoundRow(
        row=row,
        key=f"sms:{digest[:_KEY_DIGITS]}",
        line=line,
        precision_ms=precision_ms,
        size_bytes=len(row.body or b"") + len(row.address or b""),
        is_direction_known=is_direction_known,
    )


def call_row(attributes: Attributes, line: int) -> FoundRow | Refused:
    """`<call …/>`."""
    date_ms, kind = _number(attributes, "date"), _number(attributes, "type")
    if date_ms is None or not 0 <= date_ms < _LATEST_MS:
        return Refused.BAD_DATE
    if kind is None or not 0 < kind <= _MOST_TYPE:
        return Refused.BAD_TYPE
    duration_s = _number(attributes, "duration") if "duration" in attributes else 0
    if duration_s is None or not 0 <= duration_s <= _MOST_DURATION_S:
        return Refused.BAD_DURATION
    number, name = _value(attributes, "number"), _value(attributes, "contact_name")
    if len(number or "") > _LONGEST_NAME or len(name or "") > _LONGEST_NAME:
        return Refused.TOO_LARGE
    subscription = (_value(attributes, "subscription_id") or "")[:_LONGEST_NAME]
    return telephone_row(
        CallRow(
            provider_id=0,
            number=None if number is None else Untrusted(number),
            date_ms=date_ms,
            duration_s=duration_s,
            type=kind,
            presentation=_bounded(attributes, "presentation"),
            subscription_id=Untrusted(subscription) if subscription else None,
            cached_name=None if name is None or name in _NO_NAME else Untrusted(name),
            last_modified_ms=None,
        ),
        line,
    )


def telephone_row(
    row: CallRow,
    line: int,
    *,
    precision_ms: int = 1,
    is_direction_known: bool = True,
    is_duration_known: bool = True,
) -> FoundRow:
    """With the key that it has in every file."""
    digest = content_hash(("call", row.number, str(row.date_ms), str(row.type), str(row.duration_s))).hex()
    return FoundRow(
        row=row,
        key=f"call:{digest[:_KEY_DIGITS]}",
        line=line,
        precision_ms=precision_ms,
        size_bytes=len(row.number or ""),
        is_direction_known=is_direction_known,
        is_duration_known=is_duration_known,
    )


@dataclass(slots=True)
class MmsDraft:
    """An `<mms>` element that is still open."""

    attributes: Attributes
    line: int
    parts: list[MmsPart] = field(default_factory=list)
    addresses: list[MmsAddress] = field(default_factory=list)
    text_bytes: int = 0
    is_too_large: bool = False

    def add_address(self, attributes: Attributes) -> None:
        """`<addr address type/>`."""
        address, kind = _value(attributes, "address"), _bounded(attributes, "type")
        if len(self.addresses) >= MOST_PARTS or len(address or "") > _LONGEST_NAME:
            self.is_too_large = True
        elif address is not None and kind is not None:
            self.addresses.append(MmsAddress(address=Untrusted(address), kind=kind))

    def add_part(self, attributes: Attributes) -> FoundContent | None:
        """`<part ct text data …/>`; its bytes when it has some."""
        if len(self.parts) >= MOST_PARTS:
            self.is_too_large = True
            return None
        content_type = _value(attributes, "ct") or "application/octet-stream"
        names = (_value(attributes, name) for name in ("cl", "fn", "name"))
        name = next((one[:_LONGEST_NAME] for one in names if one), None)
        text, data = _bytes(attributes, "text"), _value(attributes, "data")
        content = None
        if data is not None and text is None:
            try:
                content = base64.b64decode(re.sub(r"\s+", "", data), validate=True)
            except (binascii.Error, ValueError):
                content = None
        found = None if content is None else FoundContent(sha256=hashlib.sha256(content).hexdigest(), content=content)
        self.text_bytes += len(text or b"")
        self.parts.append(
            MmsPart(
                part_id=len(self.parts) + 1,
                content_type=Untrusted(content_type[:_LONGEST_NAME]),
                name=None if name is None else Untrusted(name),
                text=text,
                blob=None if found is None else BlobRef(sha256=found.sha256, size_bytes=len(found.content)),
                problem="unreadable" if text is None and found is None else None,
            )
        )
        return found

    def row(self) -> FoundRow | Refused:
        """Once the element is whole."""
        date, box = _number(self.attributes, "date"), _number(self.attributes, "msg_box")
        if date is None or not 0 <= date < _LATEST_MS:
            return Refused.BAD_DATE
        if box is None or not 0 < box <= _MOST_TYPE:
            return Refused.BAD_TYPE
        if self.is_too_large:
            return Refused.BAD_SHAPE
        subject = _bytes(self.attributes, "sub")
        if self.text_bytes + len(subject or b"") > LARGEST_TEXT_BYTES:
            return Refused.TOO_LARGE
        row = MmsRow(
            provider_id=0,
            date_s=_seconds(date),
            date_sent_s=_seconds(_bounded(self.attributes, "date_sent") or 0),
            box=box,
            message_type=_bounded(self.attributes, "m_type"),
            subject=_mended_subject(subject),
            thread_id=None,
            read=_bounded(self.attributes, "read"),
            sub_id=_bounded(self.attributes, "sub_id"),
            addresses=tuple(self.addresses) or self._stated_addresses(box),
            parts=tuple(self.parts),
        )
        return FoundRow(
            row=row, key=_mms_key(row), line=self.line, precision_ms=1_000, size_bytes=self.text_bytes + 256
        )

    def _stated_addresses(self, box: int) -> tuple[MmsAddress, ...]:
        """Of a file without `<addrs>`: the message's own attribute, joined by `~` for a group."""
        stated = (_value(self.attributes, "address") or "")[: MOST_PARTS * 30].split("~")
        kind = _FROM if box == 1 else _TO
        return tuple(MmsAddress(address=Untrusted(one), kind=kind) for one in stated[:MOST_PARTS] if one)


def _mms_key(row: MmsRow) -> str:
    addresses = tuple(sorted((str(one.kind), str(one.address)) for one in row.addresses))
    parts = tuple(
        (str(part.content_type), hashlib.sha256(part.text).hexdigest() if part.text is not None else _file_of(part))
        for part in row.parts
    )
    digest = content_hash(("mms", str(row.date_s), str(row.box), row.subject, addresses, parts)).hex()
    return f"mms:{digest[:_KEY_DIGITS]}"


def _file_of(part: MmsPart) -> str:
    return "" if part.blob is None else part.blob.sha256


def _mended_subject(subject: UntrustedBytes | None) -> UntrustedBytes | None:
    """UTF-8 whose bytes the provider took for Latin-1, as AOSP's keeps subjects, becomes UTF-8 again."""
    if subject is None or subject.isascii():
        return subject
    try:
        mended = subject.decode().encode("latin-1")
        mended.decode()
    except UnicodeError:
        return subject
    return UntrustedBytes(mended)


def _seconds(stamp: int) -> int:
    return stamp // 1000 if stamp >= _MILLISECONDS_FROM else stamp


def _value(attributes: Attributes, name: str) -> str | None:
    text = attributes.get(name)
    return None if text is None or text == "null" else text


def _bytes(attributes: Attributes, name: str) -> UntrustedBytes | None:
    text = _value(attributes, name)
    return None if text is None else UntrustedBytes(text.encode("utf-8", "replace"))


def _number(attributes: Attributes, name: str) -> int | None:
    text = attributes.get(name, "")
    return int(text) if _INTEGER.fullmatch(text) else None


def _bounded(attributes: Attributes, name: str) -> int | None:
    """A number that is only kept, None for a senseless one."""
    number = _number(attributes, name)
    return number if number is not None and -_LATEST_MS < number < _LATEST_MS else None
