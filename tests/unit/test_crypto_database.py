"""The encrypted database through real SQLCipher: settings, types, transactions, and what each failure is called."""

import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlcipher3 import dbapi2

from crypto.database import Database, OpenMode, SqlValue, open_database
from crypto.errors import (
    ConstraintError,
    CryptoError,
    CryptoErrorCode,
    DatabaseBusyError,
    DiskFullError,
    IntegrityError,
    StatementError,
    StorageError,
    VaultStateError,
    WrongKeyError,
)
from crypto.sqlcipher import translate

KEY = bytes(range(32))
OTHER_KEY = bytes(range(1, 33))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shop archive 店.db"


@pytest.fixture
def database(path: Path) -> Database:
    database = open_database(path, KEY, OpenMode.CREATE)
    database.execute_script("CREATE TABLE rows (id INTEGER PRIMARY KEY, body TEXT NOT NULL UNIQUE, extra);")
    return database


def fill(database: Database, count: int, *, start: int = 0) -> None:
    with database.transaction():
        database.executemany(
            "INSERT INTO rows (id, body) VALUES (?, ?)",
            ((number, f"row {number} " + "x" * 500) for number in range(start, start + count)),
        )


def count(database: Database) -> SqlValue:
    return database.fetch_value("SELECT count(*) FROM rows")


@pytest.mark.parametrize("mode", [OpenMode.READ_WRITE, OpenMode.READ_ONLY])
def test_every_setting_holds(database: Database, path: Path, mode: OpenMode) -> None:
    database.close()
    with open_database(path, KEY, mode, busy_timeout_s=1.5) as opened:
        settings = {
            name: opened.fetch_value(f"PRAGMA {name}")
            for name in (
                "journal_mode",
                "synchronous",
                "secure_delete",
                "cell_size_check",
                "trusted_schema",
                "foreign_keys",
                "mmap_size",
                "temp_store",
                "busy_timeout",
                "cipher_page_size",
                "cipher_log_level",
                "cipher_hmac_algorithm",
                "query_only",
            )
        }
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "cell_size_check": 1,
        "trusted_schema": 0,
        "foreign_keys": 1,
        "mmap_size": 0,
        "temp_store": 2,
        "busy_timeout": 1500,
        "cipher_page_size": "4096",
        "cipher_log_level": "NONE",
        "cipher_hmac_algorithm": "HMAC_SHA512",
        "query_only": 1 if mode is OpenMode.READ_ONLY else 0,
    }


def test_the_file_is_private_and_nothing_else_is_left(database: Database, path: Path) -> None:
    fill(database, 10)
    assert sorted(file.name for file in path.parent.iterdir()) == [path.name, path.name + "-shm", path.name + "-wal"]
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}
    database.close()
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("value", [None, 0, -(2**63), 2**63 - 1, 1.5, "", "银戒指\0\n", b"", b"\0\xff", "x" * 100_000])
def test_values_come_back_as_they_were(database: Database, value: SqlValue) -> None:
    database.execute("INSERT INTO rows (body, extra) VALUES ('a', ?)", (value,))
    row = database.fetch_one("SELECT extra FROM rows")
    assert row == (value,)
    assert type(row[0]) is type(value)


@pytest.mark.parametrize("value", [2**63, "\ud800", object()])
def test_values_a_database_cannot_keep_are_refused(database: Database, value: str) -> None:
    with pytest.raises(StatementError):
        database.execute("INSERT INTO rows (body, extra) VALUES ('a', ?)", (value,))
    with pytest.raises(StatementError), database.transaction():
        database.executemany("INSERT INTO rows (body, extra) VALUES (?, ?)", (("b", 1), ("c", value)))
    assert count(database) == 0
    assert database.is_usable


def test_rows_stream(database: Database) -> None:
    fill(database, 5000)
    rows = database.execute("SELECT id, body FROM rows ORDER BY id")
    assert rows.columns == ("id", "body")
    first = rows.fetch_one()
    assert first is not None
    assert first[0] == 0
    assert [row[0] for row in rows.fetch_many(3)] == [1, 2, 3]
    assert next(iter(rows))[0] == 4
    assert len(rows.fetch_all()) == 4995
    assert rows.fetch_one() is None
    assert database.fetch_one("SELECT 1 FROM rows WHERE id = -1") is None
    assert database.fetch_value("SELECT 1 FROM rows WHERE id = -1") is None


def test_changes_are_counted(database: Database) -> None:
    assert database.executemany("INSERT INTO rows (body) VALUES (?)", [("a",), ("b",)]) == 2
    inserted = database.execute("INSERT INTO rows (body) VALUES ('c')")
    assert (inserted.changed, inserted.last_row_id) == (1, 3)
    assert database.execute("UPDATE rows SET extra = 1").changed == 3
    assert database.execute("INSERT OR IGNORE INTO rows (body) VALUES ('c')").changed == 0
    assert database.total_changes == 6


def test_a_transaction_is_all_or_nothing(database: Database, path: Path) -> None:
    reader = open_database(path, KEY, OpenMode.READ_ONLY)
    with database.transaction():
        database.execute("INSERT INTO rows (body) VALUES ('a')")
        assert database.is_in_transaction
        assert count(reader) == 0
    assert count(reader) == 1
    for error in (ValueError, KeyboardInterrupt):
        with pytest.raises(error), database.transaction():
            database.execute("INSERT INTO rows (body) VALUES ('b')")
            raise error
        assert not database.is_in_transaction
    with pytest.raises(ConstraintError), database.transaction():
        database.execute("INSERT INTO rows (body) VALUES ('b')")
        database.execute("INSERT INTO rows (body) VALUES ('a')")
    assert count(database) == count(reader) == 1


def test_a_transaction_inside_a_transaction_is_refused_and_harmless(database: Database) -> None:
    with database.transaction():
        database.execute("INSERT INTO rows (body) VALUES ('a')")
        with pytest.raises(StatementError), database.transaction():
            pass
        database.execute("INSERT INTO rows (body) VALUES ('b')")
    assert count(database) == 2


def test_a_snapshot_does_not_move(database: Database, path: Path) -> None:
    reader = open_database(path, KEY, OpenMode.READ_ONLY)
    with reader.snapshot():
        assert count(reader) == 0
        fill(database, 10)
        assert count(reader) == 0
    assert count(reader) == 10


def test_a_script_runs_inside_the_open_transaction(database: Database) -> None:
    script = """
        -- a comment; with a semicolon
        CREATE TABLE words (word TEXT CHECK (word <> ';'));
        CREATE TRIGGER watch AFTER INSERT ON rows BEGIN
            INSERT INTO words VALUES ('a;b');
            INSERT INTO words VALUES (new.body);
        END;
        INSERT INTO rows (body) VALUES ('it''s; fine')
        ;
    """
    with pytest.raises(ValueError, match="undo"), database.transaction():
        database.execute_script(script)
        assert [row[0] for row in database.fetch_all("SELECT word FROM words")] == ["a;b", "it's; fine"]
        raise ValueError("undo")
    assert database.fetch_one("SELECT 1 FROM sqlite_master WHERE name = 'words'") is None
    with pytest.raises(StatementError):
        database.execute_script("INSERT INTO rows (body) VALUES ('open")
    database.execute_script("  \n ; \n")


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("INSERT INTO rows (id, body) VALUES (1, 'secret-1')", "UNIQUE constraint failed: rows.id"),
        ("INSERT INTO rows (id, body) VALUES (2, NULL)", "NOT NULL constraint failed: rows.body"),
    ],
)
def test_a_refused_row_names_its_columns_only(database: Database, sql: str, said: str) -> None:
    database.execute("INSERT INTO rows (id, body) VALUES (1, 'a')")
    with pytest.raises(ConstraintError) as refused:
        database.execute(sql)
    assert refused.value.detail == said
    assert refused.value.code is CryptoErrorCode.CONSTRAINT


def test_foreign_keys_count(database: Database) -> None:
    database.execute_script("CREATE TABLE children (parent REFERENCES rows (id));")
    with pytest.raises(ConstraintError):
        database.execute("INSERT INTO children VALUES (99)")


def test_a_wrong_statement_is_quoted_and_a_value_is_not(database: Database) -> None:
    with pytest.raises(StatementError) as wrong:
        database.execute("SELECT x FROM absent")
    assert "no such table: absent" in wrong.value.detail
    database.execute("CREATE VIRTUAL TABLE words USING fts5 (word)")
    for query in ('"王小姐', "王小姐:x", "AND", "a b)"):
        with pytest.raises(StatementError) as wrong:
            database.fetch_all("SELECT * FROM words WHERE words MATCH ?", (query,))
        assert query not in str(wrong.value)
        assert wrong.value.__cause__ is None
        assert wrong.value.__suppress_context__
    assert database.is_usable


def test_a_writer_waits_for_a_writer_and_then_says_busy(database: Database, path: Path) -> None:
    other = open_database(path, KEY, OpenMode.READ_WRITE, busy_timeout_s=0.1)
    with database.transaction():
        database.execute("INSERT INTO rows (body) VALUES ('a')")
        with pytest.raises(DatabaseBusyError), other.transaction():
            pass
    with other.transaction():
        other.execute("INSERT INTO rows (body) VALUES ('b')")
    assert count(database) == 2


def test_a_long_query_can_be_interrupted(database: Database) -> None:
    database.execute("INSERT INTO rows (body) VALUES ('a')")
    timer = threading.Timer(0.2, database.interrupt)
    timer.start()
    began = time.monotonic()
    with pytest.raises(StatementError) as stopped:
        database.fetch_all("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n")
    assert stopped.value.code is CryptoErrorCode.INTERRUPTED
    assert time.monotonic() - began < 30
    assert count(database) == 1
    timer.join()


def test_a_closed_database_says_so(database: Database) -> None:
    database.close()
    database.close()
    for use in (lambda: database.execute("SELECT 1"), lambda: database.executemany("SELECT ?", [(1,)])):
        with pytest.raises(VaultStateError) as closed:
            use()
        assert closed.value.code is CryptoErrorCode.DATABASE_CLOSED
    with pytest.raises(VaultStateError), database.transaction():
        pass
    database.interrupt()


def test_create_and_open_know_what_they_expect(database: Database, path: Path, tmp_path: Path) -> None:
    with pytest.raises(VaultStateError) as refused:
        open_database(path, KEY, OpenMode.CREATE)
    assert refused.value.code is CryptoErrorCode.DATABASE_EXISTS
    for mode in (OpenMode.READ_WRITE, OpenMode.READ_ONLY):
        with pytest.raises(VaultStateError) as refused:
            open_database(tmp_path / "nothing.db", KEY, mode)
        assert refused.value.code is CryptoErrorCode.DATABASE_MISSING
    for bad in (b"", KEY[:-1], KEY * 2):
        with pytest.raises(ValueError, match="32"):
            open_database(path, bad, OpenMode.READ_WRITE)
    assert not (tmp_path / "nothing.db").exists()


def test_links_are_not_followed(database: Database, path: Path, tmp_path: Path) -> None:
    database.close()
    (tmp_path / "link.db").symlink_to(path)
    (tmp_path / "b.db-wal").symlink_to(path)
    for name in ("link.db", "b.db"):
        for mode in OpenMode:
            with pytest.raises(VaultStateError) as refused:
                open_database(tmp_path / name, KEY, mode)
            assert refused.value.code is CryptoErrorCode.FILE_IS_LINK


@pytest.mark.parametrize("mode", [OpenMode.READ_WRITE, OpenMode.READ_ONLY])
def test_a_wrong_key_is_told_at_once_and_changes_nothing(database: Database, path: Path, mode: OpenMode) -> None:
    fill(database, 100)
    database.close()
    before = path.read_bytes()
    began = time.monotonic()
    for _ in range(20):
        with pytest.raises(WrongKeyError):
            open_database(path, OTHER_KEY, mode)
    assert time.monotonic() - began < 20 * 0.5
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_wrong_key_does_not_harm_a_log_that_a_crash_left(database: Database, path: Path, tmp_path: Path) -> None:
    fill(database, 200)
    copy = tmp_path / "copy.db"
    for suffix in ("", "-wal"):
        copy.with_name(copy.name + suffix).write_bytes(path.with_name(path.name + suffix).read_bytes())
    with pytest.raises(WrongKeyError):
        open_database(copy, OTHER_KEY, OpenMode.READ_WRITE)
    with open_database(copy, KEY, OpenMode.READ_WRITE) as opened:
        assert count(opened) == 200


def test_a_reader_sees_what_a_crash_left_in_the_log(database: Database, path: Path, tmp_path: Path) -> None:
    database.checkpoint()
    fill(database, 200)
    copy = tmp_path / "copy.db"
    for suffix in ("", "-wal"):
        copy.with_name(copy.name + suffix).write_bytes(path.with_name(path.name + suffix).read_bytes())
    with open_database(copy, KEY, OpenMode.READ_ONLY) as opened:
        assert count(opened) == 200
        assert opened.damage() == ()


def test_nothing_reaches_stderr(tmp_path: Path) -> None:
    code = f"""
from pathlib import Path
from types import SimpleNamespace
from crypto.database import OpenMode, open_database
from crypto.errors import CryptoError
path = Path({str(tmp_path)!r}) / "a.db"
database = open_database(path, bytes(range(32)), OpenMode.CREATE)
database.execute("CREATE TABLE t (a)")
database.executemany("INSERT INTO t VALUES (?)", [("x" * 3000,)] * 50)
database.close()
try:
    open_database(path, bytes(32), OpenMode.READ_WRITE)
except CryptoError as error:
    print(error.code.value)
content = bytearray(path.read_bytes())
content[4096 * 9 + 100] ^= 1
path.write_bytes(content)
database = open_database(path, bytes(range(32)), OpenMode.READ_WRITE)
try:
    database.fetch_all("SELECT a FROM t")
except CryptoError as error:
    print(error.code.value)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["key.wrong", "database.damaged"]
    assert done.stderr == ""


def test_files_of_another_kind(tmp_path: Path) -> None:
    plain = tmp_path / "plain.db"
    with sqlite3.connect(plain) as connection:
        connection.execute("CREATE TABLE t (a)")
    connection.close()
    (tmp_path / "empty.db").touch()
    (tmp_path / "text.db").write_text("hello " * 1000)
    for name in ("plain.db", "empty.db", "text.db"):
        before = (tmp_path / name).read_bytes()
        for mode in (OpenMode.READ_WRITE, OpenMode.READ_ONLY):
            with pytest.raises(VaultStateError) as refused:
                open_database(tmp_path / name, KEY, mode)
            assert refused.value.code is CryptoErrorCode.DATABASE_FOREIGN
        assert (tmp_path / name).read_bytes() == before
    (tmp_path / "directory.db").mkdir()
    with pytest.raises(VaultStateError):
        open_database(tmp_path / "directory.db", KEY, OpenMode.READ_WRITE)


def test_a_damaged_first_page_is_not_called_a_wrong_key(database: Database, path: Path) -> None:
    database.close()
    whole = path.read_bytes()
    for offset in (16, 100, 2000, 4095):
        damaged = bytearray(whole)
        damaged[offset] ^= 0x10
        path.write_bytes(damaged)
        with pytest.raises(IntegrityError) as found:
            open_database(path, KEY, OpenMode.READ_WRITE)
        assert found.value.code is CryptoErrorCode.DATABASE_DAMAGED


def test_a_damaged_salt_is_reported_and_costs_nothing(database: Database, path: Path) -> None:
    fill(database, 10)
    database.close()
    damaged = bytearray(path.read_bytes())
    damaged[3] ^= 0x10
    path.write_bytes(damaged)
    with open_database(path, KEY, OpenMode.READ_WRITE) as opened:
        assert count(opened) == 10
        assert any("salt" in line for line in opened.damage())


def test_a_bad_page_ends_the_connection(database: Database, path: Path) -> None:
    fill(database, 200)
    database.execute("CREATE TABLE sound (a)")
    database.close()
    damaged = bytearray(path.read_bytes())
    for page in range(11, 17):
        damaged[4096 * (page - 1) + 7] ^= 0x80
    path.write_bytes(damaged)
    opened = open_database(path, KEY, OpenMode.READ_WRITE)
    with pytest.raises(IntegrityError) as found:
        opened.fetch_all("SELECT * FROM rows NOT INDEXED")
    assert found.value.code is CryptoErrorCode.DATABASE_DAMAGED
    assert not opened.is_usable
    with pytest.raises(IntegrityError) as refused:
        opened.execute("SELECT * FROM sound")
    assert refused.value.code is CryptoErrorCode.DATABASE_REOPEN
    opened.close()
    again = open_database(path, KEY, OpenMode.READ_WRITE)
    assert again.fetch_all("SELECT * FROM sound") == []
    assert sum("HMAC verification failed for page 1" in line for line in again.damage()) == 6


def test_damage_is_empty_for_a_sound_database(database: Database, path: Path) -> None:
    fill(database, 100)
    reader = open_database(path, KEY, OpenMode.READ_ONLY)
    assert reader.damage() == ()
    assert database.damage() == ()
    database.close()
    assert reader.damage() == ()


def test_a_checkpoint_empties_the_log(database: Database, path: Path) -> None:
    fill(database, 100)
    log = path.with_name(path.name + "-wal")
    assert log.stat().st_size > 0
    assert database.checkpoint().is_complete
    assert log.stat().st_size == 0
    reader = open_database(path, KEY, OpenMode.READ_ONLY)
    with reader.snapshot():
        assert count(reader) == 100
        fill(database, 10, start=1000)
        quick = open_database(path, KEY, OpenMode.READ_WRITE, busy_timeout_s=0.1)
        assert not quick.checkpoint().is_complete
    assert database.checkpoint().is_complete


def test_a_read_only_connection_beside_a_writer(database: Database, path: Path) -> None:
    fill(database, 10)
    reader = open_database(path, KEY, OpenMode.READ_ONLY)
    for start in range(100, 600, 100):
        fill(database, 100, start=start)
        assert count(reader) == 10 + start
    for sql in (
        "INSERT INTO rows (body) VALUES ('a')",
        "DELETE FROM rows",
        "CREATE TABLE t (a)",
        "PRAGMA user_version = 3",
    ):
        with pytest.raises(VaultStateError) as refused:
            reader.execute(sql)
        assert refused.value.code is CryptoErrorCode.DATABASE_READ_ONLY
    with pytest.raises(VaultStateError), reader.transaction():
        pass
    assert reader.is_usable
    database.close()
    assert count(reader) == 510


def test_a_copied_archive_opens_only_with_the_key(database: Database, path: Path, tmp_path: Path) -> None:
    fill(database, 50)
    database.checkpoint()
    copy = tmp_path / "elsewhere" / "copy.db"
    copy.parent.mkdir()
    copy.write_bytes(path.read_bytes())
    with pytest.raises(WrongKeyError):
        open_database(copy, OTHER_KEY, OpenMode.READ_ONLY)
    with open_database(copy, KEY, OpenMode.READ_ONLY) as opened:
        assert count(opened) == 50
    plain = sqlite3.connect(copy)
    with pytest.raises(sqlite3.DatabaseError):
        plain.execute("SELECT count(*) FROM sqlite_master")
    plain.close()


def test_any_sqlcipher_4_opens_it_with_the_raw_key_alone(database: Database, path: Path) -> None:
    fill(database, 50)
    database.close()
    other = dbapi2.connect(str(path))
    other.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
    assert other.execute("SELECT count(*) FROM rows").fetchone() == (50,)
    other.close()


def test_leaving_a_loop_early_leaves_the_rest(database: Database) -> None:
    fill(database, 10)
    rows = database.execute("SELECT id FROM rows ORDER BY id")
    for row in rows:
        if row[0] == 3:
            break
    assert [row[0] for row in rows] == [4, 5, 6, 7, 8, 9]
    rows.close()
    with pytest.raises(StatementError):
        rows.fetch_one()
    assert database.is_usable


def test_connections_may_move_between_threads(database: Database) -> None:
    seen: list[SqlValue] = []
    thread = threading.Thread(target=lambda: seen.append(database.fetch_value("SELECT 7")))
    thread.start()
    thread.join()
    assert seen == [7]


def test_a_library_that_is_not_sqlcipher_is_refused(
    path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.close()

    def plain(uri: str, **_: object) -> sqlite3.Connection:
        return sqlite3.connect(uri, uri=True)

    monkeypatch.setattr("crypto.opening.connect", plain)
    with pytest.raises(VaultStateError) as refused:
        open_database(path, KEY, OpenMode.READ_WRITE)
    assert refused.value.code is CryptoErrorCode.DATABASE_LIBRARY


def test_an_old_sqlite_is_refused(path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    database.close()
    monkeypatch.setattr("crypto.opening._MINIMUM_VERSIONS", (("SQLite", "SELECT sqlite_version()", (99, 0, 0)),))
    with pytest.raises(VaultStateError) as refused:
        open_database(path, KEY, OpenMode.READ_WRITE)
    assert refused.value.code is CryptoErrorCode.DATABASE_LIBRARY


class BindingError(Exception):
    """As the binding raises them: SQLite's code beside the text."""

    def __init__(self, code: int) -> None:
        super().__init__("disk I/O error near 'content'")
        self.sqlite_errorcode = code
        self.sqlite_errorname = f"SQLITE_{code}"


@pytest.mark.parametrize(
    ("sqlite_code", "free_bytes", "kind", "code"),
    [
        (10 | 4 << 8, 10**9, StorageError, CryptoErrorCode.DATABASE_IO),  # IOERR_FSYNC
        (10 | 19 << 8, 4096, DiskFullError, CryptoErrorCode.DISK_FULL),  # IOERR_SHMSIZE on a full disk
        (14, 0, DiskFullError, CryptoErrorCode.DISK_FULL),
        (13, 0, DiskFullError, CryptoErrorCode.DISK_FULL),
        (7, 10**9, StorageError, CryptoErrorCode.DATABASE_IO),
        (5 | 2 << 8, 10**9, DatabaseBusyError, CryptoErrorCode.DATABASE_BUSY),  # BUSY_SNAPSHOT
        (11, 10**9, IntegrityError, CryptoErrorCode.DATABASE_DAMAGED),
        (23, 10**9, VaultStateError, CryptoErrorCode.FILE_UNREADABLE),
        (20, 10**9, StatementError, CryptoErrorCode.STATEMENT),
    ],
)
def test_what_sqlite_says_has_a_name(
    monkeypatch: pytest.MonkeyPatch,
    path: Path,
    sqlite_code: int,
    free_bytes: int,
    kind: type[CryptoError],
    code: CryptoErrorCode,
) -> None:
    room = SimpleNamespace(f_bavail=free_bytes // 4096, f_frsize=4096)
    monkeypatch.setattr("os.statvfs", lambda _: room)
    meaning = translate(BindingError(sqlite_code), path)
    assert (type(meaning), meaning.code) == (kind, code)
    assert "content" not in str(meaning)


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(VaultStateError) as refused:
        open_database(tmp_path / "nowhere" / "a.db", KEY, OpenMode.CREATE)
    assert refused.value.code is CryptoErrorCode.DATABASE_MISSING


def test_a_setting_that_does_not_take_is_refused(path: Path, database: Database) -> None:
    database.close()
    with pytest.raises(VaultStateError) as refused:
        open_database(path, KEY, OpenMode.READ_WRITE, busy_timeout_s=-1.0)
    assert refused.value.code is CryptoErrorCode.DATABASE_SETTING


def test_a_failed_create_leaves_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crypto.opening.move_into_place", _raise_full)
    with pytest.raises(DiskFullError):
        open_database(path, KEY, OpenMode.CREATE)
    assert list(path.parent.iterdir()) == []


def _raise_full(*_: object) -> None:
    raise DiskFullError(CryptoErrorCode.DISK_FULL)


def test_looking_at_the_header_keeps_the_locks(tmp_path: Path) -> None:
    """Closing a second descriptor of the file would let another process believe that nobody has it open."""
    path = tmp_path / "archive.db"
    with open_database(path, KEY, OpenMode.CREATE) as database:
        database.execute("CREATE TABLE one (a)").close()
        before = next(filter(None, (_locks_on(path) for _ in range(50))))
        assert database.damaged_pages() == ()
        # the kernel's list is not read at one moment: others' locks that go meanwhile may hide one of ours
        assert any(_locks_on(path) == before for _ in range(50))


def _locks_on(path: Path) -> list[str]:
    inode = f":{path.stat().st_ino} "
    return sorted(line.split(maxsplit=1)[1] for line in Path("/proc/locks").read_text().splitlines() if inode in line)
