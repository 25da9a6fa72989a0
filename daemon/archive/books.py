"""Parts of the archive that have files of their own, as the archive offers them."""

from abc import ABC, abstractmethod
from typing import TypeVar

from crypto.heads import HeadSigner, SignedHead

from .backups import BackupBook
from .clocks import ClockBook
from .connections import ConnectionBook
from .content import ContentKeys
from .deletions import DeletionBook
from .documents import DocumentBook
from .evidence import EvidenceBook
from .exports import ExportBook
from .holds import HoldBook
from .imports import ImportBook
from .key_changes import KeyBook
from .ledger_book import OutsideHeads
from .pairs import PairBook
from .privacy import PrivacyBook
from .proving import ProofBook
from .readers import Readers
from .requests import RequestBook
from .retention_clock import RetentionClockBook
from .scrub import ScrubBook
from .subjects import SubjectBook
from .timeline import TimelineBook
from .transaction import Tokens, Unit
from .witnessings import WitnessBook

T = TypeVar("T")


class Books(ABC):
    """What `Archive` inherits: one property for each book."""

    _readers: Readers
    _content: ContentKeys
    _tokens: Tokens
    _old_commitment_key: bytes
    _outside: OutsideHeads
    _signer: HeadSigner
    _origin: str

    @abstractmethod
    async def _write(self, unit: Unit[T]) -> T:
        """Hand a unit to the one writer."""

    @property
    def backups(self) -> BackupBook:
        """Backups, drills and restores."""
        return BackupBook(self._write, self._readers.read)

    @property
    def clocks(self) -> ClockBook:
        """Phones' clocks over time."""
        return ClockBook(self._write, self._readers.read)

    @property
    def connections(self) -> ConnectionBook:
        """Addresses, and who was behind which connection."""
        return ConnectionBook(self._write, self._readers.read)

    @property
    def proofs(self) -> ProofBook:
        """Proofs of single entries."""
        return ProofBook(self._readers.read, self._content)

    @property
    def scrub(self) -> ScrubBook:
        """Looking after what is kept, a little at a time."""
        return ScrubBook(self._readers.read, self._content, self._tokens, old_key=self._old_commitment_key)

    @property
    def witnesses(self) -> WitnessBook:
        """Signed heads, and where they are outside."""
        return WitnessBook(self._write, self._readers.read, signer=self._signer, origin=self._origin)

    @property
    def contradicting_head(self) -> SignedHead | None:
        """The last head of `heads.log`, when the ledger was found not to continue it at the start; else None."""
        return self._outside.contradiction

    async def are_heads_missing(self) -> bool:
        """Whether `heads.log` was removed or cut: it lacks heads that the archive has."""
        return await self._readers.read(lambda database: self._outside.is_cut(database, self._origin))

    @property
    def evidence(self) -> EvidenceBook:
        """What many entries committed to, for bundles."""
        return EvidenceBook(self._readers.read, self._content)

    @property
    def exports(self) -> ExportBook:
        """What was asked to be handed over, and was."""
        return ExportBook(self._write, self._readers.read)

    @property
    def pairs(self) -> PairBook:
        """Which recording is of which call."""
        return PairBook(self._write, self._readers.read, self._content)

    @property
    def imports(self) -> ImportBook:
        """What an import brings that is here already."""
        return ImportBook(self._readers.read, self._content, self._tokens)

    @property
    def requests(self) -> RequestBook:
        """What people asked for."""
        return RequestBook(self._write, self._readers.read)

    @property
    def privacy(self) -> PrivacyBook:
        """Corrections, and what is not collected any more."""
        return PrivacyBook(self._write, self._readers.read)

    @property
    def subjects(self) -> SubjectBook:
        """What there is about a person."""
        return SubjectBook(self._readers.read, self._content)

    @property
    def timeline(self) -> TimelineBook:
        """Conversations around a moment."""
        return TimelineBook(self._readers.read, self._tokens, self._content)

    @property
    def documents(self) -> DocumentBook:
        """Impact assessments, notices, incidents."""
        return DocumentBook(self._write, self._readers.read)

    @property
    def deletions(self) -> DeletionBook:
        """What was deleted on purpose, and deleting it."""
        return DeletionBook(self._write, self._readers.read)

    @property
    def holds(self) -> HoldBook:
        """What may not be deleted."""
        return HoldBook(self._write, self._readers.read)

    @property
    def retention_clock(self) -> RetentionClockBook:
        """How far the clock is trusted with deleting."""
        return RetentionClockBook(self._write, self._readers.read)

    @property
    def key_changes(self) -> KeyBook:
        """New root keys and ways into the keyring."""
        return KeyBook(self._write, self._readers.read)

    def keys_changed(self) -> None:
        """Forget ciphers of keys that were destroyed."""
        self._content.forget()
