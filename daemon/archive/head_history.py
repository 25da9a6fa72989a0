"""Heads against the ledger: whether one that comes back from outside is of this history."""

from enum import StrEnum
from typing import Final

from crypto.checkpoints import Head, SignedHead, read_head
from crypto.database import Database
from crypto.errors import IntegrityError

from .tile_store import tree_in, tree_of_leaves

_NEWEST: Final = "SELECT note FROM heads ORDER BY size DESC LIMIT 1"
_SIGNED_AT: Final = "SELECT signed_at FROM heads WHERE size = ?"


class HeadStanding(StrEnum):
    """What a head says of the ledger as it is now."""

    CONTINUED = "continued"
    """The ledger has this head, or grew from it."""
    ROLLED_BACK = "rolled_back"
    """The ledger is smaller than the head: entries that once were are gone."""
    OTHER_HISTORY = "other_history"
    """The ledger had another root at this size: entries were changed."""


def standing_of(database: Database, head: Head) -> HeadStanding:
    """Compare a head whose origin and signature were looked at. A wrong cache of roots is no alarm."""
    size = database.fetch_value("SELECT ledger_size FROM archive_state")
    if not isinstance(size, int) or head.size > size:
        return HeadStanding.ROLLED_BACK
    if root_at(database, head.size) == head.root:
        return HeadStanding.CONTINUED
    return HeadStanding.OTHER_HISTORY if _root_of_leaves(database, head.size) != head.root else HeadStanding.CONTINUED


def root_at(database: Database, size: int) -> bytes:
    """When the ledger had `size` entries. Of no bytes when leaves are missing."""
    try:
        return tree_in(database, size).root()
    except IntegrityError:
        return b""


def newest_head(database: Database) -> SignedHead | None:
    """None before the first."""
    note = database.fetch_value(_NEWEST)
    return read_head(note) if isinstance(note, str) else None


def head_of(database: Database, size: int) -> SignedHead | None:
    """The head that was signed at this size; None when none was."""
    note = database.fetch_value("SELECT note FROM heads WHERE size = ?", (size,))
    return read_head(note) if isinstance(note, str) else None


def root_of_history(database: Database, size: int) -> bytes | None:
    """The root at a size, from the leaves alone. None when the ledger is smaller; no bytes when leaves are missing."""
    now = database.fetch_value("SELECT ledger_size FROM archive_state")
    return _root_of_leaves(database, size) if isinstance(now, int) and 0 <= size <= now else None


def signed_at_us(database: Database, size: int) -> int | None:
    """When the archive signed its head of this size, by its own clock; microseconds since 1970."""
    at = database.fetch_value(_SIGNED_AT, (size,))
    return at if isinstance(at, int) else None


def _root_of_leaves(database: Database, size: int) -> bytes:
    try:
        return tree_of_leaves(database, size).root()
    except IntegrityError:
        return b""
