"""Roots that are kept to make proofs fast: a wrong one is named, spoils no proof, raises no false alarm; missing ones
are made."""

from pathlib import Path

from crypto.database import OpenMode, open_database
from crypto.keys import Purpose
from daemon.archive.head_history import HeadStanding
from daemon.archive.proving import Disclosing
from daemon.archive.records import VerifyProblem
from daemon.archive.tile_store import fill_missing, tree_in, tree_of_leaves
from tests.archive_kit import archive_in, ingest_of, root_key, sms


async def test_kept_roots_wrong_missing_and_made(tmp_path: Path) -> None:
    key = root_key().derive(Purpose.ARCHIVE)
    async with archive_in(tmp_path) as archive:
        for first in range(0, 600, 150):
            await archive.ingest(ingest_of([sms(key) for key in range(first, first + 150)], cursor=f"c{first}"))
        assert (await archive.verify()).ok
    with open_database(tmp_path / "archive.db", key, OpenMode.READ_WRITE) as database:
        assert database.fetch_all("SELECT level, number FROM ledger_tiles") == [(8, 0), (8, 1)]
        assert tree_in(database, 601).root() == tree_of_leaves(database, 601).root()
        right = database.fetch_all("SELECT * FROM ledger_tiles")
        database.execute("UPDATE ledger_tiles SET root = zeroblob(32) WHERE number = 1")
    async with archive_in(tmp_path) as archive:
        result = await archive.verify()
        assert (result.problem, result.first_bad) == (VerifyProblem.KEPT_ROOT_WRONG, "tile:8/1")
        evidence = await archive.proofs.evidence(5, Disclosing.NOTHING, ())
        assert evidence is not None and len(evidence.path) == 10
        head = await archive.witnesses.newest_head()
        assert head is not None
        assert await archive.witnesses.standing_of((head.head,)) == (HeadStanding.CONTINUED,)
    with open_database(tmp_path / "archive.db", key, OpenMode.READ_WRITE) as database:
        database.execute("DELETE FROM ledger_tiles")
        database.execute("INSERT INTO ledger_tiles VALUES (8, 7, zeroblob(32))")
        assert tree_in(database, 601).root() == tree_of_leaves(database, 601).root()
    async with archive_in(tmp_path) as archive:
        assert (await archive.verify()).ok
    with open_database(tmp_path / "archive.db", key, OpenMode.READ_WRITE) as database:
        assert database.fetch_all("SELECT * FROM ledger_tiles") == right
        assert fill_missing(database, 601) == 0
