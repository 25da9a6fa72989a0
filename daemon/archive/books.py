"""Parts of the archive that have files of their own, as the archive offers them.

A part is loaded when it is first asked for: opening the archive takes a third less time without them.
"""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, TypeVar

from crypto.heads import HeadSigner, SignedHead

from .content import ContentKeys
from .ledger_book import OutsideHeads
from .readers import Readers
from .transaction import Tokens, Unit

if TYPE_CHECKING:
    from .alert_life import AlertLifeBook
    from .backups import BackupBook
    from .clocks import ClockBook
    from .command_book import CommandBook
    from .connections import ConnectionBook
    from .consoles import ConsoleBook
    from .deletions import DeletionBook
    from .deliveries import DeliveryBook
    from .documents import DocumentBook
    from .evidence import EvidenceBook
    from .exports import ExportBook
    from .figures import FigureBook
    from .holds import HoldBook
    from .imports import ImportBook
    from .intercepts import InterceptBook
    from .key_changes import KeyBook
    from .leavings import LeavingBook
    from .neighbours import NeighbourBook
    from .pairs import PairBook
    from .pins import PinBook
    from .privacy import PrivacyBook
    from .proving import ProofBook
    from .provisioning import ProvisioningBook
    from .requests import RequestBook
    from .rescans import RescanBook
    from .retention_clock import RetentionClockBook
    from .scrub import ScrubBook
    from .subjects import SubjectBook
    from .timeline import TimelineBook
    from .wipes import WipeBook
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
    def alert_life(self) -> "AlertLifeBook":
        """Who looks after an alert, and what was done with it."""
        from .alert_life import AlertLifeBook

        return AlertLifeBook(self._write, self._readers.read, self._content)

    @property
    def backups(self) -> "BackupBook":
        """Backups, drills and restores."""
        from .backups import BackupBook

        return BackupBook(self._write, self._readers.read)

    @property
    def clocks(self) -> "ClockBook":
        """Phones' clocks over time."""
        from .clocks import ClockBook

        return ClockBook(self._write, self._readers.read)

    @property
    def command_book(self) -> "CommandBook":
        """Commands to phones: written together, in batches, and what happened to each."""
        from .command_book import CommandBook

        return CommandBook(self._write, self._readers.read)

    @property
    def intercepts(self) -> "InterceptBook":
        """Actions that followed a finding by themselves."""
        from .intercepts import InterceptBook

        return InterceptBook(self._write, self._readers.read)

    @property
    def leavings(self) -> "LeavingBook":
        """Employees who leave, and who looks after conversations."""
        from .leavings import LeavingBook

        return LeavingBook(self._write, self._readers.read)

    @property
    def connections(self) -> "ConnectionBook":
        """Addresses, and who was behind which connection."""
        from .connections import ConnectionBook

        return ConnectionBook(self._write, self._readers.read)

    @property
    def consoles(self) -> "ConsoleBook":
        """Consoles of other machines."""
        from .consoles import ConsoleBook

        return ConsoleBook(self._write, self._readers.read)

    @property
    def provisioning(self) -> "ProvisioningBook":
        """Phones brought into service from a plan."""
        from .provisioning import ProvisioningBook

        return ProvisioningBook(self._write, self._readers.read)

    def sign_statement(self, text: str) -> str:
        """`text` as a note signed with the ledger's key; see `HeadSigner.sign_text`."""
        return self._signer.sign_text(self._origin, text)

    @property
    def proofs(self) -> "ProofBook":
        """Proofs of single entries."""
        from .proving import ProofBook

        return ProofBook(self._readers.read, self._content)

    @property
    def scrub(self) -> "ScrubBook":
        """Looking after what is kept, a little at a time."""
        from .scrub import ScrubBook

        return ScrubBook(self._readers.read, self._content, self._tokens, old_key=self._old_commitment_key)

    @property
    def witnesses(self) -> "WitnessBook":
        """Signed heads, and where they are outside."""
        from .witnessings import WitnessBook

        return WitnessBook(self._write, self._readers.read, signer=self._signer, origin=self._origin)

    @property
    def contradicting_head(self) -> SignedHead | None:
        """The last head of `heads.log`, when the ledger was found not to continue it at the start; else None."""
        return self._outside.contradiction

    async def are_heads_missing(self) -> bool:
        """Whether `heads.log` was removed or cut: it lacks heads that the archive has."""
        return await self._readers.read(lambda database: self._outside.is_cut(database, self._origin))

    @property
    def evidence(self) -> "EvidenceBook":
        """What many entries committed to, for bundles."""
        from .evidence import EvidenceBook

        return EvidenceBook(self._readers.read, self._content)

    @property
    def exports(self) -> "ExportBook":
        """What was asked to be handed over, and was."""
        from .exports import ExportBook

        return ExportBook(self._write, self._readers.read)

    @property
    def figures(self) -> "FigureBook":
        """What figures over time are counted from."""
        from .figures import FigureBook

        return FigureBook(self._readers.read)

    @property
    def neighbours(self) -> "NeighbourBook":
        """What was said before a message."""
        from .neighbours import NeighbourBook

        return NeighbourBook(self._readers.read, self._content, self._tokens)

    @property
    def pairs(self) -> "PairBook":
        """Which recording is of which call."""
        from .pairs import PairBook

        return PairBook(self._write, self._readers.read, self._content)

    @property
    def pins(self) -> "PinBook":
        """PINs that the shop holds, sealed."""
        from .pins import PinBook

        return PinBook(self._write, self._readers.read)

    @property
    def wipes(self) -> "WipeBook":
        """Wipes of phones, stage by stage."""
        from .wipes import WipeBook

        return WipeBook(self._write, self._readers.read)

    @property
    def imports(self) -> "ImportBook":
        """What an import brings that is here already."""
        from .imports import ImportBook

        return ImportBook(self._readers.read, self._content, self._tokens)

    @property
    def rescans(self) -> "RescanBook":
        """The archive looked through with other rules."""
        from .rescans import RescanBook

        return RescanBook(self._write, self._readers.read, self._content)

    @property
    def requests(self) -> "RequestBook":
        """What people asked for."""
        from .requests import RequestBook

        return RequestBook(self._write, self._readers.read)

    @property
    def privacy(self) -> "PrivacyBook":
        """Corrections, and what is not collected any more."""
        from .privacy import PrivacyBook

        return PrivacyBook(self._write, self._readers.read)

    @property
    def subjects(self) -> "SubjectBook":
        """What there is about a person."""
        from .subjects import SubjectBook

        return SubjectBook(self._readers.read, self._content)

    @property
    def timeline(self) -> "TimelineBook":
        """Conversations around a moment."""
        from .timeline import TimelineBook

        return TimelineBook(self._readers.read, self._tokens, self._content)

    @property
    def deliveries(self) -> "DeliveryBook":
        """Alerts on their way to people."""
        from .deliveries import DeliveryBook

        return DeliveryBook(self._write, self._readers.read, self._content)

    @property
    def documents(self) -> "DocumentBook":
        """Impact assessments, notices, incidents."""
        from .documents import DocumentBook

        return DocumentBook(self._write, self._readers.read)

    @property
    def deletions(self) -> "DeletionBook":
        """What was deleted on purpose, and deleting it."""
        from .deletions import DeletionBook

        return DeletionBook(self._write, self._readers.read)

    @property
    def holds(self) -> "HoldBook":
        """What may not be deleted."""
        from .holds import HoldBook

        return HoldBook(self._write, self._readers.read)

    @property
    def retention_clock(self) -> "RetentionClockBook":
        """How far the clock is trusted with deleting."""
        from .retention_clock import RetentionClockBook

        return RetentionClockBook(self._write, self._readers.read)

    @property
    def key_changes(self) -> "KeyBook":
        """New root keys and ways into the keyring."""
        from .key_changes import KeyBook

        return KeyBook(self._write, self._readers.read)

    def keys_changed(self) -> None:
        """Forget ciphers of keys that were destroyed."""
        self._content.forget()
