"""Checking the archive against its ledger: every record, the tree, every signed head, in bounded memory.

Found are: a record changed, missing, or put in beside the ledger; a state that its last ledgered change does not
explain; commitments changed together with records (the tree's root no longer matches a signed head); old pages or a
whole old file put back (a head kept outside is larger or has another root; an index disagrees with its table); heads
that are not ours or were taken out.
Not found is what somebody with all keys does who also replaces the heads outside: for that, heads leave the box.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import Final

from crypto.database import Database
from crypto.errors import CryptoErrorCode, IntegrityError
from crypto.merkle import EMPTY_ROOT, Frontier
from crypto.tiles import Tile, grow

from .content import ContentKeys
from .deletion_check import DeletionCheck
from .head_check import HeadCheck, HeadFinding
from .ledger_kinds import KINDS_OF_ENTRY
from .page_check import IndexCheck, first_damaged_page
from .record_check import LEAVES, RecordCheck
from .records import VerifyProblem, VerifyResult
from .state_check import first_wrong_state
from .transaction import Tokens

_CHUNK: Final = 4_096
_DAMAGED: Final = frozenset(
    {CryptoErrorCode.DATABASE_DAMAGED, CryptoErrorCode.DATABASE_REOPEN, CryptoErrorCode.LEDGER_DAMAGED}
)
_TILES: Final = "SELECT level, number, root FROM ledger_tiles ORDER BY level, number"

UNREADABLE: Final = VerifyResult(
    ledger_size=0,
    root_sha256=EMPTY_ROOT.hex(),
    records_checked=0,
    heads_checked=0,
    first_bad="archive",
    problem=VerifyProblem.PAGE_DAMAGED,
)
"""The database does not even open."""

Progress = Callable[[int, int], None]
"""Called with entries done and entries in all, from the thread that verifies."""


class _Found(Exception):
    """The first damage."""

    def __init__(self, problem: VerifyProblem, first_bad: str) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.first_bad = first_bad


class Verification:
    """One run over one snapshot of the database."""

    def __init__(
        self,
        database: Database,
        *,
        old_key: bytes,
        content: ContentKeys,
        tokens: Tokens,
        heads: HeadCheck,
        since: int | None,
        open_database: Callable[[], Database],
    ) -> None:
        """`open_database`: another read-only connection. `since`: records before this ledger index are taken as their
        commitments say; the tree is still checked.
        """
        self._database = database
        self._old_key = old_key
        self._content = content
        self._deletions = DeletionCheck()
        self._tokens = tokens
        self._heads = heads
        self._record_check = RecordCheck(database, content, old_key=old_key)
        self._open_database = open_database
        self._since = since or 0
        self._tiles: list[Tile] = []
        self._tree = Frontier()
        self._size = 0
        self._records = 0
        self._at = 1

    def run(self, progress: Progress | None) -> VerifyResult:
        """Everything, in the order of the ledger; stops at the first damage."""
        problem: VerifyProblem | None = None
        first_bad: str | None = None
        indexes = IndexCheck(self._open_database, self._content, self._tokens)
        try:
            self._check_all(progress)
            if (damage := first_damaged_page(self._database) or indexes.finish()) is not None:
                problem, first_bad = damage
        except _Found as found:
            problem, first_bad = found.problem, found.first_bad
        except HeadFinding as found:
            problem, first_bad = found.problem, found.first_bad
        except IntegrityError as error:
            if error.code not in _DAMAGED:
                raise
            problem, first_bad = VerifyProblem.PAGE_DAMAGED, self._first_unreadable()
        finally:
            indexes.stop()
            self._heads.close()
        return VerifyResult(
            ledger_size=self._size,
            root_sha256=self._tree.root().hex(),
            records_checked=self._records,
            heads_checked=self._heads.checked,
            first_bad=first_bad,
            problem=problem,
        )

    def _first_unreadable(self) -> str:
        """The first entry of the present chunk that cannot be read whole, or the page where no entry is the reason."""
        start, end = self._at, min(self._at + _CHUNK, self._size + 1)
        if start >= end or self._is_readable(start, end):
            with self._open_database() as database:
                return next((f"page:{page}" for page in database.damaged_pages()), "archive")
        while end - start > 1:
            middle = (start + end) // 2
            start, end = (middle, end) if self._is_readable(start, middle) else (start, middle)
        return f"ledger:{start}"

    def _is_readable(self, start: int, end: int) -> bool:
        """By a connection of its own: one that met a damaged page reads nothing more."""
        try:
            with self._open_database() as database:
                leaves = database.fetch_all(LEAVES, (start, end))
                if [row[0] for row in leaves] != list(range(start, end)):
                    return False
                RecordCheck(database, self._content, old_key=self._old_key).check(leaves, start, end)
        except IntegrityError as error:
            if error.code not in _DAMAGED:
                raise
            return False
        return True

    def _check_all(self, progress: Progress | None) -> None:
        stored = self._load_state()
        while self._at <= self._size:
            end = min(self._at + _CHUNK, self._size + 1)
            self._check_chunk(self._at, end)
            self._at = end
            if progress is not None:
                progress(end - 1, self._size)
        self._check_beyond()
        if self._tree.root() != stored.root() or self._tree.size != stored.size:
            raise _Found(VerifyProblem.ROOT_MISMATCH, f"ledger:{self._size}")
        self._heads.finish()
        if (gone := self._deletions.finish(self._database)) is not None:
            raise _Found(*gone)
        marks = self._record_check.marked_events if self._since == 0 else None
        wrong = first_wrong_state(self._database, self._tokens, marks)
        if wrong is not None:
            raise _Found(VerifyProblem.RECORD_CHANGED, wrong)
        self._check_tiles()

    def _load_state(self) -> Frontier:
        match self._database.fetch_one("SELECT ledger_size, frontier FROM archive_state"):
            case (int(size), bytes(frontier)):
                self._size = size
                return Frontier.from_bytes(frontier)
            case _:
                raise _Found(VerifyProblem.RECORD_MISSING, "ledger:1")

    def _check_chunk(self, start: int, end: int) -> None:
        leaves = self._database.fetch_all(LEAVES, (start, end))
        whole = len(leaves)
        if [row[0] for row in leaves] != list(range(start, end)):
            whole = next((at for at, row in enumerate(leaves) if row[0] != start + at), len(leaves))
        for at in range(whole):
            match leaves[at]:
                case (int(), int(), bytes(), (bytes() | None), None):
                    continue
                case (int(index), int(kind), bytes(), (bytes() | None), int(deleted_by)):
                    self._deletions.take(index, kind, deleted_by)
                case row:
                    raise _Found(VerifyProblem.RECORD_MISSING, f"ledger:{row[0]!r}")
        first = max(start, self._since)
        if start + whole > first:
            found = self._record_check.check(leaves[first - start : whole], first, start + whole)
            self._records += found.records
            if found.damage is not None:
                raise _Found(*found.damage)
        if whole < end - start:
            raise _Found(VerifyProblem.RECORD_MISSING, f"ledger:{start + whole}")
        sha256 = hashlib.sha256
        self._grow([sha256(b"\x00" + row[2]).digest() for row in leaves])  # type: ignore[operator]

    def _grow(self, leaves: list[bytes]) -> None:
        """Add leaf hashes, stopping at each size that a head was signed for."""
        at = 0
        while at < len(leaves):
            stop = self._heads.next_size(self._tree.size)
            upto = len(leaves) if stop is None else min(len(leaves), at + stop - self._tree.size)
            self._tiles += grow(self._tree, leaves[at:upto])
            at = upto
            self._heads.compare(self._tree.size, self._tree)

    def _check_tiles(self) -> None:
        """Kept roots that are missing are made when they are needed; a wrong one would spoil proofs."""
        right = {(tile.level, tile.number): tile.root for tile in self._tiles}
        for level, number, root in self._database.execute(_TILES):
            if right.get((level, number)) != root:  # type: ignore[arg-type]  # anything may lie there
                raise _Found(VerifyProblem.KEPT_ROOT_WRONG, f"tile:{level!r}/{number!r}")

    def _check_beyond(self) -> None:
        """Rows outside the ledger's range belong to nobody."""
        for table, problem in _tables():
            sql = _OUTSIDE.format(table=table)
            row = self._database.fetch_one(sql, (self._size,))
            if row is not None:
                raise _Found(problem, f"ledger:{row[0]!r}")


_OUTSIDE: Final = "SELECT ledger_index FROM {table} WHERE ledger_index < 1 OR ledger_index > ? LIMIT 1"


def _tables() -> Iterator[tuple[str, VerifyProblem]]:
    yield "ledger", VerifyProblem.RECORD_WITHOUT_LEAF
    for entry in KINDS_OF_ENTRY.values():
        yield entry.table, VerifyProblem.RECORD_WITHOUT_LEAF
