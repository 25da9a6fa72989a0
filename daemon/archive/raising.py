"""Alerts as they are raised: the ledger's entry, the sealed content, the row."""

from datetime import datetime
from typing import Final

import msgspec

from adb_bridge.records import DeviceSerial
from crypto.database import SqlValue
from crypto.record_seal import new_opening
from policies.model import Verdict

from ..api.wire import AlertStatus
from .codes import ALERT_STATUS_CODES, SEVERITY_CODES, to_micros
from .content import AlertContent, Sealer
from .ledger_book import LedgerBook
from .ledger_kinds import KINDS_OF_ENTRY, LedgerKind, content_of

INSERT_ALERT: Final = """
INSERT INTO alerts (ledger_index, alert_id, event_index, device_no, rule_id, severity, key_no, sealed, raised_at,
                    status)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
INSERT_UNTOLD: Final = "INSERT INTO alert_outbox (alert_index) VALUES (?)"
_NAME: Final = KINDS_OF_ENTRY[LedgerKind.ALERT_RAISED].name
_OPEN: Final = ALERT_STATUS_CODES[AlertStatus.OPEN]


class FoundLater(msgspec.Struct, frozen=True):
    """What the document of an alert says besides its verdict."""

    rescan: str | None = None
    """The re-scan that found it; None: it was found when its event came in."""


_decode_later: Final = msgspec.json.Decoder(FoundLater).decode


def document_of(verdict: Verdict, rescan: str | None = None) -> str:
    """The verdict as it is kept, with the re-scan that found it."""
    told = verdict if rescan is None else msgspec.to_builtins(verdict) | {"rescan": rescan}
    return msgspec.json.encode(told, order="sorted").decode()


def rescan_of(document: str) -> str | None:
    """The re-scan that found it. msgspec.MsgspecError."""
    return _decode_later(document).rescan


def alert_row(
    ledger: LedgerBook,
    sealer: Sealer,
    *,
    identifier: str,
    event_index: int,
    device: DeviceSerial,
    device_no: int,
    verdict: Verdict,
    document: str,
    now: datetime,
) -> tuple[SqlValue, ...]:
    """Append the ledger's entry; the row for `INSERT_ALERT`, its ledger index first."""
    severity, raised_at, opening = SEVERITY_CODES[verdict.severity], to_micros(now), new_opening()
    content = content_of(_NAME, identifier, event_index, device, verdict.rule_id, severity, document, raised_at)
    index = ledger.append_sealed(LedgerKind.ALERT_RAISED, opening, content)
    sealed = sealer.alert(AlertContent(opening, document), index)
    return (
        index, identifier, event_index, device_no, verdict.rule_id, severity, sealer.key_no, sealed, raised_at, _OPEN,
    )  # fmt: skip
