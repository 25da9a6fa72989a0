"""Archived recordings and calls as pairing sees them. Pure; total, as attributes come from the phone."""

import msgspec

from adb_bridge.records import CallRow, Source, Untrusted
from adb_bridge.rows import CallDerivation

from .archive.records import ArchivedEvent
from .event_fields import milliseconds_of
from .events import Direction
from .pairing import CallFact, RecordingClaim

_CALL_TYPES = {Direction.IN: 1, Direction.OUT: 2}
_NO_TYPE = 0
_MOST_SECONDS = 2**31


class _RecordingAttributes(msgspec.Struct):
    number: str | None = None
    contact_name: str | None = None
    started_ms: int | None = None
    precision_s: int = 1
    modified_s: int | None = None
    duration_ms: int | None = None


class _CallAttributes(msgspec.Struct):
    duration_s: int = 0
    claimed_ms: int | None = None
    cached_name: str | None = None
    derived_from: str | None = None


def recording_claim(archived: ArchivedEvent) -> RecordingClaim | None:
    """None for a row that could not be read."""
    try:
        told = msgspec.json.decode(archived.event.attributes, type=_RecordingAttributes)
    except msgspec.MsgspecError:
        return None
    if told.modified_s is None:
        return None
    return RecordingClaim(
        index=archived.ledger_index,
        started_s=None if told.started_ms is None else told.started_ms / 1000,
        precision_s=max(1, told.precision_s),
        ended_s=float(told.modified_s),
        number=told.number,
        name=told.contact_name,
        direction=archived.event.direction,
        duration_s=None if told.duration_ms is None else told.duration_ms / 1000,
    )


def call_fact(archived: ArchivedEvent, *, clock_offset_ms: int) -> CallFact | None:
    """By the phone's clock; `clock_offset_ms` is the phone's minus ours, for calls that were timed by ours. None for a
    row that could not be read."""
    event = archived.event
    try:
        told = msgspec.json.decode(event.attributes, type=_CallAttributes)
    except msgspec.MsgspecError:
        return None
    started_ms = milliseconds_of(event.occurred_at) if told.claimed_ms is None else told.claimed_ms
    if event.source is Source.CALL_STATE:
        started_ms += clock_offset_ms
    return CallFact(
        index=archived.ledger_index,
        started_s=started_ms / 1000,
        duration_s=float(told.duration_s),
        number=event.peer_key and event.peer,
        name=told.cached_name,
        direction=event.direction,
    )


def is_concluded(archived: ArchivedEvent) -> bool:
    """Whether a call was concluded from its recording."""
    try:
        told = msgspec.json.decode(archived.event.attributes, type=_CallAttributes)
    except msgspec.MsgspecError:
        return False
    return told.derived_from == CallDerivation.RECORDING


def concluded_call(claim: RecordingClaim) -> CallRow:
    """The call that a recording is evidence of. Its start is the recording's, so without the ringing."""
    length_s = claim.duration_s
    if length_s is None:
        length_s = 0.0 if claim.started_s is None else max(0.0, claim.ended_s - claim.started_s)
    started_s = claim.ended_s - length_s if claim.started_s is None else claim.started_s
    return CallRow(
        provider_id=0,
        number=None if claim.number is None else Untrusted(claim.number),
        date_ms=round(started_s * 1000),
        duration_s=round(min(length_s, _MOST_SECONDS)),
        type=_CALL_TYPES.get(claim.direction, _NO_TYPE),
        presentation=None,
        subscription_id=None,
        cached_name=None if claim.name is None else Untrusted(claim.name),
        last_modified_ms=None,
        derived_from=CallDerivation.RECORDING,
    )
