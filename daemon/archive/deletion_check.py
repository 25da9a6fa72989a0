"""Whether what is gone from the archive went with a certificate: the entries' marks against the ledgered deletions."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from crypto.database import Database

from .records import VerifyProblem

_CERTIFICATES: Final = """
SELECT ledger_index, entries, first_index, last_index, indexes_sha256 FROM deletions ORDER BY ledger_index"""


@dataclass(slots=True)
class _Taken:
    count: int = 0
    first: int | None = None
    last: int | None = None
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)


def place_bytes(index: int, kind: int) -> bytes:
    """A deleted entry in a certificate's digest: its ledger index, 8 bytes big-endian, and its kind, another 8."""
    return index.to_bytes(8, "big") + kind.to_bytes(8, "big", signed=True)


def digest_of(places: Iterable[tuple[int, int]]) -> bytes:
    """SHA-256 over the ledger indexes and kinds of what was deleted, in the order of the ledger; 32 bytes."""
    return hashlib.sha256(b"".join(place_bytes(index, kind) for index, kind in sorted(places))).digest()


class DeletionCheck:
    """Fed with deleted entries in the ledger's order; memory grows with the number of certificates only."""

    def __init__(self) -> None:
        self._taken: dict[int, _Taken] = {}

    def take(self, index: int, kind: int, certificate: int) -> None:
        """Entry `index` says that `certificate` deleted its record."""
        taken = self._taken.setdefault(certificate, _Taken())
        taken.count += 1
        taken.first = index if taken.first is None else taken.first
        taken.last = index
        taken.digest.update(place_bytes(index, kind))

    def finish(self, database: Database) -> tuple[VerifyProblem, str] | None:
        """The first certificate that says something else than the entries; None when all agree."""
        left = dict(self._taken)
        sql = (
            "SELECT ledger_index, entries, first_index, last_index, indexes_sha256 FROM deletions ORDER BY ledger_index"
        )
        for row in database.execute(sql):
            index, *told = row
            assert isinstance(index, int)
            taken = left.pop(index, _Taken())
            if [taken.count, taken.first, taken.last, taken.digest.digest()] != told:
                return VerifyProblem.DELETION_UNCERTIFIED, f"ledger:{index}"
        if left:
            orphan = left[min(left)]
            return VerifyProblem.DELETION_UNCERTIFIED, f"ledger:{orphan.first}"
        return None
