"""The ledger while the daemon runs: leaves of the open transaction, the tree's frontier, and its signed heads."""

import contextlib
from collections import deque
from collections.abc import Sequence
from typing import Final

from adb_bridge.clock import Clock
from crypto.database import Database
from crypto.errors import CryptoError, CryptoErrorCode, DatabaseBusyError, IntegrityError, StorageError
from crypto.head_log import HeadLog
from crypto.heads import HeadSigner, SignedHead, read_head
from crypto.merkle import Frontier, leaf_hash
from crypto.record_seal import hiding_commitment, new_opening
from crypto.tiles import grow

from .codes import to_micros
from .errors import NotAnArchiveError
from .head_history import HeadStanding, standing_of
from .ledger_kinds import LedgerKind, content_of_row
from .table_sums import SumsStamp
from .tile_store import fill_missing, write_tiles

_LEAST_IDLE_INTERVAL_S: Final = 1.0
_INSERT_ENTRY: Final = "INSERT INTO ledger (ledger_index, kind, commitment, opening) VALUES (?, ?, ?, ?)"
_INSERT_SEALED: Final = "INSERT INTO ledger (ledger_index, kind, commitment) VALUES (?, ?, ?)"
_MOST_WAITING_HEADS: Final = 10_000


class OutsideHeads:
    """The heads kept outside the database, and what they have found. Lives as long as the archive is open."""

    def __init__(self, log: HeadLog) -> None:
        self._log = log
        self._waiting: deque[SignedHead] = deque(maxlen=_MOST_WAITING_HEADS)
        self.finding: str | None = None
        """A `CryptoErrorCode` once the ledger was seen to be another or a shorter one than was signed; stays."""
        self.contradiction: SignedHead | None = None
        """The head that `compare` found not to be of this ledger. Its signature was not looked at."""
        self._was_cut = False

    def keep(self, head: SignedHead | None) -> None:
        """Append a head after those that could not be appended before. A full disk only delays it."""
        if head is not None:
            self._waiting.append(head)
        while self._waiting:
            try:
                self._log.append(self._waiting[0])
            except IntegrityError as error:
                self.finding = error.code.value
            except CryptoError:
                return
            self._waiting.popleft()

    def compare(self, database: Database, origin: str) -> None:
        """Look whether the last head is of this ledger as it is now or was, before a newer one stands behind it."""
        self._was_cut = self.is_cut(database, origin)
        try:
            last = self._log.last()
        except IntegrityError as error:
            self.finding = error.code.value
            return
        if last is None or last.origin != origin:
            return
        match standing_of(database, last.head):
            case HeadStanding.CONTINUED:
                return
            case HeadStanding.ROLLED_BACK:
                self.finding = CryptoErrorCode.HEAD_ROLLBACK.value
            case HeadStanding.OTHER_HISTORY:
                self.finding = CryptoErrorCode.HEAD_EQUIVOCATION.value
        self.contradiction = last

    def is_cut(self, database: Database, origin: str) -> bool:
        """Whether heads of the archive are missing at the beginning or the end of the log, or all. Inside a snapshot.

        Reads two lines, so what was cut out of the middle is left to `verify`. The newest head may be on its way. What
        `compare` saw at the start stays.
        """
        if self._was_cut:
            return True
        match database.fetch_one("SELECT min(size), max(size) FROM heads"):
            case (int(oldest), int(newest)) if oldest < newest:
                pass
            case _:
                return False
        try:
            first, last = next(self._log.entries(), None), self._log.last()
        except CryptoError:  # damage, which is told as such
            return False
        if last is None:
            return True
        if last.origin != origin or (isinstance(first, SignedHead) and first.size > oldest):
            return last.origin == origin
        sql = "SELECT 1 FROM heads WHERE size > ? AND size < ? LIMIT 1"
        return database.fetch_one(sql, (last.size, newest)) is not None


class LedgerBook:
    """Belongs to the writer thread.

    `append` collects, `flush` writes inside the transaction, `committed` or `discarded` follow its end: the tree in
    memory never runs ahead of the one on the disk.
    """

    def __init__(
        self,
        *,
        origin: str,
        frontier: Frontier,
        head_size: int,
        signer: HeadSigner,
        outside: OutsideHeads,
        clock: Clock,
    ) -> None:
        self._origin = origin
        self._frontier = frontier
        self._signer = signer
        self._outside = outside
        self._clock = clock
        self._leaves: list[bytes] = []
        self._opened: list[tuple[int, int, bytes, bytes]] = []
        self._sealed: list[tuple[int, int, bytearray]] = []
        self._next = frontier.size + 1
        self._grown: Frontier | None = None
        self._unlogged: SignedHead | None = None
        self._head_size = head_size
        self._is_head_wanted = False
        self._signed_at_s = clock.monotonic()

    @classmethod
    def load(cls, database: Database, *, signer: HeadSigner, outside: OutsideHeads, clock: Clock) -> "LedgerBook":
        """The book as the database holds it. NotAnArchiveError when its state row is missing."""
        match database.fetch_one("SELECT origin, frontier FROM archive_state"):
            case (str(origin), bytes(content)):
                frontier = Frontier.from_bytes(content)
            case _:
                raise NotAnArchiveError("archive_state")
        head_size = 0
        outside.compare(database, origin)
        match database.fetch_one("SELECT size, note FROM heads ORDER BY size DESC LIMIT 1"):
            case (int(size), str(note)):
                head_size = size
                outside.keep(read_head(note))  # a kill between commit and log left it out
            case _:
                pass
        with contextlib.suppress(StorageError, DatabaseBusyError):  # a cache: proofs do without, verify does not mind
            fill_missing(database, frontier.size)
        return cls(
            origin=origin,
            frontier=frontier,
            head_size=head_size,
            signer=signer,
            outside=outside,
            clock=clock,
        )

    @property
    def size(self) -> int:
        """Entries committed and pending."""
        return self._next - 1

    @property
    def committed_size(self) -> int:
        """Entries on the disk."""
        return self._frontier.size

    @property
    def has_unsigned_entries(self) -> bool:
        """Whether entries were committed after the last signed head."""
        return self._frontier.size > self._head_size

    def head_due_in_s(self, interval_s: float) -> float | None:
        """When a quiet ledger's last head has to be signed; None when it is."""
        if not self.has_unsigned_entries:
            return None
        return self._signed_at_s + max(interval_s, _LEAST_IDLE_INTERVAL_S) - self._clock.monotonic()

    def append(self, kind: LedgerKind, content: bytes) -> int:
        """Add an entry to the open transaction; returns its ledger index. Its opening lies in the ledger."""
        index, opening = self._next, new_opening()
        commitment = hiding_commitment(opening, content)
        self._leaves.append(leaf_hash(commitment))
        self._opened.append((index, int(kind), commitment, opening))
        self._next = index + 1
        return index

    def append_sealed(self, kind: LedgerKind, opening: bytes, content: bytes) -> int:
        """`append` for a record whose opening is sealed with it."""
        return self.append_committed(kind, hiding_commitment(opening, content))

    def append_committed(self, kind: LedgerKind, commitment: bytes) -> int:
        """`append_sealed` of a commitment that is made already."""
        index = self._next
        self._leaves.append(leaf_hash(commitment))
        self._sealed.append((index, kind.real, bytearray(commitment)))
        self._next = index + 1
        return index

    def append_run(self, kind: LedgerKind, commitments: Sequence[bytes]) -> int:
        """`append_committed` of several; returns the ledger index of the first."""
        first, code = self._next, kind.real
        self._leaves += map(leaf_hash, commitments)
        self._sealed += [(index, code, bytearray(one)) for index, one in enumerate(commitments, first)]
        self._next = first + len(commitments)
        return first

    def append_row(self, kind: LedgerKind, name: str, *columns: None | int | float | str | bytes) -> int:
        """`append` of a kind's columns."""
        return self.append(kind, content_of_row(name, columns))

    def want_head(self) -> None:
        """Have a head signed with this transaction, whenever the last one was."""
        self._is_head_wanted = True

    def mark(self) -> int:
        """A place to come back to with `back_to`."""
        return len(self._leaves)

    def back_to(self, mark: int) -> None:
        """Forget the entries appended since `mark`: their unit failed."""
        del self._leaves[mark:]
        self._next = self._frontier.size + 1 + mark
        while self._opened and self._opened[-1][0] >= self._next:
            self._opened.pop()
        while self._sealed and self._sealed[-1][0] >= self._next:
            self._sealed.pop()

    def flush(self, database: Database, *, head_interval_s: float, sums: SumsStamp) -> None:
        """Write the pending entries, the grown tree and, when one is wanted or older than the interval, a new head.

        `sums`: those of the tables outside the ledger as this transaction leaves them.
        """
        grown = self._frontier.copy()
        tiles = grow(grown, self._leaves)
        database.executemany(_INSERT_SEALED, self._sealed)
        database.executemany(_INSERT_ENTRY, self._opened)
        if tiles:
            write_tiles(database, tiles)
        database.execute("UPDATE archive_state SET ledger_size = ?, frontier = ?", (grown.size, grown.to_bytes()))
        self._grown = grown
        is_due = self._is_head_wanted or self._clock.monotonic() - self._signed_at_s >= head_interval_s
        if grown.size > self._head_size and is_due:
            head = self._signer.sign(self._origin, grown.size, grown.root())
            database.execute(
                "INSERT INTO heads (size, signed_at, note, sums_version, sums) VALUES (?, ?, ?, ?, ?)",
                (grown.size, to_micros(self._clock.now()), head.note, sums.version, sums.sha256),
            )
            self._unlogged = head

    def committed(self) -> None:
        """The transaction is on the disk. A new head goes to the log outside."""
        if self._grown is not None:
            self._frontier = self._grown
        head, self._unlogged = self._unlogged, None
        self._grown, self._is_head_wanted = None, False
        self._clear()
        self._next = self._frontier.size + 1
        if head is not None:
            self._head_size = head.size
            self._signed_at_s = self._clock.monotonic()
        self._outside.keep(head)

    def discarded(self) -> None:
        """The transaction was rolled back."""
        self._grown, self._unlogged, self._is_head_wanted = None, None, False
        self._clear()
        self._next = self._frontier.size + 1
        self._signed_at_s = self._clock.monotonic()

    def _clear(self) -> None:
        self._leaves, self._opened, self._sealed = [], [], []
