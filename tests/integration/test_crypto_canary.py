"""What a thief of the disk can grep for: nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from crypto.blind_index import BlindIndex
from crypto.database import OpenMode, open_database
from crypto.heads import HeadLog, HeadSigner
from crypto.keyring import create_keyring
from crypto.keys import Purpose
from crypto.merkle import Frontier, commit, leaf_hash
from crypto.passphrases import Argon2Cost
from crypto.secrets import PassphraseSecret

ROOT = Path(__file__).parents[2]
CANARIES = ("加我私人微信canary王小姐", "+8613800138000", "CANARY-OVERFLOW", "canary_table_name")
PASSPHRASE = "canary-passphrase-41"


def spellings(text: str) -> tuple[bytes, ...]:
    return (text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be"), text.encode("gbk"))


def test_no_canary_in_any_file(tmp_path: Path) -> None:
    root = create_keyring(
        tmp_path / "keys.json",
        PassphraseSecret.from_text(PASSPHRASE),
        cost=Argon2Cost(memory_kib=64, iterations=1, lanes=1),
    )
    key = root.derive(Purpose.ARCHIVE)
    database = open_database(tmp_path / "a.db", key, OpenMode.CREATE)
    database.execute("CREATE TABLE canary_table_name (id INTEGER PRIMARY KEY, body TEXT, token BLOB)")
    database.execute("CREATE INDEX by_body ON canary_table_name (body)")
    database.execute("CREATE VIRTUAL TABLE words USING fts5 (body, content='', contentless_delete=1)")
    index = BlindIndex(root.derive(Purpose.BLIND_INDEX))
    frontier = Frontier()
    bodies = [CANARIES[0], CANARIES[1], CANARIES[2] * 5000]
    for _ in range(20):
        with database.transaction():
            for body in bodies:
                done = database.execute(
                    "INSERT INTO canary_table_name (body, token) VALUES (?, ?)", (body, index.token("phone", body))
                )
                database.execute("INSERT INTO words (rowid, body) VALUES (?, ?)", (done.last_row_id, body[:200]))
                frontier.append(leaf_hash(commit(root.derive(Purpose.LEDGER_COMMITMENT), body.encode())))
    # A sort too large for the cache would go to a temporary file, if that were not kept in memory.
    rows = database.execute("SELECT body FROM canary_table_name ORDER BY body || random()")
    rows.fetch_one()
    signer = HeadSigner.from_seed(root.derive(Purpose.LEDGER_SEED))
    HeadLog(tmp_path / "heads.log").append(signer.sign("ledger", frontier.size, frontier.root()))
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"keys.json", "a.db", "a.db-wal", "a.db-shm", "heads.log"}
    wanted = [spelling for canary in (*CANARIES, PASSPHRASE) for spelling in spellings(canary)]
    for purpose in Purpose:
        derived = bytes(root.derive(purpose))
        wanted += [derived, derived.hex().encode(), derived.hex().upper().encode()]
    assert sum(_hits(tmp_path, wanted).values()) == 0
    rows.close()
    database.checkpoint()
    assert sum(_hits(tmp_path, wanted).values()) == 0
    database.close()
    assert sum(_hits(tmp_path, wanted).values()) == 0
    # The search does find what is there.
    (tmp_path / "plain").write_text("x" * 5000 + CANARIES[0])
    assert _hits(tmp_path, wanted) == {"plain": 1}


def _hits(directory: Path, wanted: list[bytes]) -> dict[str, int]:
    contents = {path.name: path.read_bytes() for path in directory.iterdir()}
    counted = {name: sum(spelling in content for spelling in wanted) for name, content in contents.items()}
    return {name: count for name, count in counted.items() if count}


SETUP = """
import sys
from pathlib import Path
from crypto.database import OpenMode, open_database
from crypto.keyring import create_keyring, open_keyring
from crypto.keys import Purpose
from crypto.secrets import PassphraseSecret
from crypto.passphrases import Argon2Cost
path, secret = Path(sys.argv[1]), sys.argv[2]
root = create_keyring(path / "k", PassphraseSecret(b"right"), cost=Argon2Cost(memory_kib=64, lanes=1))
database = open_database(path / "a.db", root.derive(Purpose.ARCHIVE), OpenMode.CREATE)
database.execute_script("CREATE TABLE t (a TEXT UNIQUE); CREATE VIRTUAL TABLE w USING fts5 (a);")
"""


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("open_keyring(path / 'k', PassphraseSecret.from_text(secret))", "WrongKeyError"),
        ("PassphraseSecret.from_text(secret * 1000)", "KeyUnavailableError"),
        ("open_database(path / 'a.db', secret.encode().ljust(32)[:32], OpenMode.READ_WRITE)", "WrongKeyError"),
        ("database.executemany('INSERT INTO t VALUES (?)', [(secret,)] * 2)", "ConstraintError"),
        ("database.fetch_all('SELECT 1 FROM w WHERE w MATCH ?', ('x:' + secret + ' (',))", "StatementError"),
        ("database.execute('INSERT INTO t VALUES (?)', (secret + chr(0xD800),))", "StatementError"),
        ("import pickle; pickle.dumps(PassphraseSecret.from_text(secret))", "TypeError"),
        ("root.derive(secret)", "AttributeError"),
    ],
)
def test_a_traceback_shows_no_secret(tmp_path: Path, code: str, error: str) -> None:
    """Python's own traceback of an uncaught error, as it would reach a journal."""
    done = subprocess.run(
        [sys.executable, "-c", SETUP + code, str(tmp_path), PASSPHRASE + CANARIES[1]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert error in done.stderr
    assert PASSPHRASE not in done.stderr
    assert CANARIES[1] not in done.stderr
