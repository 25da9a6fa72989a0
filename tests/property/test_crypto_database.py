"""The encrypted database against a dictionary, and with bits flipped in every kind of place."""

import random
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from crypto.database import Database, OpenMode, open_database
from crypto.errors import ConstraintError, CryptoError, IntegrityError, VaultStateError

KEY = bytes(range(32))
PAGE = 4096


class DatabaseAgainstModel(RuleBasedStateMachine):
    """Commits, rollbacks, reopenings and checkpoints; a reader that was there all the time sees commits only."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp())
        self.path = self.directory / "a.db"
        self.database = open_database(self.path, KEY, OpenMode.CREATE)
        self.database.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, body BLOB NOT NULL)")
        self.reader = open_database(self.path, KEY, OpenMode.READ_ONLY)
        self.model: dict[int, bytes] = {}

    def teardown(self) -> None:
        self.database.close()
        self.reader.close()
        shutil.rmtree(self.directory)

    @rule(rows=st.dictionaries(st.integers(0, 50), st.binary(max_size=9000), max_size=8), is_kept=st.booleans())
    def write(self, *, rows: dict[int, bytes], is_kept: bool) -> None:
        class UndoError(Exception):
            pass

        try:
            with self.database.transaction():
                self.database.executemany("INSERT OR REPLACE INTO rows VALUES (?, ?)", list(rows.items()))
                if not is_kept:
                    raise UndoError
        except UndoError:
            return
        self.model.update(rows)

    @rule(row_id=st.integers(0, 50))
    def delete(self, row_id: int) -> None:
        self.database.execute("DELETE FROM rows WHERE id = ?", (row_id,))
        self.model.pop(row_id, None)

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def refuse_a_double(self, data: st.DataObject) -> None:
        row_id = data.draw(st.sampled_from(sorted(self.model)))
        with pytest.raises(ConstraintError), self.database.transaction():
            self.database.execute("DELETE FROM rows WHERE id <> ?", (row_id,))
            self.database.execute("INSERT INTO rows VALUES (?, x'00')", (row_id,))

    @rule()
    def reopen(self) -> None:
        self.database.close()
        self.database = open_database(self.path, KEY, OpenMode.READ_WRITE)

    @rule()
    def checkpoint(self) -> None:
        assert self.database.checkpoint().is_complete

    @invariant()
    def both_see_what_was_committed(self) -> None:
        for database in (self.database, self.reader):
            assert database.fetch_all("SELECT id, body FROM rows ORDER BY id") == sorted(self.model.items())


TestDatabaseAgainstModel = DatabaseAgainstModel.TestCase
TestDatabaseAgainstModel.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of about 60 pages, its log empty: 40 transactions of 10 rows."""
    path = tmp_path_factory.mktemp("sound") / "a.db"
    with open_database(path, KEY, OpenMode.CREATE) as database:
        fill(database)
        database.execute("CREATE VIRTUAL TABLE words USING fts5 (word)")
        database.execute("INSERT INTO words SELECT 'w' || id FROM rows")
        database.execute("DELETE FROM rows WHERE id > 380")  # leaves free pages too
    return path


def fill(database: Database) -> None:
    database.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, batch INTEGER, body TEXT)")
    database.execute("CREATE INDEX by_body ON rows (body)")
    for batch in range(40):
        with database.transaction():
            rows = [(batch * 10 + number, batch, f"{batch}-{number}-" + "x" * 300) for number in range(10)]
            database.executemany("INSERT INTO rows VALUES (?, ?, ?)", rows)


def test_every_flipped_bit_of_a_page_is_found(sound: Path, tmp_path: Path) -> None:
    whole = sound.read_bytes()
    chance = random.Random(20261122)
    path = tmp_path / "a.db"
    for page in range(len(whole) // PAGE):
        for _ in range(6):
            low = 16 if page == 0 else 0
            damaged = bytearray(whole)
            damaged[page * PAGE + chance.randrange(low, PAGE)] ^= 1 << chance.randrange(8)
            path.write_bytes(damaged)
            try:
                with open_database(path, KEY, OpenMode.READ_WRITE) as database:
                    assert f"page {page + 1}" in " ".join(database.damage())
            except IntegrityError:
                assert page == 0
            for suffix in ("-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)


def test_reading_over_a_damaged_page_never_gives_wrong_rows(sound: Path, tmp_path: Path) -> None:
    whole = sound.read_bytes()
    chance = random.Random(7)
    path = tmp_path / "a.db"
    with open_database(sound, KEY, OpenMode.READ_ONLY) as database:
        right = database.fetch_all("SELECT * FROM rows NOT INDEXED ORDER BY id")
    found = 0
    for _ in range(150):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        try:
            with open_database(path, KEY, OpenMode.READ_ONLY) as database:
                assert database.fetch_all("SELECT * FROM rows NOT INDEXED ORDER BY id") == right
        except IntegrityError:
            found += 1
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
    assert found > 20


def test_pages_cut_off_are_found(sound: Path, tmp_path: Path) -> None:
    whole = sound.read_bytes()
    path = tmp_path / "a.db"
    for length in (1, 16, 100, PAGE - 1, PAGE, PAGE + 1, PAGE * 5, len(whole) - PAGE, len(whole) - 1):
        path.write_bytes(whole[:length])
        try:
            with open_database(path, KEY, OpenMode.READ_WRITE) as database:
                assert database.damage() != ()
        except CryptoError as error:
            assert isinstance(error, IntegrityError | VaultStateError)
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


def test_a_damaged_log_loses_its_end_and_invents_nothing(tmp_path: Path) -> None:
    """SQLite takes a frame with a wrong checksum for the end of its log: the ledger's heads tell what is missing."""
    database = open_database(tmp_path / "live.db", KEY, OpenMode.CREATE)
    database.execute("PRAGMA wal_autocheckpoint = 0")
    fill(database)
    main, log = (tmp_path / "live.db").read_bytes(), (tmp_path / "live.db-wal").read_bytes()
    chance = random.Random(1)
    path = tmp_path / "copy.db"
    lengths: set[int] = set()
    for _ in range(120):
        damaged = bytearray(log)
        damaged[chance.randrange(len(log))] ^= 1 << chance.randrange(8)
        path.write_bytes(main)
        (tmp_path / "copy.db-wal").write_bytes(damaged)
        try:
            with open_database(path, KEY, OpenMode.READ_WRITE) as opened:
                if opened.fetch_value("SELECT count(*) FROM sqlite_master WHERE name = 'rows'") == 0:
                    continue
                rows = opened.fetch_all("SELECT id, body FROM rows ORDER BY id")
        except IntegrityError:
            continue
        assert len(rows) % 10 == 0
        assert rows == [(number, f"{number // 10}-{number % 10}-" + "x" * 300) for number in range(len(rows))]
        lengths.add(len(rows))
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
    assert len(lengths) > 5
    database.close()
