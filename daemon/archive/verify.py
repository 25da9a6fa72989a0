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

import msgspec

from crypto.database import Database, Row, SqlValue
from crypto.errors import CryptoErrorCode, IntegrityError
from crypto.merkle import EMPTY_ROOT, Frontier
from crypto.tiles import Tile, grow

from ..events import EventKind
from .codes import KIND_CODES
from .content import ContentKeys
from .deletion_check import DeletionCheck
from .entry_content import EVENT_STATE, is_committed, opened
from .event_check import EventCheck
from .head_check import HeadCheck, HeadFinding
from .identifiers import EVENT_PREFIX, spell
from .ledger_kinds import KINDS_OF_ENTRY, KindOfEntry, LedgerKind
from .page_check import PageCheck
from .records import VerifyProblem, VerifyResult
from .state_check import first_wrong_state
from .transaction import Tokens

_CHUNK: Final = 4_096
_ABSENCE: Final = KIND_CODES[EventKind.ABSENCE]
_DAMAGED: Final = frozenset(
    {CryptoErrorCode.DATABASE_DAMAGED, CryptoErrorCode.DATABASE_REOPEN, CryptoErrorCode.LEDGER_DAMAGED}
)
_LEAVES: Final = """
SELECT ledger_index, kind, commitment, opening, deleted_by FROM ledger
WHERE ledger_index >= ? AND ledger_index < ? ORDER BY ledger_index"""
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
        self._events = EventCheck(database, content, old_key=old_key)
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
        pages = PageCheck(self._open_database)
        try:
            self._check_all(progress)
            if (damage := pages.finish()) is not None:
                problem, first_bad = damage
        except _Found as found:
            problem, first_bad = found.problem, found.first_bad
        except HeadFinding as found:
            problem, first_bad = found.problem, found.first_bad
        except IntegrityError as error:
            if error.code not in _DAMAGED:
                raise
            problem, first_bad = VerifyProblem.PAGE_DAMAGED, f"ledger:{self._at}"
        finally:
            pages.stop()
        return VerifyResult(
            ledger_size=self._size,
            root_sha256=self._tree.root().hex(),
            records_checked=self._records,
            heads_checked=self._heads.checked,
            first_bad=first_bad,
            problem=problem,
        )

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
        wrong = first_wrong_state(self._database, self._tokens)
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
        leaves = self._database.fetch_all(_LEAVES, (start, end))
        whole = len(leaves)
        if [row[0] for row in leaves] != list(range(start, end)):
            whole = next((at for at, row in enumerate(leaves) if row[0] != start + at), len(leaves))
        for at in range(whole):
            match leaves[at]:
                case (int(), int(), bytes(), (bytes() | None), None):
                    continue
                case (int(index), int(), bytes(), (bytes() | None), int(deleted_by)):
                    self._deletions.take(index, deleted_by)
                case row:
                    raise _Found(VerifyProblem.RECORD_MISSING, f"ledger:{row[0]!r}")
        first = max(start, self._since)
        if start + whole > first:
            self._check_records(leaves[first - start : whole], first, start + whole)
        if whole < end - start:
            raise _Found(VerifyProblem.RECORD_MISSING, f"ledger:{start + whole}")
        sha256 = hashlib.sha256
        self._grow([sha256(b"\x00" + row[2]).digest() for row in leaves])  # type: ignore[operator]

    def _check_records(self, leaves: list[Row], start: int, end: int) -> None:
        """The records of one stretch; of several damaged ones the first is named."""
        damaged: list[tuple[int, VerifyProblem, str]] = []
        seen, doubtful = self._events.check(start, end, leaves)
        for index in doubtful:
            self._look_closer(KINDS_OF_ENTRY[LedgerKind.EVENT], leaves, start, (index, index + 1), damaged)
        for entry in KINDS_OF_ENTRY.values():
            if entry.kind is not LedgerKind.EVENT:
                seen |= self._look_closer(entry, leaves, start, (start, end), damaged)
        seen.update(start + at for at, row in enumerate(leaves) if row[4] is not None)
        self._records += len(seen)
        if len(seen) < end - start:
            missing = next(index for index in range(start, end) if index not in seen)
            damaged.append((missing, VerifyProblem.RECORD_MISSING, f"ledger:{missing}"))
        if damaged:
            _, problem, name = min(damaged)
            raise _Found(problem, name)

    def _look_closer(
        self,
        entry: KindOfEntry,
        leaves: list[Row],
        start: int,
        stretch: tuple[int, int],
        damaged: list[tuple[int, VerifyProblem, str]],
    ) -> set[int]:
        """The ledger indexes of a kind's records, each compared with its leaf."""
        seen: set[int] = set()
        for row in self._database.execute(entry.select, stretch):
            index = row[0]
            assert isinstance(index, int)
            _, kind, commitment, opening, deleted_by = leaves[index - start]
            if kind != entry.kind or deleted_by is not None:
                damaged.append((index, VerifyProblem.RECORD_WITHOUT_LEAF, _name_of(entry, row)))
            elif (problem := self._problem_of(entry, row, commitment, opening)) is not None:
                damaged.append((index, problem, _name_of(entry, row)))
            seen.add(index)
        return seen

    def _problem_of(
        self, entry: KindOfEntry, row: Row, commitment: SqlValue, opening: SqlValue
    ) -> VerifyProblem | None:
        assert isinstance(commitment, bytes) and (opening is None or isinstance(opening, bytes))
        try:
            record = opened(entry, row, self._content)
        except IntegrityError as error:
            is_key_gone = error.code is CryptoErrorCode.SEALED_KEY_MISSING
            return VerifyProblem.KEY_MISSING if is_key_gone else VerifyProblem.RECORD_CHANGED
        except msgspec.MsgspecError:
            return VerifyProblem.RECORD_CHANGED
        is_right = is_committed(entry, record, commitment=commitment, ledger_opening=opening, old_key=self._old_key)
        if is_right and (entry.kind is not LedgerKind.EVENT or _is_state_plain(row[EVENT_STATE])):
            return None
        return VerifyProblem.RECORD_CHANGED

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


def _is_state_plain(state: tuple[SqlValue, ...]) -> bool:
    """Without a ledgered change an event is current, and a finding of absence never is."""
    kind, is_current, change = state
    if kind == _ABSENCE:
        return is_current == 0 and change is None
    return change is not None or is_current == 1


def _name_of(entry: KindOfEntry, row: Row) -> str:
    name = row[1]
    if entry.kind is LedgerKind.EVENT and isinstance(name, bytes):
        return spell(EVENT_PREFIX, name)
    return str(name)
