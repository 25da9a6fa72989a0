"""Rows that are no longer returned become findings: what was there, until when, how many, and how sure.

Rules:
1. A finding says "present at X, absent at Y", never who or why.
2. Rows that vanished together, `BULK_FROM` or more in one read, are one finding.
3. Rows whose absence has a doubt (a SIM that is out, a locked storage, a partial read, ...) stay current; all of them
   with the same doubts are one finding that says so.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from adb_bridge.records import AbsenceDoubt, AbsentRecord, DeviceSerial
from policies.model import SubjectKind

from .archive.identifiers import row_token
from .event_fields import EPOCH, attributes, content_hash, milliseconds_of
from .events import KIND_OF_SOURCE, CollectedEvent, Direction, Event, EventKind, KeptEvent

BULK_FROM = 10
SAMPLE = 50
"""Of a bulk's rows, how many are looked up and named in the finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceGroup:
    """Rows of one read that make one finding."""

    doubts: frozenset[AbsenceDoubt]
    absent: tuple[AbsentRecord, ...]

    @property
    def is_single(self) -> bool:
        """One row, no doubt: the finding repeats the row's words."""
        return len(self.absent) == 1 and not self.doubts


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceFacts:
    """What the attributes of an absence event say."""

    count: int = 1
    present_ms: int | None = None
    doubts: tuple[str, ...] = ()


_decode_facts = msgspec.json.Decoder(AbsenceFacts).decode


def grouped(absent: Sequence[AbsentRecord]) -> tuple[AbsenceGroup, ...]:
    """The findings that these rows make."""
    by_doubts: defaultdict[frozenset[AbsenceDoubt], list[AbsentRecord]] = defaultdict(list)
    for one in absent:
        by_doubts[one.doubts].append(one)
    groups: list[AbsenceGroup] = []
    for doubts, rows in by_doubts.items():
        if doubts or len(rows) >= BULK_FROM:
            groups.append(AbsenceGroup(doubts=doubts, absent=tuple(rows)))
        else:
            groups += [AbsenceGroup(doubts=doubts, absent=(row,)) for row in rows]
    return tuple(groups)


def keys_to_look_up(absent: Sequence[AbsentRecord]) -> tuple[str, ...]:
    """Source keys whose last events the findings want to repeat; a bulk only wants its ends."""
    wanted: list[str] = []
    for group in grouped(absent):
        keys = [one.source_key for one in group.absent]
        wanted += keys if len(keys) <= SAMPLE else [*keys[: SAMPLE // 2], *keys[-(SAMPLE // 2) :]]
    return tuple(wanted)


def finding(group: AbsenceGroup, last_of: Mapping[str, KeptEvent], device: DeviceSerial) -> CollectedEvent:
    """The event of one group. `last_of`: what the archive held of (some of) its rows, by source key.

    The id holds `noticed_at`: rows may vanish, come back and vanish again.
    """
    if group.is_single:
        return _single(group.absent[0], last_of.get(group.absent[0].source_key), device)
    first = group.absent[0]
    noticed_ms = milliseconds_of(first.noticed_at)
    keys = sorted(one.source_key for one in group.absent)
    doubts = tuple(sorted(doubt.value for doubt in group.doubts))
    digest = hashlib.sha256("\n".join(keys).encode()).hexdigest()[:16]
    content = content_hash(("absent together", str(noticed_ms), digest, doubts))
    source_key = f"absent:{digest}"
    samples = [last_of[key] for key in keys if key in last_of][:SAMPLE]
    moments = [event.occurred_at for event in samples]
    return CollectedEvent(
        token=row_token(device, first.source, source_key, content),
        device=device,
        kind=EventKind.ABSENCE,
        source=first.source,
        source_key=source_key,
        occurred_at=first.noticed_at,
        received_at=first.noticed_at,
        direction=Direction.NONE,
        peer=None,
        peer_key=None,
        body=None,
        attributes=attributes(
            count=len(keys),
            doubts=doubts or None,
            present_ms=_seen_ms(group.absent, last_of),
            last_kind=KIND_OF_SOURCE[first.source].value,
            first_occurred_ms=milliseconds_of(min(moments)) if moments else None,
            last_occurred_ms=milliseconds_of(max(moments)) if moments else None,
            sample=tuple(event.event_id for event in samples) or None,
        ),
        text="",
    )


def facts_of(event: Event) -> AbsenceFacts:
    """How many rows, until when, how sure. Of an event that is no absence: one row, sure."""
    try:
        return _decode_facts(event.attributes)
    except msgspec.MsgspecError:
        return AbsenceFacts()


def present_at(facts: AbsenceFacts) -> datetime | None:
    """The last complete read that still had the rows, None when unknown."""
    return None if facts.present_ms is None else EPOCH + timedelta(milliseconds=facts.present_ms)


def subject_kind(event: Event) -> SubjectKind:
    """What the rules judge."""
    facts = facts_of(event)
    if facts.doubts:
        return SubjectKind.DOUBTFUL_ABSENCE
    return SubjectKind.BULK_ABSENCE if facts.count > 1 else SubjectKind.ABSENCE


def is_forgotten_by_phone(event: Event) -> bool:
    """The provider forgets rows this old by itself: kept as a finding, nobody's alert."""
    return facts_of(event).doubts == (AbsenceDoubt.HISTORY_LIMIT.value,)


def _single(absent: AbsentRecord, last: KeptEvent | None, device: DeviceSerial) -> CollectedEvent:
    """Peer and words of the row are repeated so that the finding can be read alone."""
    noticed_ms = milliseconds_of(absent.noticed_at)
    content = content_hash(("absent", str(noticed_ms), None if last is None else last.event_id))
    known = [moment for moment in (absent.present_at, None if last is None else last.received_at) if moment is not None]
    return CollectedEvent(
        token=row_token(device, absent.source, absent.source_key, content),
        device=device,
        kind=EventKind.ABSENCE,
        source=absent.source,
        source_key=absent.source_key,
        occurred_at=absent.noticed_at,
        received_at=absent.noticed_at,
        direction=Direction.NONE,
        peer=None if last is None else last.peer,
        peer_key=None if last is None else last.peer_key,
        body=None if last is None else last.body,
        attributes=attributes(
            last_event_id=None if last is None else last.event_id,
            last_kind=KIND_OF_SOURCE[absent.source].value if last is None else last.kind.value,
            last_occurred_ms=None if last is None else milliseconds_of(last.occurred_at),
            present_ms=milliseconds_of(max(known)) if known else None,
        ),
        text="" if last is None else last.text,
    )


def _seen_ms(absent: Sequence[AbsentRecord], last_of: Mapping[str, Event]) -> int | None:
    """When all of them were known to be there: the earliest of the rows' last sights. A row was there when it was
    collected, whatever the last complete read says."""
    sights = [
        max(known)
        for one in absent
        if (known := [moment for moment in (one.present_at, _collected_at(last_of.get(one.source_key))) if moment])
    ]
    return milliseconds_of(min(sights)) if sights else None


def _collected_at(last: Event | None) -> datetime | None:
    return None if last is None else last.received_at
