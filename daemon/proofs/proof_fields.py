"""The readable fields of a disclosed record: what its committed columns are called, and how each is written.

A proof file's fields are for people; `verify-proof` makes them again from the content and refuses a file where they
differ. So the spelling of a kind's version never changes: a kind with other columns gets another version (`event/2`).
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Final

from crypto.database import SqlValue

from ..archive.codes import DIRECTIONS, KINDS, SOURCES, from_micros
from ..archive.identifiers import EVENT_PREFIX, spell

FieldValue = None | int | str
"""Bytes are text where they are UTF-8, otherwise `base64:…`."""

_EARLIEST_US: Final = -62_135_596_800_000_000
_LATEST_US: Final = 253_402_300_799_999_999


def _raw(value: SqlValue) -> FieldValue:
    match value:
        case None | int() | str():
            return value
        case float():
            return repr(value)
        case bytes():
            try:
                return value.decode("utf-8")
            except UnicodeDecodeError:
                return "base64:" + b64encode(value).decode("ascii")


def _time(value: SqlValue) -> FieldValue:
    """Microseconds since 1970 as ISO 8601, UTC."""
    if isinstance(value, int) and _EARLIEST_US <= value <= _LATEST_US:
        return from_micros(value).isoformat()
    return _raw(value)


def _event(value: SqlValue) -> FieldValue:
    return spell(EVENT_PREFIX, value) if isinstance(value, bytes) and len(value) == 16 else _raw(value)


def _hex(value: SqlValue) -> FieldValue:
    return value.hex() if isinstance(value, bytes) else _raw(value)


def _word(words: Mapping[int, str]) -> Callable[[SqlValue], FieldValue]:
    def word(value: SqlValue) -> FieldValue:
        return str(words[value]) if isinstance(value, int) and value in words else _raw(value)

    return word


_KIND: Final = _word(KINDS)
_SOURCE: Final = _word(SOURCES)
_DIRECTION: Final = _word(DIRECTIONS)

Columns = tuple[tuple[str, Callable[[SqlValue], FieldValue]], ...]


def _columns(text: str) -> Columns:
    """`name` or `name:how`, separated by blanks."""
    hows = {"": _raw, "time": _time, "event": _event, "hex": _hex, "kind": _KIND, "source": _SOURCE, "way": _DIRECTION}
    return tuple((name, hows[how]) for name, _, how in (word.partition(":") for word in text.split()))


COLUMNS: Final[dict[str, Columns]] = {
    "event/1": _columns(
        "event_id:event device kind:kind source:source source_key occurred_at:time received_at:time direction:way peer"
        " peer_key body attributes text"
    ),
    "presence/1": _columns("event_ledger_index change at:time replaced_by_ledger_index"),
    "alert/1": _columns("alert_id event_ledger_index device rule_id severity verdict raised_at:time"),
    "alert-change/1": _columns("alert_ledger_index at:time actor from_status to_status note"),
    "alert-assigned/1": _columns("alert_ledger_index at:time actor assignee"),
    "enrolment/1": _columns(
        "device employee notice_version notice_sha256:hex acknowledged_by acknowledged_at:time enrolled_by"
        " enrolled_at:time scope"
    ),
    "enrolment-end/1": _columns("enrolment_ledger_index at:time actor reason"),
    "audit/1": _columns("audit_id at:time actor role action target reason outcome"),
    "command/1": _columns("command_id device verb parameters reason requested_by requested_at:time expires_at:time"),
    "command-change/1": _columns(
        "command_ledger_index at:time actor from_state to_state tries next_try_at:time result"
    ),
    "command-batch/1": _columns("batch_id at:time verb parameters reason requested_by targets"),
    "recording-pair/1": _columns("recording_ledger_index call_ledger_index score decided_at:time method"),
    "phone-clock/1": _columns("device read_at:time offset_ms utc_offset_min"),
    "deletion/1": _columns(
        "at:time cause data_class actor reason entries first_ledger_index last_ledger_index indexes_sha256:hex"
        " destroyed_keys"
    ),
    "hold/1": _columns(
        "hold_id at:time actor reason until:time device conversation peer_token:hex peer employee data_class"
        " received_from:time received_to:time"
    ),
    "hold-end/1": _columns("hold_ledger_index at:time actor reason"),
    "request/1": _columns(
        "request_id kind subject_kind subject subject_token:hex received_at:time due_at:time channel note"
        " recorded_at:time recorded_by"
    ),
    "request-change/1": _columns(
        "request_ledger_index at:time actor step to_state text assignee due_at:time outcome reference"
    ),
    "export/1": _columns(
        "export_id asked_at:time asked_by asked_uid case reason scope disclosure records conversations phones"
        " indexes_sha256:hex expires_at:time"
    ),
    "export-change/1": _columns(
        "export_ledger_index at:time actor actor_uid to_state reason expires_at:time bundle_id manifest_sha256:hex"
    ),
    "document/1": _columns("document name step at:time actor title body facts"),
    "correction/1": _columns("event_ledger_index request_ledger_index at:time actor text"),
    "privacy-mark/1": _columns("token:hex is_conversation is_private request_ledger_index at:time actor reason"),
    "backup/1": _columns(
        "what at:time actor place_id snapshot ledger_size root:hex known_size size_bytes new_bytes took_ms problem"
    ),
    "key-change/1": _columns("at:time actor change generation slot_id slot_kind reason"),
    "witness/1": _columns("at:time way witness witness_at:time size root:hex outcome actor note"),
}


def fields_of(kind: str, columns: tuple[SqlValue, ...]) -> dict[str, FieldValue]:
    """Names and readable values, in order. Columns of kinds that this program does not know are `column_1` …"""
    known = COLUMNS.get(kind, ())
    if len(known) != len(columns):
        return {f"column_{number}": _raw(value) for number, value in enumerate(columns, 1)}
    return {name: how(value) for (name, how), value in zip(known, columns, strict=True)}
