"""MMS and call recordings become events. Pure, as `normalise`."""

import hashlib

from adb_bridge.records import DeviceSerial, RawRecord
from adb_bridge.rows import MmsPart, MmsRow, RecordingDirection, RecordingRow

from .archive.identifiers import row_token
from .attachments import Attachment
from .event_fields import attributes, claimed_time, content_hash, storable
from .events import CollectedEvent, Direction, EventKind
from .peers import canonical_peer

_BOXES = {1: Direction.IN, 2: Direction.OUT, 4: Direction.OUT}
"""AOSP Telephony.BaseMmsColumns: 1 inbox, 2 sent, 3 drafts, 4 outbox."""
_FROM, _TO = 137, 151
_UTF_8 = 106
"""IANA MIBenum."""
_NOBODY = "insert-address-token"
"""What the provider writes where the phone's own number belongs."""
_MAX_TYPE = 100


def mms_event(record: RawRecord, row: MmsRow, device: DeviceSerial) -> CollectedEvent:
    """A message. `body` is its plain text parts joined by newlines, None without any; every part is an attachment."""
    occurred_at, claimed_ms = claimed_time(row.date_s * 1000, record.collected_at)
    direction = _BOXES.get(row.box, Direction.NONE)
    wanted = _FROM if direction is not Direction.OUT else _TO
    others = [storable(one.address) for one in row.addresses if one.kind == wanted and one.address != _NOBODY]
    peer = others[0] if others else None
    attachments = tuple(_part(part) for part in row.parts)
    texts = [bytes(part.text) for part in row.parts if part.text is not None and part.content_type == "text/plain"]
    body = b"\n".join(texts) if texts else None
    subject = None if row.subject is None else _subject(row.subject, row.subject_charset)
    said = "" if body is None else body.decode("utf-8", "replace")
    content = content_hash(
        (
            "mms", str(row.box), str(row.date_s), row.subject,
            tuple(sorted((str(one.kind), storable(one.address)) for one in row.addresses)),
            tuple((one.content_type, one.sha256 or "") for one in attachments),
        )
    )  # fmt: skip
    return CollectedEvent(
        token=row_token(device, record.source, record.source_key, content),
        device=device,
        kind=EventKind.MESSAGE,
        source=record.source,
        source_key=record.source_key,
        occurred_at=occurred_at,
        received_at=record.collected_at,
        direction=direction,
        peer=peer,
        peer_key=None if peer is None else canonical_peer(peer),
        body=body,
        attributes=attributes(
            type=row.box,
            message_type=row.message_type,
            subject=subject,
            claimed_ms=claimed_ms,
            date_sent_s=row.date_sent_s or None,
            thread_id=row.thread_id,
            read=row.read,
            sub_id=row.sub_id,
            addresses=tuple(f"{one.kind} {storable(one.address)}" for one in row.addresses),
            attachments=attachments,
            provenance=record.provenance,
        ),
        text=f"{subject}\n{said}" if subject else said,
    )


def _subject(stored: bytes, charset: int | None) -> str:
    """AOSP's PduPersister keeps each byte of a subject as one Latin-1 character; UTF-8 bytes become text again."""
    shown = stored.decode("utf-8", "replace")
    if charset not in {None, _UTF_8}:
        return shown
    try:
        return shown.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return shown  # a vendor that stores the text as it is


def recording_event(record: RawRecord, row: RecordingRow, device: DeviceSerial) -> CollectedEvent:
    """A recording of a call: what its name claims, and its file as attachment. Which call it is of is told apart."""
    modified_ms = row.modified_s * 1000
    occurred_at, claimed_ms = claimed_time(row.started_ms or modified_ms, record.collected_at)
    number = None if row.number is None else storable(row.number)
    name = None if row.contact_name is None else storable(row.contact_name)
    sha256 = None if row.blob is None else row.blob.sha256
    file_name = storable(row.name)
    attachment = Attachment(
        content_type=_audio_type(file_name),
        name=file_name,
        sha256=sha256,
        size_bytes=row.size_bytes if row.blob is None else row.blob.size_bytes,
        is_sealed=row.blob is not None,
        duration_ms=row.duration_ms,
        problem=row.problem,
    )
    content = content_hash(("recording", storable(row.folder), file_name, str(row.size_bytes), sha256))
    return CollectedEvent(
        token=row_token(device, record.source, record.source_key, content),
        device=device,
        kind=EventKind.RECORDING,
        source=record.source,
        source_key=record.source_key,
        occurred_at=occurred_at,
        received_at=record.collected_at,
        direction=_DIRECTIONS[row.direction],
        peer=number or name,
        peer_key=None if number is None else canonical_peer(number),
        body=None,
        attributes=attributes(
            folder=storable(row.folder),
            pattern=row.pattern,
            number=number,
            contact_name=name,
            started_ms=row.started_ms,
            precision_s=row.precision_s,
            modified_s=row.modified_s,
            duration_ms=row.duration_ms,
            claimed_ms=claimed_ms,
            attachments=(attachment,),
            provenance=record.provenance,
        ),
        text="",
    )


_DIRECTIONS = {
    RecordingDirection.IN: Direction.IN,
    RecordingDirection.OUT: Direction.OUT,
    RecordingDirection.UNKNOWN: Direction.NONE,
}
_AUDIO = {
    "mp3": "audio/mpeg", "m4a": "audio/mp4", "mp4": "audio/mp4", "amr": "audio/amr", "3gp": "audio/3gpp",
    "aac": "audio/aac", "ogg": "audio/ogg", "oga": "audio/ogg", "opus": "audio/ogg", "wav": "audio/wav",
    "flac": "audio/flac", "awb": "audio/amr-wb",
}  # fmt: skip


def _audio_type(name: str) -> str:
    return _AUDIO.get(name.rsplit(".", 1)[-1].lower(), "application/octet-stream")


def _part(part: MmsPart) -> Attachment:
    name = None if part.name is None else storable(part.name)
    content_type = storable(part.content_type)[:_MAX_TYPE]
    if part.text is not None:
        return Attachment(
            content_type=content_type,
            name=name,
            sha256=hashlib.sha256(part.text).hexdigest(),
            size_bytes=len(part.text),
            is_sealed=False,
            text=part.text.decode("utf-8", "replace"),
        )
    return Attachment(
        content_type=content_type,
        name=name,
        sha256=None if part.blob is None else part.blob.sha256,
        size_bytes=0 if part.blob is None else part.blob.size_bytes,
        is_sealed=part.blob is not None,
        problem=part.problem,
    )
