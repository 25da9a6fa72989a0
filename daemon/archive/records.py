"""What the archive answers. Content is unmasked: nothing of this goes to a wire or a log without `daemon/views.py`."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from adb_bridge.records import DeviceProfile, DeviceSerial, DeviceStatus, Source
from adb_bridge.verbs.result import StepTrace
from policies.model import Severity, Verdict

from ..api.wire import AlertStatus, CommandState, Verb
from ..events import EventId, KeptEvent
from .drafts import BatchTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedEvent:
    """An event with its place in the ledger and what became of its row on the phone."""

    ledger_index: int
    """1 for the first entry. The leaf's index in the Merkle tree is one less."""
    event: KeptEvent
    conversation: str
    """`cv_…`, stable for (device, peer); empty when the peer is unknown."""
    absent_since: datetime | None
    """When a complete read of its range first lacked it; None while it is there or was replaced."""
    replaced_by: int | None
    """Ledger index of the event that the same row became on the phone, None when it did not change."""
    paired_with: EventId | None = None
    """The call of a recording, the recording of a call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundEvent:
    """An event that `search` found."""

    archived: ArchivedEvent
    spans: tuple[tuple[int, int], ...]
    """Code points of `archived.event.text`, end exclusive, sorted. Empty when its number was what matched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """One page of findings, newest first."""

    found: tuple[FoundEvent, ...]
    next_before: int | None
    """Ask again with this `before`; None when there is no more. A page may be short and still have a next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedAlert:
    """An alert, its verdict and the event it is about."""

    alert_id: str
    ledger_index: int
    """Of its raising."""
    verdict: Verdict
    status: AlertStatus
    raised_at: datetime
    note: str | None
    handled_by: str | None
    handled_at: datetime | None
    archived: ArchivedEvent
    rescan: str | None = None
    """The re-scan that found it; None: it was found when its event came in."""
    assignee: str | None = None
    """Who looks after it; None: nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedEnrolment:
    """Who accepted what for which phone."""

    ledger_index: int
    serial: DeviceSerial
    employee: str
    notice_version: str
    notice_sha256: str
    """Hex, of the notice text in UTF-8."""
    notice_text: str
    acknowledged_by: str
    acknowledged_at: datetime
    enrolled_by: str
    enrolled_at: datetime
    scope: tuple[str, ...]
    ended_at: datetime | None
    ended_by: str | None
    end_reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedAudit:
    """One audit entry."""

    audit_id: int
    ledger_index: int
    at: datetime
    actor: str
    role: str
    action: str
    target: str
    reason: str | None
    outcome: str


class Approval(IntEnum):
    """Whether another person than the requester has to agree. Numbers are kept in files."""

    NOT_NEEDED = 0
    AWAITED = 1
    GIVEN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedCommand:
    """A command to a phone and its state now."""

    ledger_index: int
    """Of its request."""
    command_id: str
    device: DeviceSerial
    verb: Verb
    state: CommandState
    parameters: str
    """JSON of the verb's own fields, `{}` for none."""
    reason: str
    requested_by: str
    requested_at: datetime
    expires_at: datetime
    updated_at: datetime
    tries: int
    next_try_at: datetime | None
    result: str | None
    requested_uid: int | None = None
    """None: the daemon on its own, or written by a program that did not note it."""
    priority: int = 50
    approval: Approval = Approval.NOT_NEEDED
    batch_id: str | None = None
    first_not_now_at: datetime | None = None
    """When the phone could not for the first time; None: never."""
    not_now_count: int = 0
    unknown_count: int = 0
    """So many sends ended without knowing whether it happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandStepRecord:
    """One change of a command's state."""

    ledger_index: int
    at: datetime
    actor: str
    from_state: CommandState
    to_state: CommandState
    result: str | None
    steps: tuple[StepTrace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedBatch:
    """Several phones told the same at once."""

    ledger_index: int
    batch_id: str
    at: datetime
    verb: Verb
    parameters: str
    reason: str
    requested_by: str
    targets: tuple[BatchTarget, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenCommands:
    """What a request became."""

    commands: tuple[ArchivedCommand, ...]
    batch_id: str | None
    is_new: bool
    """False: the same request was written before, and this is what it became."""
    batch: ArchivedBatch | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRecord:
    """What was last known of a phone; survives a restart."""

    serial: DeviceSerial
    profile: DeviceProfile | None
    status: DeviceStatus | None
    last_seen_at: datetime | None
    notice_posted: bool | None
    """None: not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCounts:
    """One phone's figures."""

    serial: DeviceSerial
    events: int
    open_alerts: int
    sources_read_to_end: frozenset[Source]
    """Sources that were caught up at least once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityCount:
    """Open alerts of one severity."""

    severity: Severity
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Cheap figures for headers and health."""

    events: int
    ledger_size: int
    devices: tuple[DeviceCounts, ...]
    open_alerts: tuple[SeverityCount, ...]
    """Every severity, lowest first, zeros included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEntry:
    """One ledger entry that concerns a client. `item` is in its state of now."""

    ledger_index: int
    """Of the entry: for a change of an alert or command, of the change."""
    item: ArchivedEvent | ArchivedAlert | ArchivedCommand


class VerifyProblem(StrEnum):
    """What `verify` found first. `VerifyResult.first_bad` says where."""

    RECORD_CHANGED = "record_changed"
    """Its content is not what the ledger committed to, or its present state not what its last ledgered change says."""
    RECORD_MISSING = "record_missing"
    """An entry of the ledger, or the record of one, is gone."""
    RECORD_WITHOUT_LEAF = "record_without_leaf"
    """A record that was put in beside the ledger."""
    ROOT_MISMATCH = "root_mismatch"
    """The tree over the commitments is not the one that was signed (`head:SIZE`) or stored (`ledger:SIZE`)."""
    HEAD_INVALID = "head_invalid"
    """A head's signature is not ours, or a line of the heads kept outside is no head."""
    HEADS_MISSING = "heads_missing"
    """A head that the archive holds is missing in the heads kept outside."""
    ROLLED_BACK = "rolled_back"
    """A head kept outside is larger than the ledger: entries that once were are gone."""
    DELETION_UNCERTIFIED = "deletion_uncertified"
    """Records are gone otherwise than a ledgered deletion says, or a deletion's certificate says something else."""
    KEY_MISSING = "key_missing"
    """A record is there and the key that sealed it is not: destroyed without the record, or damaged."""
    KEPT_ROOT_WRONG = "kept_root_wrong"
    """A root that is kept to make proofs fast (`tile:LEVEL/NUMBER`) is not the leaves'; records are not concerned."""
    TABLE_OLD = "table_old"
    """A table outside the ledger (`table:NAME`) is not as the archive left it. Records are not concerned."""
    INDEX_WRONG = "index_wrong"
    """The full-text index does not have an event's words: a search may miss it. Records are not concerned."""
    FILE_MISSING = "file_missing"
    """The sealed file of an attachment is gone, or its list and sizes are wrong."""
    FILE_DAMAGED = "file_damaged"
    """The sealed file of an attachment does not open to what the record names."""
    PAGE_DAMAGED = "page_damaged"
    """The database could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyResult:
    """What `verify` checked and found."""

    ledger_size: int
    root_sha256: str
    """Hex of the recomputed Merkle root."""
    records_checked: int
    heads_checked: int
    first_bad: str | None
    """`ev_…`, `al_…`, a command's id, `audit:7`, `ledger:123`, `head:123` …; None when all is well."""
    problem: VerifyProblem | None

    @property
    def ok(self) -> bool:
        """True when nothing was found."""
        return self.problem is None
