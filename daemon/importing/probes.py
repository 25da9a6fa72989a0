"""From a found row to the record of the pipeline, and to the question whether the archive holds it already."""

from datetime import datetime, timedelta

from adb_bridge.records import CallRow, DeviceSerial, RawRecord, Source
from adb_bridge.rows import MmsRow
from adb_bridge.untrusted import Untrusted

from ..archive.imports import ImportProbe, files_of
from ..attachments import attachments_of
from ..events import EventKind
from ..normalise import normalise
from ..peers import canonical_peer
from .found import FoundRow


def record_of(found: FoundRow, *, provenance: str, now: datetime) -> RawRecord:
    """As a collector would give it."""
    return RawRecord(
        source=Source.IMPORTED,
        source_key=found.key,
        row=found.row,
        collected_at=now,
        provenance=Untrusted(provenance),
    )


def probe_of(found: FoundRow, record: RawRecord, device: DeviceSerial) -> ImportProbe:
    """What to look for. Pure."""
    event = normalise(record, device)
    row = found.row
    peers = {event.peer_key}
    if isinstance(row, MmsRow):
        peers |= {canonical_peer(one.address) for one in row.addresses}
    return ImportProbe(
        source_key=found.key,
        kind=event.kind,
        earliest=event.occurred_at,
        latest=event.occurred_at + timedelta(milliseconds=found.precision_ms - 1, microseconds=999),
        peer=event.peer,
        peer_keys=frozenset(peer for peer in peers if peer is not None),
        direction=event.direction if found.is_direction_known else None,
        body=event.body,
        duration_s=row.duration_s if isinstance(row, CallRow) and found.is_duration_known else None,
        files=files_of((one.content_type, one.sha256) for one in attachments_of(event)),
        is_exact=found.precision_ms == 1 or event.kind is EventKind.RECORDING,
    )
