"""What is left of files after power cuts and rot: the head log's torn end, a log damaged in its middle."""

from pathlib import Path

import pytest

from crypto.database import OpenMode, open_database
from crypto.head_log import HeadLog
from crypto.heads import HeadSigner
from crypto.log_file import read_log

KEY = bytes(range(32))


def test_a_line_of_which_only_the_end_came_to_the_disk_is_torn_and_goes(tmp_path: Path) -> None:
    log, signer = HeadLog(tmp_path / "heads.log"), HeadSigner.from_seed(KEY)
    log.append(signer.sign("ledger", 1, bytes(32)))
    whole = (tmp_path / "heads.log").read_bytes()
    for torn in (bytes(200) + whole[200:], whole[:100] + bytes(120) + whole[220:]):
        (tmp_path / "heads.log").write_bytes(whole + torn)
        contents = log.read_all()
        assert (contents.damaged_lines, contents.has_torn_tail) == ((2,), True)
        log.append(signer.sign("ledger", 2, bytes(32)))
        assert [head.size for head in log.read_all().heads] == [1, 2]
        assert log.read_all().damaged_lines == ()
    # in the middle it is damage
    lines = (tmp_path / "heads.log").read_bytes().splitlines(keepends=True)
    (tmp_path / "heads.log").write_bytes(bytes(50) + lines[0][50:] + lines[1])
    assert not log.read_all().has_torn_tail
    assert log.read_all().damaged_lines == (1,)


@pytest.mark.parametrize(("transaction", "lost"), [(0, 2), (1, 1), (2, 0)])
def test_a_log_damaged_before_its_last_transaction_has_lost_some(tmp_path: Path, transaction: int, lost: int) -> None:
    path = tmp_path / "a.db"
    database = open_database(path, KEY, OpenMode.CREATE)
    database.execute("CREATE TABLE rows (body TEXT)")
    database.checkpoint()
    for number in range(3):
        database.execute("INSERT INTO rows VALUES (?)", (f"{number}" * 9_000,))
    frames = read_log(path)
    assert len(frames.commits) == 3
    assert frames.last == frames.commits[-1]
    kept = 0 if transaction == 0 else frames.commits[transaction - 1]
    assert frames.lost(kept) == lost
    assert frames.lost(frames.last) == 0
    assert database.valid_log_frames() == frames.last
    database.close()
    assert read_log(path).last == 0


def test_every_page_is_looked_at_and_the_salt(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with open_database(path, KEY, OpenMode.CREATE) as database:
        database.execute("CREATE TABLE rows (body TEXT)")
        database.executemany("INSERT INTO rows VALUES (?)", [("x" * 3_000,)] * 12)
        database.checkpoint()
        assert database.damaged_pages() == ()
    whole = path.read_bytes()
    with open_database(path, KEY, OpenMode.READ_ONLY) as database:
        for page in range(2, len(whole) // 4096 + 1):
            changed = bytearray(whole)
            changed[page * 4096 - 1] ^= 1
            path.write_bytes(changed)
            assert database.damaged_pages() == (page,)
        path.write_bytes(bytes([whole[0] ^ 1]) + whole[1:])
        assert database.damaged_pages() == (1,)
