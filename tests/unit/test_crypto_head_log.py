"""The head log: durable, append-only, honest about crashes, damage and rollback."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from crypto.errors import CryptoErrorCode, IntegrityError, StorageError, VaultStateError
from crypto.head_log import write_log
from crypto.heads import HeadLog, HeadSigner, SignedHead
from crypto.merkle import Frontier, commit, leaf_hash

SIGNER = HeadSigner.from_seed(bytes(range(32)))
ORIGIN = "shop-0123/ledger/2026"


def head(size: int, *, branch: bytes = b"", origin: str = ORIGIN) -> SignedHead:
    frontier = Frontier()
    frontier.extend(leaf_hash(commit(b"key" + branch, index.to_bytes(8, "big"))) for index in range(size))
    return SIGNER.sign(origin, size, frontier.root())


def check(log: HeadLog, of: SignedHead) -> None:
    log.check(origin=of.origin, size=of.size, root=of.root)


@pytest.fixture
def log(tmp_path: Path) -> HeadLog:
    log = HeadLog(tmp_path / "heads.log")
    for size in (1, 2, 5):
        log.append(head(size))
    return log


def test_a_whole_log_is_written_anew_never_over_another_and_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "heads.log"
    assert write_log(path, (head(size) for size in (1, 2, 5))) == 3
    assert [one.size for one in HeadLog(path).read_all().heads] == [1, 2, 5]
    with pytest.raises(VaultStateError) as caught:
        write_log(path, [head(9)])
    assert caught.value.code is CryptoErrorCode.FILE_EXISTS
    assert HeadLog(path).last() == head(5)
    with pytest.raises(ZeroDivisionError):
        write_log(tmp_path / "half.log", (head(1 // (2 - size)) for size in (1, 2)))
    assert not (tmp_path / "half.log").exists()


def test_nothing_yet(tmp_path: Path) -> None:
    log = HeadLog(tmp_path / "heads.log")
    assert log.last() is None
    assert log.read_all().heads == ()
    check(log, head(3))
    assert list(tmp_path.iterdir()) == []


def test_heads_come_back_in_order(log: HeadLog, tmp_path: Path) -> None:
    contents = HeadLog(tmp_path / "heads.log").read_all()
    assert contents.heads == (head(1), head(2), head(5))
    assert (contents.damaged_lines, contents.has_torn_tail) == ((), False)
    assert log.last() == head(5)
    assert (tmp_path / "heads.log").stat().st_mode & 0o777 == 0o600


def test_the_same_head_is_written_once(log: HeadLog, tmp_path: Path) -> None:
    before = (tmp_path / "heads.log").read_bytes()
    log.append(head(5))
    assert (tmp_path / "heads.log").read_bytes() == before


def test_a_shorter_or_other_ledger_is_found(log: HeadLog, tmp_path: Path) -> None:
    before = (tmp_path / "heads.log").read_bytes()
    for wrong, code in (
        (head(4), CryptoErrorCode.HEAD_ROLLBACK),
        (head(0), CryptoErrorCode.HEAD_ROLLBACK),
        (head(5, branch=b"x"), CryptoErrorCode.HEAD_EQUIVOCATION),
    ):
        with pytest.raises(IntegrityError) as found:
            log.append(wrong)
        assert found.value.code is code
        with pytest.raises(IntegrityError) as found:
            check(log, wrong)
        assert found.value.code is code
    check(log, head(5))
    check(log, head(9))
    assert (tmp_path / "heads.log").read_bytes() == before


def test_a_new_years_ledger_begins_small(log: HeadLog) -> None:
    log.append(head(1, origin="shop-0123/ledger/2027"))
    assert log.last() == head(1, origin="shop-0123/ledger/2027")


def test_a_tail_cut_anywhere_is_reported_and_mended(tmp_path: Path, log: HeadLog) -> None:
    path = tmp_path / "heads.log"
    whole = path.read_bytes()
    start = whole.rindex(b"\n", 0, -1) + 1
    for length in range(start, len(whole)):
        path.write_bytes(whole[:length])
        contents = log.read_all()
        is_whole_head = length == len(whole) - 1  # only its newline is missing
        assert contents.has_torn_tail == (length > start and not is_whole_head)
        assert log.last() == (head(5) if is_whole_head else head(2))
        log.append(head(6))
        contents = log.read_all()
        assert [entry.size for entry in contents.heads] == ([1, 2, 5, 6] if is_whole_head else [1, 2, 6])
        assert (contents.damaged_lines, contents.has_torn_tail) == ((), False)


def test_a_first_line_that_was_torn(tmp_path: Path) -> None:
    (tmp_path / "heads.log").write_bytes(b'"shop')
    log = HeadLog(tmp_path / "heads.log")
    assert log.last() is None
    log.append(head(1))
    assert log.read_all().heads == (head(1),)


def test_a_damaged_line_in_the_middle_is_named(tmp_path: Path, log: HeadLog) -> None:
    path = tmp_path / "heads.log"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + b"\xff" + lines[1] + lines[2])
    contents = log.read_all()
    assert contents.heads == (head(1), head(5))
    assert (contents.damaged_lines, contents.has_torn_tail) == ((2,), False)
    log.append(head(6))
    assert log.last() == head(6)


def test_a_log_without_any_readable_head_is_not_an_empty_one(tmp_path: Path) -> None:
    log = HeadLog(tmp_path / "heads.log")
    (tmp_path / "heads.log").write_bytes(b"garbage\n" * 10)
    for use in (log.last, lambda: log.append(head(1))):
        with pytest.raises(IntegrityError) as found:
            use()
        assert found.value.code is CryptoErrorCode.HEAD_LOG_DAMAGED
    assert log.read_all().damaged_lines == tuple(range(1, 11))


def test_a_line_without_end_is_read_in_bounds(tmp_path: Path) -> None:
    (tmp_path / "heads.log").write_bytes(b"x" * 3_000_000 + b"\n")
    log = HeadLog(tmp_path / "heads.log")
    with pytest.raises(IntegrityError):
        log.last()
    assert log.read_all().heads == ()


def test_what_is_no_file_of_ours(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe"):
        with pytest.raises((VaultStateError, StorageError)):
            HeadLog(tmp_path / name).append(head(1))
    with pytest.raises((VaultStateError, StorageError, FileNotFoundError)):
        HeadLog(tmp_path / "nowhere" / "log").append(head(1))
    assert not (tmp_path / "target").exists()


def test_last_reads_only_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "heads.log"
    log = HeadLog(path)
    log.append(head(3))
    line = path.read_bytes()
    path.write_bytes(line * 20_000)
    read: list[int] = []
    pread = os.pread

    def counting(handle: int, length: int, offset: int) -> bytes:
        content = pread(handle, length, offset)
        read.append(len(content))
        return content

    monkeypatch.setattr(os, "pread", counting)
    last = log.last()
    assert last is not None
    assert last.size == 3
    log.append(head(4))
    assert sum(read) < 1_000_000 < path.stat().st_size


def test_threads_take_turns(tmp_path: Path) -> None:
    log = HeadLog(tmp_path / "heads.log")
    heads = [head(1, origin=f"o{number}") for number in range(40)]
    threads = [threading.Thread(target=log.append, args=(one,)) for one in heads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    contents = log.read_all()
    assert sorted(entry.origin for entry in contents.heads) == sorted(one.origin for one in heads)
    assert contents.damaged_lines == ()


def test_no_room_leaves_the_log_as_it_was(tmp_path: Path, log: HeadLog) -> None:
    path = tmp_path / "heads.log"
    before = path.read_bytes()
    code = f"""
import resource
from pathlib import Path
from crypto.errors import DiskFullError
from crypto.heads import HeadLog, HeadSigner
limit = {len(before)} + 100
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    HeadLog(Path({str(path)!r})).append(HeadSigner.from_seed(bytes(range(32))).sign({ORIGIN!r}, 9, bytes(32)))
except DiskFullError as error:
    print(error.code.value)
"""
    done = subprocess.run([sys.executable, "-B", "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "file.disk_full"
    assert path.read_bytes() == before
