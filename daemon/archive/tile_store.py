"""The ledger's leaves and kept subtree roots as `crypto.tiles` reads them. Kept roots are a cache: what is missing is
made from the leaves."""

from collections.abc import Iterable, Sequence
from typing import Final

from crypto.database import Database
from crypto.merkle import leaf_hash, root_of
from crypto.tiles import TILE_HEIGHT, TILE_WIDTH, Hashes, Tile, TiledTree

_LEAVES: Final = "SELECT commitment FROM ledger WHERE ledger_index > ? AND ledger_index <= ? ORDER BY ledger_index"
_TILES: Final = "SELECT number, root FROM ledger_tiles WHERE level = ? AND number >= ? AND number < ? ORDER BY number"
_COUNT: Final = "SELECT count(*) FROM ledger_tiles WHERE level = ?"
_BEYOND: Final = "DELETE FROM ledger_tiles WHERE level = ? AND number >= ?"
_INSERT: Final = "INSERT OR REPLACE INTO ledger_tiles (level, number, root) VALUES (?, ?, ?)"
_TOP_LEVEL: Final = 56


def tree_in(database: Database, size: int) -> TiledTree:
    """The tree over the first `size` entries, with the help of kept roots."""
    return TiledTree(_kept(database), size)


def tree_of_leaves(database: Database, size: int) -> TiledTree:
    """The same from the leaves alone: reads the whole ledger, and is right also when kept roots are not."""
    return TiledTree(_derived(database), size)


def write_tiles(database: Database, tiles: Iterable[Tile]) -> None:
    """In the transaction that made their leaves."""
    database.executemany(_INSERT, [(tile.level, tile.number, tile.root) for tile in tiles])


def fill_missing(database: Database, size: int) -> int:
    """Make the roots that an earlier schema did not keep, in a transaction of its own; how many were made."""
    levels = [level for level in range(TILE_HEIGHT, _TOP_LEVEL + 1, TILE_HEIGHT) if size >> level]
    if all(database.fetch_value(_COUNT, (level,)) == size >> level for level in levels):
        return 0
    made = 0
    with database.transaction():
        hashes = _kept(database)
        for level in levels:
            database.execute(_BEYOND, (level, size >> level))
            there = {number for number, _ in database.execute(_TILES, (level, 0, size >> level))}
            for number in range(size >> level):
                if number not in there:
                    root = root_of(hashes(level - TILE_HEIGHT, number * TILE_WIDTH, TILE_WIDTH))
                    write_tiles(database, (Tile(level=level, number=number, root=root),))
                    made += 1
    return made


def _kept(database: Database) -> Hashes:
    def hashes(level: int, first: int, count: int) -> Sequence[bytes]:
        if level == 0:
            return _leaves(database, first, count)
        rows = database.fetch_all(_TILES, (level, first, first + count))
        kept = {number: root for number, root in rows if isinstance(root, bytes)}
        return [kept.get(number) or _root(hashes, level, number) for number in range(first, first + count)]

    return hashes


def _derived(database: Database) -> Hashes:
    def hashes(level: int, first: int, count: int) -> Sequence[bytes]:
        if level == 0:
            return _leaves(database, first, count)
        return [_root(hashes, level, number) for number in range(first, first + count)]

    return hashes


def _root(hashes: Hashes, level: int, number: int) -> bytes:
    return root_of(hashes(level - TILE_HEIGHT, number * TILE_WIDTH, TILE_WIDTH))


def _leaves(database: Database, first: int, count: int) -> Sequence[bytes]:
    rows = database.fetch_all(_LEAVES, (first, first + count))
    return [leaf_hash(commitment) for (commitment,) in rows if isinstance(commitment, bytes)]
