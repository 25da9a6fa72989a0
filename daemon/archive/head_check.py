"""Signed heads, those in the archive and those outside, met one by one as the tree grows again."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crypto.database import Database
from crypto.errors import IntegrityError
from crypto.head_log import DamagedLine, HeadLog
from crypto.heads import SignedHead, verify_head
from crypto.merkle import Frontier

from .records import VerifyProblem

_INSIDE: Final = 0
_OUTSIDE: Final = 1


class HeadFinding(Exception):
    """A head that is damaged, not ours, or of another history."""

    def __init__(self, problem: VerifyProblem, first_bad: str) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.first_bad = first_bad


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class _Met:
    size: int
    place: int
    note: str


class HeadCheck:
    """Heads of both places in order of size.

    `last_outside` is read before the database's snapshot is taken, so that an honest ledger is never smaller than it.
    """

    def __init__(
        self, database: Database, log: HeadLog, *, origin: str, public_key: str, last_outside: SignedHead | None
    ) -> None:
        self.checked = 0
        """Heads whose signature and root were right."""
        self._public_key = public_key
        self._origin = origin
        self._expected_size = last_outside.size if last_outside is not None and last_outside.origin == origin else 0
        self._ledger_size = _integer(database, "SELECT ledger_size FROM archive_state")
        self._newest_inside = _integer(database, "SELECT max(size) FROM heads")
        self._heads: Iterator[_Met] = heapq.merge(_inside(database), self._outside(log))
        self._next: _Met | None = None
        self._unmatched: _Met | None = None
        self._last_inside = 0
        self._has_lost_inside = False
        self._found_at_once: HeadFinding | None = None
        try:
            self._next = next(self._heads, None)
        except HeadFinding as found:  # told by `finish`, after what the records themselves say
            self._found_at_once = found

    def next_size(self, size: int) -> int | None:
        """The size, more than `size`, at which the tree has to be looked at next."""
        while self._next is not None and self._next.size <= size:
            self._take(None)
        return None if self._next is None else self._next.size

    def compare(self, size: int, tree: Frontier) -> None:
        """Check every head of this size against the tree."""
        while self._next is not None and self._next.size == size:
            self._take(tree)

    def finish(self) -> None:
        """After the last leaf: heads of larger ledgers are of entries that are gone."""
        if self._found_at_once is not None:
            raise self._found_at_once
        if self._next is not None or self._expected_size > self._ledger_size:
            size = self._expected_size if self._next is None else self._next.size
            raise HeadFinding(VerifyProblem.ROLLED_BACK, f"head:{size}")
        self._expect_outside()
        if self._has_lost_inside:
            raise HeadFinding(VerifyProblem.TABLE_OLD, "table:heads")

    def close(self) -> None:
        """Read no further: a query that is not at its end would keep its connection in this snapshot."""
        self._heads, self._next = iter(()), None

    def _take(self, tree: Frontier | None) -> None:
        met = self._next
        assert met is not None
        try:
            head = verify_head(met.note, self._public_key)
        except IntegrityError:
            raise HeadFinding(VerifyProblem.HEAD_INVALID, f"head:{met.size}") from None
        if head.size != met.size or (tree is not None and head.root != tree.root()):
            raise HeadFinding(VerifyProblem.ROOT_MISMATCH, f"head:{met.size}")
        self.checked += 1
        self._pair(met)
        self._next = next(self._heads, None)

    def _pair(self, met: _Met) -> None:
        """Every head inside has to be met outside too, and the other way round; the newest may be on its way.

        One outside is of a transaction that was committed; one of the present size may be newer than the snapshot.
        """
        if self._unmatched is not None and met.size != self._unmatched.size:
            self._expect_outside()
        if met.place == _INSIDE and met.size < self._newest_inside:
            self._unmatched = met
        elif met.place == _OUTSIDE:
            self._unmatched = None
            self._has_lost_inside |= self._last_inside < met.size < self._ledger_size
        if met.place == _INSIDE:
            self._last_inside = met.size

    def _expect_outside(self) -> None:
        if self._unmatched is not None:
            raise HeadFinding(VerifyProblem.HEADS_MISSING, f"head:{self._unmatched.size}")

    def _outside(self, log: HeadLog) -> Iterator[_Met]:
        """Up to the ledger's size; what was appended after the snapshot is of no interest."""
        for place, entry in enumerate(log.entries(), 1):
            match entry:
                case DamagedLine(is_torn_tail=True):
                    continue
                case DamagedLine(number=number):
                    raise HeadFinding(VerifyProblem.HEAD_INVALID, f"head log line {number}")
                case SignedHead() if entry.origin == self._origin:
                    if entry.size > max(self._ledger_size, self._expected_size):
                        return
                    yield _Met(size=entry.size, place=_OUTSIDE, note=entry.note)
                case SignedHead():  # the file has one store's heads: a flipped bit made it another's
                    raise HeadFinding(VerifyProblem.HEAD_INVALID, f"head log line {place}")


def _inside(database: Database) -> Iterator[_Met]:
    for row in database.execute("SELECT size, note FROM heads ORDER BY size"):
        match row:
            case (int(size), str(note)):
                yield _Met(size=size, place=_INSIDE, note=note)
            case _:
                continue


def _integer(database: Database, sql: str) -> int:
    value = database.fetch_value(sql)
    return value if isinstance(value, int) else 0
