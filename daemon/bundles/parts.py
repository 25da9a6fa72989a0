"""What a bundle is made of: what its maker says of it, the records it is about, and where their proofs come from.

A bundle is one zip for people who have none of our software: pages for any browser, JSON lines, a table, the files that
belong to the records, and proofs that each record stands in the ledger under one signed head. Whoever makes one gives
`write_bundle` a `BundleOrder` and a `BundleSource`.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

CORRECTION_KIND: Final = "correction"
"""`BundleRecord.kind` of an entry that says what is right of another record."""


class BundlePurpose(StrEnum):
    """Why it is made; decides title and explanations."""

    EXPORT = "export"
    ACCESS_REQUEST = "access_request"


class Disclosure(StrEnum):
    """What of the records is in it."""

    MASKED = "masked"
    """Names and numbers are masked. Proven is that each record stands in the ledger at its place."""
    FULL = "full"
    """Everything; proven is what each record says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeLine:
    """One line of what was asked for, shown on the first page: `Phone: R58M12345`."""

    name_en: str
    name_zh: str
    value: str
    """As the bundle may show it: masked where the bundle is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleOrder:
    """What its maker says of a bundle. All of it is on the first page and in the signed manifest."""

    bundle_id: str
    """`eb_…`, one for every making."""
    purpose: BundlePurpose
    store: str
    case: str
    reason: str
    requested_by: str
    approved_by: str | None
    """None where nobody has to approve."""
    made_at: datetime
    """Aware."""
    disclosure: Disclosure
    scope: tuple[ScopeLine, ...]
    counted: int
    """Records that were in scope when it was asked for; fewer may be left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What is shown together on pages of its own: a conversation, or all of a kind without one (`who looked`)."""

    key: str
    """Tells sections apart; never shown, never a file name."""
    title: str
    """Plain text, masked where the bundle is; cleaned and escaped by the writer. Texts of ours give both languages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleAttachment:
    """A file of a record."""

    content_type: str
    """Claimed by the phone; decides the file's ending among harmless ones, nothing else."""
    sha256: str | None
    """64 hexadecimal digits; None when its bytes were never read."""
    size_bytes: int
    name: str
    """Shown beside it; empty for none."""
    text: bytes | None = None
    """A text part's bytes, which are no sealed file; None for files."""
    problem: str | None = None
    """Stable word of why there are no bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleCorrection:
    """What a person says is right of a record, which stays as it was collected."""

    ledger_index: int
    """Of the correction, a record of the bundle itself."""
    at: datetime
    text: str
    """Masked where the bundle is; empty where the record is withheld."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleRecord:
    """One ledgered record as this bundle shows it, and what proves it."""

    ledger_index: int
    """1 for the first entry; the leaf's index in the tree is one less."""
    commitment: bytes
    """32 bytes, SHA-256(opening | content) for records of the sealed archive."""
    opening: bytes | None
    """16 bytes. None in a masked bundle, and for records that were ledgered before openings existed."""
    content: bytes | None
    """The MessagePack array that the ledger committed to (`archive/ledger_kinds.py`); None whenever `opening` is."""
    section: Section
    kind: str
    """`message`, `call`, … or the name of another ledgered kind: `audit`, `enrolment`."""
    record_id: str
    """`ev_…`, `audit:7`."""
    occurred_at: datetime
    """By the phone's clock for what a phone told. Records are shown in this order."""
    received_at: datetime
    """By the daemon's clock."""
    device: str
    """Serial; empty for what is of no phone."""
    employee: str
    """Who had the phone; empty when nobody is known."""
    source: str
    direction: str
    """`in`, `out` or `none`."""
    peer: str
    """Masked where the bundle is."""
    body: str
    """Masked where the bundle is."""
    absent_since: datetime | None = None
    attachments: tuple[BundleAttachment, ...] = ()
    corrections: tuple[BundleCorrection, ...] = ()
    """Beside it, oldest first."""


class BundleLedger(Protocol):
    """The ledger under one signed head that covers every record of the bundle."""

    @property
    def head(self) -> str:
        """The signed head: a note as in `crypto/checkpoints.py`."""

    @property
    def public_key(self) -> str:
        """`origin+id+base64`, which signed `head`."""

    def sign(self, text: str) -> str:
        """`text` as a note signed with the same key and name (`crypto/notes.py`). `text` ends with a newline."""

    async def nodes(self, wanted: Sequence[tuple[int, int]]) -> Sequence[bytes]:
        """The hashes of complete subtrees: each `(level, number)` stands for leaves `number * 2**level` to
        `(number + 1) * 2**level - 1`, counted from 0. At most 1,000 are asked for at a time.
        """


class BundleSource(Protocol):
    """Where the records of a bundle come from. What it raises ends the making, and no bundle is made."""

    @property
    def ledger(self) -> BundleLedger:
        """The proofs."""

    @property
    def indexes(self) -> Sequence[int]:
        """Ledger indexes of all records, ascending, each once; may be large, so it is best an `array`."""

    async def read(self, indexes: Sequence[int]) -> Sequence[BundleRecord]:
        """These records (at most 500) in the order asked for, without those that are gone meanwhile.

        Called several times for every record. Must not answer differently: a record that goes while the bundle is
        being made ends it with `BundleChangedError`.
        """

    async def media(self, sha256: str) -> AsyncIterator[bytes] | None:
        """A sealed file in pieces, each checked; None when the bundle has no files or this one is gone or damaged.

        Called twice for each: first to see that it is whole. Its pieces raise BundleMediaError when it is not.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleProgress:
    """How far the making is."""

    records: int
    """Written so far, counted once for every pass."""
    of_records: int
    """In all, over all passes."""
    media_bytes: int


@dataclass(slots=True, kw_only=True)
class BundleReceipt:
    """What was made; filled in when `write_bundle` is at its end."""

    is_complete: bool = False
    manifest_sha256: str = ""
    """64 hexadecimal digits; goes into the ledger, so that a bundle found later can be told to be this one."""
    records: int = 0
    media_files: int = 0
    size_bytes: int = 0
