"""Small integers that stand for words in the archive, and its times. Numbers are never given to another meaning."""

from datetime import UTC, datetime, timedelta
from typing import Final

from adb_bridge.records import Source
from policies.model import Severity

from ..api.wire import AlertStatus, CommandState
from ..events import Direction, EventKind

KIND_CODES: Final = {
    EventKind.MESSAGE: 1,
    EventKind.CALL: 2,
    EventKind.CONTACT: 3,
    EventKind.ABSENCE: 4,
    EventKind.NOTIFICATION: 5,
    EventKind.RECORDING: 6,
}
SOURCE_CODES: Final = {
    Source.SMS: 1,
    Source.CALL_LOG: 2,
    Source.CONTACTS: 3,
    Source.MMS: 4,
    Source.NOTIFICATIONS: 5,
    Source.RECORDINGS: 6,
    Source.CALL_STATE: 7,
    Source.IMPORTED: 8,
}
DIRECTION_CODES: Final = {Direction.NONE: 0, Direction.IN: 1, Direction.OUT: 2}
SEVERITY_CODES: Final = {severity: severity.rank for severity in Severity}
ALERT_STATUS_CODES: Final = {
    AlertStatus.OPEN: 1,
    AlertStatus.ACKNOWLEDGED: 2,
    AlertStatus.RESOLVED: 3,
    AlertStatus.SUPPRESSED: 4,
}
COMMAND_STATE_CODES: Final = {
    CommandState.QUEUED: 1,
    CommandState.SENT: 2,
    CommandState.ACKNOWLEDGED: 3,
    CommandState.FAILED: 4,
    CommandState.NOT_NOW: 5,
    CommandState.UNKNOWN: 6,
    CommandState.EXPIRED: 7,
    CommandState.CANCELLED: 8,
}

KINDS: Final = {code: kind for kind, code in KIND_CODES.items()}
SOURCES: Final = {code: source for source, code in SOURCE_CODES.items()}
DIRECTIONS: Final = {code: direction for direction, code in DIRECTION_CODES.items()}
SEVERITIES: Final = {code: severity for severity, code in SEVERITY_CODES.items()}
ALERT_STATUSES: Final = {code: status for status, code in ALERT_STATUS_CODES.items()}
COMMAND_STATES: Final = {code: state for state, code in COMMAND_STATE_CODES.items()}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_US = 86_400_000_000
_LARGEST_KEY = 2**63 - 1


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970 UTC. `moment` is aware."""
    since = moment - _EPOCH
    return since.days * _DAY_US + since.seconds * 1_000_000 + since.microseconds


def from_micros(micros: int) -> datetime:
    """Aware, UTC."""
    return _EPOCH + timedelta(microseconds=micros)


def stored_key(source_key: str) -> int | str:
    """A source key as its column holds it: an integer when it is one in plain decimal, so that ranges of ids work."""
    if source_key.isascii() and source_key.isdecimal() and (source_key[0] != "0" or len(source_key) == 1):
        number = int(source_key) if len(source_key) < 20 else _LARGEST_KEY + 1
        if number <= _LARGEST_KEY:
            return number
    return source_key
