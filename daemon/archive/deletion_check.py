"""Whether what is gone from the archive went with a certificate: the entries' marks against the ledgered deletions."""

import hashlib
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


def digest_of(indexes: list[int]) -> bytes:
    """SHA-256 over ledger indexes in ascending order, 8 bytes big-endian each; 32 bytes."""
    return hashlib.sha256(b"".join(index.to_bytes(8, "big") for index in sorted(indexes))).digest()


class DeletionCheck:
    """Fed with deleted entries in the ledger's order; memory grows with the number of certificates only."""

    def __init__(self) -> None:
        self._taken: dict[int, _Taken] = {}

    def take(self, index: int, certificate: int) -> None:
        """Entry `index` says that `certificate` deleted its record."""
        taken = self._taken.setdefault(certificate, _Taken())
        taken.count += 1
        taken.first = index if taken.first is None else taken.first
        taken.last = index
        taken.digest.update(index.to_bytes(8, "big"))

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
