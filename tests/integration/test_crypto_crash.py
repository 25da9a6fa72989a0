"""Processes that die in the middle, and disks that fail: what was acknowledged is there, and nothing else."""

import contextlib
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crypto.database import OpenMode, open_database
from crypto.errors import DiskFullError
from crypto.heads import HeadLog, HeadSigner
from crypto.keyring import add_slot, create_keyring, list_slots, open_keyring
from crypto.keys import Purpose
from crypto.merkle import Frontier, commit, leaf_hash
from crypto.passphrases import Argon2Cost
from crypto.secrets import PassphraseSecret, create_key_file

KEY = bytes(range(32))
ROOT = Path(__file__).parents[2]

WRITER = """
import sys
from pathlib import Path
from crypto.database import OpenMode, open_database
from crypto.heads import HeadLog, HeadSigner
from crypto.merkle import Frontier, commit, leaf_hash
directory, key = Path(sys.argv[1]), bytes(range(32))
database = open_database(directory / "a.db", key, OpenMode.READ_WRITE)
log, signer = HeadLog(directory / "heads.log"), HeadSigner.from_seed(key)
frontier = Frontier()
batch = database.fetch_value("SELECT coalesce(max(batch) + 1, 0) FROM rows")
frontier.extend(leaf_hash(commit(key, b"%d" % number)) for number in range(batch))
while True:
    with database.transaction():
        database.executemany(
            "INSERT INTO rows (batch, body) VALUES (?, ?)", [(batch, str(n) + "x" * 700) for n in range(batch % 37 + 1)]
        )
    frontier.append(leaf_hash(commit(key, b"%d" % batch)))
    log.append(signer.sign("ledger", frontier.size, frontier.root()))
    print(batch, flush=True)
    batch += 1
"""


def python(code: str, *arguments: str, prefix: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    command = [*prefix, sys.executable, "-c", code, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


def test_killed_writers_keep_every_acknowledged_batch_whole(tmp_path: Path) -> None:
    database = open_database(tmp_path / "a.db", KEY, OpenMode.CREATE)
    database.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, batch INTEGER, body TEXT)")
    database.close()
    chance = random.Random(20261122)
    acknowledged = -1
    for _ in range(8):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert writer.stdout is not None
        assert writer.stdout.readline().strip() == b"%d" % (acknowledged + 1) or acknowledged >= 0
        time.sleep(chance.uniform(0.0, 0.25))
        writer.kill()
        output, errors = writer.communicate(timeout=30)
        assert errors == b""
        acknowledged = max([acknowledged, *(int(line) for line in output.splitlines() if line)])
        with open_database(tmp_path / "a.db", KEY, OpenMode.READ_WRITE) as database:
            batches = database.fetch_all("SELECT batch, count(*) FROM rows GROUP BY batch ORDER BY batch")
            assert batches == [(batch, batch % 37 + 1) for batch in range(len(batches))]
            assert len(batches) > acknowledged
            assert database.damage() == ()
        contents = HeadLog(tmp_path / "heads.log").read_all()
        assert contents.damaged_lines in ((), (len(contents.heads) + 1,))
        assert acknowledged + 1 <= contents.heads[-1].size <= len(batches)
        frontier = Frontier()
        frontier.extend(leaf_hash(commit(KEY, b"%d" % number)) for number in range(contents.heads[-1].size))
        assert frontier.root() == contents.heads[-1].root
        HeadLog(tmp_path / "heads.log").check(origin="ledger", size=frontier.size, root=frontier.root())
    assert acknowledged > 20


DYING = """
import os, sys
from pathlib import Path
from crypto.keyring import add_slot, create_keyring, open_keyring
from crypto.secrets import PassphraseSecret
from crypto.passphrases import Argon2Cost
path, cheap = Path(sys.argv[1]), Argon2Cost(memory_kib=64, iterations=1, lanes=1)

def die(what, countdown):
    root = open_keyring(path, PassphraseSecret(b"first")) if what == "add" else None

    def dying(call):
        def step(*arguments, **options):
            nonlocal countdown
            countdown -= 1
            if countdown < 0:
                os._exit(137)
            if call is write and countdown == 0:
                return write(arguments[0], bytes(arguments[1])[:100])
            return call(*arguments, **options)
        return step

    write = os.write
    for name in ("open", "write", "fsync", "link", "replace", "unlink", "close"):
        setattr(os, name, dying(getattr(os, name)))
    if root is None:
        create_keyring(path, PassphraseSecret(b"first"), cost=cheap)
    else:
        add_slot(path, root, PassphraseSecret(b"second"), cost=cheap)
    os._exit(0)

for line in sys.stdin:
    what, countdown = line.split()
    child = os.fork()
    if child == 0:
        die(what, int(countdown))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@contextlib.contextmanager
def makers(path: Path) -> Iterator[Callable[[str, int], int]]:
    """Each call is a process that dies at that step, and tells how it ended; what they import is imported once."""
    command = [sys.executable, "-c", DYING, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        orders, codes = program.stdin, program.stdout
        assert orders is not None and codes is not None

        def made(what: str, countdown: int) -> int:
            print(what, countdown, file=orders, flush=True)
            return int(codes.readline())

        yield made


def test_a_keyring_is_there_whole_or_not_at_all_wherever_its_maker_dies(tmp_path: Path) -> None:
    path, first = tmp_path / "keys.json", PassphraseSecret(b"first")
    seen, sizes = set(), set()
    with makers(path) as made:
        for countdown in range(40):
            path.unlink(missing_ok=True)
            code = made("create", countdown)
            seen.add(path.exists())
            if path.exists():
                open_keyring(path, first)
            if code == 0:
                break
            assert code == 137
        else:
            pytest.fail("never finished")
        assert seen == {True, False}
        keyring = path.read_bytes()
        right = open_keyring(path, first).derive(Purpose.ARCHIVE)
        for countdown in range(40):
            path.write_bytes(keyring)
            code = made("add", countdown)
            assert open_keyring(path, first).derive(Purpose.ARCHIVE) == right
            sizes.add(len(list_slots(path)))
            if code == 0:
                break
            assert code == 137
        else:
            pytest.fail("never finished")
    assert sizes == {1, 2}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    done = subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)], capture_output=True, text=True, timeout=30
    )
    if done.returncode != 0:
        pytest.skip(f"mounting is not permitted here: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True, timeout=30)


def fill_disk(place: Path) -> Path:
    ballast = place / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass
    return ballast


def test_a_full_disk_refuses_rows_and_takes_them_again_when_there_is_room(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 2_000_000)  # the log needs its own size once more when it is moved into the database
    database = open_database(small_disk / "a.db", KEY, OpenMode.CREATE)
    database.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, batch INTEGER, body TEXT)")
    batch = 0
    with pytest.raises(DiskFullError):  # noqa: PT012
        while batch < 10_000:
            with database.transaction():
                rows = [(batch, "x" * 2000) for _ in range(10)]
                database.executemany("INSERT INTO rows (batch, body) VALUES (?, ?)", rows)
            batch += 1
    assert batch > 5
    assert not database.is_in_transaction
    if not database.is_usable:
        database.close()
        database = open_database(small_disk / "a.db", KEY, OpenMode.READ_WRITE)
    assert database.fetch_value("SELECT count(*) FROM rows") == batch * 10
    for _ in range(3):
        with pytest.raises(DiskFullError), database.transaction():
            database.executemany("INSERT INTO rows (body) VALUES (?)", [("y" * 2000,)] * 200)
    with open_database(small_disk / "a.db", KEY, OpenMode.READ_ONLY) as reader:
        assert reader.fetch_value("SELECT count(*) FROM rows") == batch * 10
    ballast.unlink()
    with database.transaction():
        database.executemany("INSERT INTO rows (batch, body) VALUES (?, ?)", [(batch, "z")] * 10)
    assert database.fetch_value("SELECT count(*) FROM rows") == batch * 10 + 10
    assert database.damage() == ()
    database.close()


def test_a_full_disk_leaves_no_half_written_file(small_disk: Path) -> None:
    cheap = Argon2Cost(memory_kib=64, iterations=1, lanes=1)
    secret, signer = PassphraseSecret(b"first"), HeadSigner.from_seed(KEY)
    root = create_keyring(small_disk / "old.json", secret, cost=cheap)
    log = HeadLog(small_disk / "heads.log")
    log.append(signer.sign("ledger", 1, bytes(32)))
    before = {path.name: path.read_bytes() for path in small_disk.iterdir()}
    ballast = fill_disk(small_disk)
    for attempt in (
        lambda: create_keyring(small_disk / "keys.json", secret, cost=cheap),
        lambda: create_key_file(small_disk / "key"),
        lambda: add_slot(small_disk / "old.json", root, secret, cost=cheap),
        lambda: open_database(small_disk / "a.db", KEY, OpenMode.CREATE),
    ):
        with pytest.raises(DiskFullError):
            attempt()
    size = 2
    with pytest.raises(DiskFullError):  # noqa: PT012
        while size < 1000:  # the log's last page still has room
            log.append(signer.sign("ledger", size, bytes(32)))
            size += 1
    kept = HeadLog(small_disk / "heads.log").read_all()
    assert [head.size for head in kept.heads] == list(range(1, size))
    assert (kept.damaged_lines, kept.has_torn_tail) == ((), False)
    ballast.unlink()
    after = {path.name: path.read_bytes() for path in small_disk.iterdir()}
    assert after.keys() == before.keys()
    assert after["old.json"] == before["old.json"]
    add_slot(small_disk / "old.json", root, PassphraseSecret(b"second"), cost=cheap)
    assert open_keyring(small_disk / "old.json", PassphraseSecret(b"second")).store_id == root.store_id


def test_an_archive_on_a_read_only_disk_opens(small_disk: Path) -> None:
    database = open_database(small_disk / "a.db", KEY, OpenMode.CREATE)
    database.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY)")
    database.execute("INSERT INTO rows VALUES (7)")
    database.close()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True, timeout=30)
    with open_database(small_disk / "a.db", KEY, OpenMode.READ_ONLY) as opened:
        assert opened.fetch_all("SELECT id FROM rows") == [(7,)]
        assert opened.damage() == ()
    assert [path.name for path in small_disk.iterdir()] == ["a.db"]


FAILING_FSYNC = """
import sys
from pathlib import Path
from crypto.database import OpenMode, open_database
from crypto.errors import CryptoError
path = Path(sys.argv[1])
database = open_database(path, bytes(range(32)), OpenMode.READ_WRITE)
for batch in range(200):
    try:
        with database.transaction():
            database.execute("INSERT INTO rows VALUES (?)", (batch,))
    except CryptoError as error:
        print(type(error).__name__, error.code.value, database.is_usable)
        try:
            database.execute("SELECT 1")
        except CryptoError as refused:
            print(type(refused).__name__, refused.code.value)
        break
    print("kept", batch, flush=True)
"""


@pytest.mark.parametrize("when", [3, 4, 9])
def test_a_failed_fsync_acknowledges_nothing_and_ends_the_connection(tmp_path: Path, when: int) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace injects the fault and is not installed")
    path = tmp_path / "a.db"
    with open_database(path, KEY, OpenMode.CREATE) as database:
        database.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY)")
    inject = ("--inject=fsync,fdatasync:error=EIO:when=" + str(when) + "+",)
    done = python(
        FAILING_FSYNC,
        str(path),
        prefix=(strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", *inject),
    )
    if "ptrace" in done.stderr:
        pytest.skip(f"strace may not trace here: {done.stderr.strip()}")
    lines = done.stdout.splitlines()
    kept = [int(line.split()[1]) for line in lines if line.startswith("kept")]
    assert lines[len(kept) :] == ["StorageError database.io False", "StorageError database.reopen"], done.stderr
    with open_database(path, KEY, OpenMode.READ_WRITE) as database:
        rows = [row[0] for row in database.fetch_all("SELECT id FROM rows ORDER BY id")]
        assert rows[: len(kept)] == kept
        assert database.damage() == ()
