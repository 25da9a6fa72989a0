"""What happens rarely: failures of the system between two calls, misuse, files that nobody writes by chance."""

import errno
import hashlib
import os
import shutil
from pathlib import Path

import msgspec
import pytest

from crypto import keyring_file, sealed_writer
from crypto.atomic_file import create_file, read_file
from crypto.backup_keys import BackupKeys
from crypto.cosignatures import CosignKey, is_witness_key
from crypto.database import Database, OpenMode, open_database
from crypto.errors import CryptoErrorCode, IntegrityError, StatementError, StorageError, VaultStateError
from crypto.heads import HeadLog, HeadSigner
from crypto.keyring import create_keyring
from crypto.keyring_file import load_keyring, save_keyring
from crypto.keys import StoreId
from crypto.log_file import read_log
from crypto.merkle import Frontier
from crypto.record_seal import RecordSeal, hiding_commitment
from crypto.sealed_parts import LIST_NAME, Part, PartList, encode_list, frame, is_whole, read_content, read_list
from crypto.sealed_writer import SealedWriter, place_of
from crypto.secrets import create_key_file
from crypto.sqlcipher import _is_disk_full
from crypto.tiles import TiledTree, _completed_by
from tests.unit.test_crypto_sealed import KEYS, sealed, some_bytes

KEY = bytes(range(32))
SIGNER = HeadSigner.from_seed(KEY)


def test_files_that_may_not_be_read_and_folders_that_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StorageError):
        create_file(tmp_path / "nowhere" / "file", b"")

    def failing(number: int) -> object:
        def call(*_: object, **__: object) -> None:
            raise OSError(number, os.strerror(number))

        return call

    with monkeypatch.context() as patch:
        patch.setattr("os.link", failing(errno.EIO))
        with pytest.raises(StorageError):
            create_file(tmp_path / "file", b"")
    with monkeypatch.context() as patch:
        patch.setattr("os.open", failing(errno.EACCES))
        with pytest.raises(VaultStateError) as refused:
            read_file(tmp_path / "file", max_bytes=1)
    assert refused.value.code is CryptoErrorCode.FILE_UNREADABLE
    assert list(tmp_path.iterdir()) == []


def test_keys_of_backups_refuse_what_is_not_theirs() -> None:
    store = StoreId("0" * 32)
    with pytest.raises(ValueError, match="32"):
        BackupKeys(b"short", KEY, store_id=store)
    keys = BackupKeys(KEY, KEY, store_id=store)
    sealed_box = keys.seal("manifest", b"content")
    assert keys.unseal("manifest", sealed_box) == b"content"
    proof, note = keys.prove(b"manifest"), keys.sign(b"manifest")
    keys.verify(b"manifest", proof=proof, note=note)
    for manifest, made in ((b"other", proof), (b"other", keys.prove(b"other"))):
        with pytest.raises(IntegrityError):
            keys.verify(manifest, proof=made, note=note)
    for label, box in (("manifest", b""), ("manifest", b"x" * 99), ("other", sealed_box)):
        with pytest.raises(IntegrityError):
            keys.unseal(label, box)
    assert KEY.hex() not in repr(keys)
    with pytest.raises(TypeError):
        keys.__reduce_ex__(4)


def test_notes_that_could_stand_for_heads_are_not_signed() -> None:
    with pytest.raises(ValueError, match="heads"):
        SIGNER.sign_text("shop/ledger", "shop/ledger\n1\n")
    with pytest.raises(ValueError, match="newline"):
        SIGNER.sign_text("shop/ledger", "no newline")


def test_a_ledgers_key_is_no_witness() -> None:
    assert is_witness_key(CosignKey.from_seed(KEY, "head-office").public_key)
    assert not is_witness_key(SIGNER.public_key("shop/ledger"))
    assert not is_witness_key("")


def test_shown_things_show_no_content() -> None:
    assert repr(Frontier()).startswith("Frontier(size=0")
    assert "hidden" in repr(RecordSeal(KEY))
    assert len(KEYS.token_of("a name")) == 32


def test_a_sealed_record_opens_in_its_place_only() -> None:
    seal = RecordSeal(KEY)
    box = seal.seal(b"content", 7)
    assert seal.open(box, 7) == b"content"
    for wrong, place in ((box, 8), (box[:-1], 7), (b"", 7)):
        with pytest.raises(IntegrityError):
            seal.open(wrong, place)


def test_an_opening_has_its_length() -> None:
    with pytest.raises(ValueError, match="16"):
        hiding_commitment(b"short", b"content")


def test_a_leaf_after_an_even_tree_completes_itself_only() -> None:
    frontier = Frontier()
    frontier.extend([bytes(32), bytes(32)])
    assert _completed_by(KEY, frontier) == [(0, KEY)]


def test_subtrees_that_are_not_there() -> None:
    tree = TiledTree(lambda *_: (), 0)
    for level, number in ((0, 0), (-1, 0), (64, 0), (0, -1)):
        with pytest.raises(IndexError):
            tree.node(level, number)
    assert TiledTree(lambda *_: (bytes(32),), 1).node(0, 0) == bytes(32)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return open_database(tmp_path / "a.db", KEY, OpenMode.CREATE)


def test_a_query_that_fails_at_its_second_row(database: Database) -> None:
    rows = database.execute("SELECT json(value) FROM json_each(?)", ('["1", "{"]',))
    with pytest.raises(StatementError):
        list(rows)


def test_a_library_that_answers_a_checkpoint_with_something_else(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Database, "fetch_one", lambda *_: None)
    with pytest.raises(StatementError):
        database.checkpoint()
    assert database.valid_log_frames() == 0


def test_a_first_page_without_our_salt_is_damaged(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    database.execute_script("CREATE TABLE t (a);")
    assert database.damaged_pages() == ()
    monkeypatch.setattr("crypto.database.has_salt", lambda *_: False)
    assert database.damaged_pages() == (1,)


def test_a_page_with_a_flipped_bit_is_named_and_one_of_zeros_is_a_hole(database: Database, tmp_path: Path) -> None:
    database.execute_script("CREATE TABLE t (a); CREATE TABLE u (a); CREATE TABLE v (a);")
    database.checkpoint()
    with (tmp_path / "a.db").open("r+b") as file:
        file.seek(4096 + 100)
        byte = file.read(1)[0]
        file.seek(4096 + 100)
        file.write(bytes([byte ^ 1]))
        file.seek(2 * 4096)
        file.write(bytes(4096))
    assert database.damaged_pages() == (2,)


def test_a_closed_database_says_so(database: Database) -> None:
    database._connection.close()
    with pytest.raises(VaultStateError) as refused:
        database.execute("SELECT 1")
    assert refused.value.code is CryptoErrorCode.DATABASE_CLOSED
    assert not _is_disk_full(Path("/nowhere/at/all"))


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (CryptoErrorCode.FILE_EXISTS, CryptoErrorCode.DATABASE_EXISTS),
        (CryptoErrorCode.FILE_IS_LINK, CryptoErrorCode.FILE_IS_LINK),
    ],
)
def test_a_database_that_appears_while_another_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raised: CryptoErrorCode, told: CryptoErrorCode
) -> None:
    def taken(*_: object) -> None:
        raise VaultStateError(raised, "a.db")

    monkeypatch.setattr("crypto.opening.move_into_place", taken)
    with pytest.raises(VaultStateError) as refused:
        open_database(tmp_path / "a.db", KEY, OpenMode.CREATE)
    assert refused.value.code is told


def test_a_log_whose_header_is_damaged_is_read_by_its_frames(database: Database, tmp_path: Path) -> None:
    database.execute_script("CREATE TABLE t (a);")
    log = tmp_path / "a.db-wal"
    whole = log.read_bytes()
    sound = read_log(tmp_path / "a.db")
    log.write_bytes(whole[:16] + bytes(byte ^ 255 for byte in whole[16:24]) + whole[24:])
    assert read_log(tmp_path / "a.db") == sound
    assert sound.lost(sound.last) == 0


def test_a_head_log_that_ends_in_a_hole(tmp_path: Path) -> None:
    log = HeadLog(tmp_path / "heads.log")
    log.append(SIGNER.sign("shop/ledger", 1, bytes(32)))
    with (tmp_path / "heads.log").open("ab") as stream:
        stream.write(bytes(40) + b"\n")
    assert log.last() == SIGNER.sign("shop/ledger", 1, bytes(32))


def test_a_keyring_without_slots_or_with_too_many(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    create_keyring(path, create_key_file(tmp_path / "key"))
    file = load_keyring(path)
    for slots in ((), file.slots * (keyring_file.MAX_SLOTS + 1)):
        save_keyring(path, msgspec.structs.replace(file, slots=slots))
        with pytest.raises(IntegrityError):
            load_keyring(path)


# --- sealed files ---


def test_lists_that_only_we_could_have_written_wrongly(tmp_path: Path) -> None:
    content = some_bytes(1000)
    file, place = sealed(tmp_path, content)
    entries = read_list(place, KEYS)
    assert is_whole(place, KEYS, file.sha256)
    assert not is_whole(place, KEYS, bytes(32))
    assert not is_whole(tmp_path / "nowhere", KEYS, file.sha256)
    wrong = msgspec.structs.replace(
        entries,
        version=1,
        sha256=bytes(32),
        parts=tuple(msgspec.structs.replace(part, sha256=hashlib.sha256(content).digest()) for part in entries.parts),
    )
    (place / LIST_NAME).write_bytes(encode_list(wrong, KEYS))
    with pytest.raises(IntegrityError, match="not the whole"):
        list(read_content(place, KEYS, bytes(32)))
    none = msgspec.msgpack.encode("no list")
    (place / LIST_NAME).write_bytes(KEYS.recipient.seal(KEYS.prove(none) + none))
    with pytest.raises(IntegrityError, match="none"):
        read_list(place, KEYS)
    with (place / LIST_NAME).open("r+b") as stream:
        stream.truncate(1 << 30)
    with pytest.raises(IntegrityError, match="too long"):
        read_list(place, KEYS)
    assert PartList.__struct_fields__[0] == "version"


def test_a_spool_with_a_part_of_another_file_and_one_with_all_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = tmp_path / "spool"
    writer = SealedWriter(spool, KEYS)
    assert writer.directory == spool
    for number, file_id in ((1, b"a" * 16), (2, b"b" * 16)):
        part = frame(Part(file_id=file_id, number=number, content=b"content"))
        (spool / f"{number:05d}.age").write_bytes(KEYS.recipient.seal(part))
    again = SealedWriter(spool, KEYS)
    assert again.offset == len(b"content")
    again.pause()
    monkeypatch.setattr(sealed_writer, "MOST_PARTS", 1)
    full = SealedWriter(spool, KEYS)
    assert full.offset == len(b"content")
    full.write(b"more")
    with pytest.raises(VaultStateError) as refused:
        full.finish(tmp_path / "blobs")
    assert refused.value.code is CryptoErrorCode.FILE_TOO_LONG


def test_a_file_that_cannot_be_moved_to_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = SealedWriter(tmp_path / "spool", KEYS)
    writer.write(b"content")
    real = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if self == tmp_path / "spool":
            raise OSError(errno.EIO, "I/O error")
        return real(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", failing)
        with pytest.raises(StorageError):
            writer.finish(tmp_path / "blobs")
    assert place_of(tmp_path / "blobs", writer.finish(tmp_path / "blobs").name).is_dir()


def test_waiting_twice_for_a_part_that_is_safe(tmp_path: Path) -> None:
    buffer = bytearray(b"sealed")
    storing = sealed_writer._Storing(
        tmp_path / "part", sealed_writer._Sealed(buffer, len(buffer)), len(buffer), hashlib.sha256()
    )
    storing.wait()
    storing._is_safe = True
    storing.wait()
    assert (tmp_path / "part").read_bytes() == b"sealed"
    shutil.rmtree(tmp_path)
