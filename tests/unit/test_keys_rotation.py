"""New roots without anybody's secret: what stays open, what does not, and every state that trouble can leave behind."""

import json
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from crypto import keyring_file, shred, slots
from crypto.atomic_file import read_file
from crypto.data_keys import DataKey, WrappedKey, unwrap_key, wrap_key
from crypto.errors import (
    CryptoErrorCode,
    IntegrityError,
    KeyUnavailableError,
    StorageError,
    VaultStateError,
    WrongKeyError,
)
from crypto.keyring import (
    add_slot,
    create_keyring,
    list_slots,
    open_for_change,
    open_keyring,
    remove_slot,
    write_keyring,
)
from crypto.keyring_file import MAX_FILE_BYTES, load_keyring
from crypto.keys import Purpose, RootKey, SecretKey, StoreId
from crypto.passphrases import Argon2Cost
from crypto.secrets import KeyFileSecret, PassphraseSecret, RecoverySecret, create_key_file
from crypto.shares import split_new_secret
from crypto.slot_kinds import WayIn
from crypto.slots import Slot
from crypto.vault_keys import VaultKeys
from tests.unit.test_crypto_keyring import GOLDEN_ARCHIVE_KEY, GOLDEN_KEYRING
from tests.unit.test_crypto_keyring import key_file as golden_key_file

CHEAP = Argon2Cost(memory_kib=64, iterations=1, lanes=1)
PASSPHRASE = PassphraseSecret(b"amber-lotus-41")


@pytest.fixture
def secret(tmp_path: Path) -> KeyFileSecret:
    return create_key_file(tmp_path / "key")


@pytest.fixture
def path(tmp_path: Path, secret: KeyFileSecret) -> Path:
    folder = tmp_path / "state"
    folder.mkdir()
    create_keyring(folder / "keys.json", secret)
    return folder / "keys.json"


def everything_of(keys: VaultKeys) -> dict[str, bytes]:
    found = {f"{info.label} {info.period}": keys.by_no(info.key_no) for info in keys.list()}
    return {name: bytes(key.secret) for name, key in found.items() if key is not None}


def test_after_a_new_root_every_way_in_opens_and_every_key_is_what_it_was(path: Path, secret: KeyFileSecret) -> None:
    keys = open_keyring(path, secret)
    shares = split_new_secret(threshold=2, count=3)
    add_slot(path, keys, PASSPHRASE, cost=CHEAP)
    add_slot(path, keys, shares)
    before = {purpose: bytes(keys.derive(purpose)) for purpose in Purpose}
    week = keys.period_key("messages", "2026-W47")
    old_root = keys.root
    assert [keys.rotate(), keys.rotate()] == [2, 3]
    for way in (secret, PASSPHRASE, RecoverySecret(shares.secret)):
        again = open_keyring(path, way)
        assert again.generation == 3
        assert {purpose: bytes(again.derive(purpose)) for purpose in Purpose} == before
        assert again.by_no(week.key_no) == week
    assert keys.period_key("messages", "2026-W47") == week
    later = keys.period_key("messages", "2026-W48")
    assert later.key_no > week.key_no
    # The old root opens nothing of the file any more.
    assert all(unwrap_key(old_root, one) is None for one in load_keyring(path).keys)
    assert repr(keys) == f"VaultKeys(store_id={keys.store_id!r}, generation=3)"
    with pytest.raises(TypeError):
        keys.__reduce_ex__(4)


def test_a_purpose_that_a_later_program_brings_is_made_once(path: Path, secret: KeyFileSecret) -> None:
    keys = open_keyring(path, secret)
    keys.rotate()
    file = load_keyring(path)
    label = f"standing/{Purpose.AUDIT.value}"
    kept = tuple(key for key in file.keys if key.label != label)
    keyring_file.save_keyring(path, msgspec.structs.replace(file, keys=kept))
    first = open_keyring(path, secret).derive(Purpose.AUDIT)
    assert open_keyring(path, secret).derive(Purpose.AUDIT) == first


def test_a_destroyed_key_is_gone_from_the_file_and_its_number_is_not_given_again(
    path: Path, secret: KeyFileSecret
) -> None:
    keys = open_keyring(path, secret)
    week = keys.period_key("messages", "2026-W40")
    keys.destroy([week.key_no, 99_999])
    assert keys.by_no(week.key_no) is None
    assert b"2026-W40" not in path.read_bytes()
    assert keys.next_key_no > week.key_no
    again = open_keyring(path, secret)
    assert again.by_no(week.key_no) is None
    assert again.period_key("messages", "2026-W40").key_no > week.key_no
    keys.reload()
    assert [info.period for info in keys.list() if info.label == "messages"] == ["2026-W40"]


def test_a_damaged_data_key_is_named_and_the_others_open(path: Path, secret: KeyFileSecret) -> None:
    keys = open_keyring(path, secret)
    good, bad = keys.period_key("messages", "2026-W46"), keys.period_key("messages", "2026-W47")
    damage_key(path, lambda key: key.key_no == bad.key_no)
    again = open_keyring(path, secret)
    assert again.by_no(good.key_no) == good
    assert again.by_no(bad.key_no) is None
    assert [info.key_no for info in again.list() if info.is_damaged] == [bad.key_no]
    with pytest.raises(IntegrityError) as refused:
        again.period_key("messages", "2026-W47")
    assert refused.value.code is CryptoErrorCode.KEYRING_DAMAGED
    again.rotate()
    assert [info.key_no for info in open_keyring(path, secret).list() if info.is_damaged] == [bad.key_no]


def test_a_damaged_standing_key_is_made_again_by_the_first_root_and_refused_by_a_later_one(
    path: Path, secret: KeyFileSecret
) -> None:
    keys = open_keyring(path, secret)
    keys.period_key("messages", "2026-W47")  # writes the standing keys
    right = keys.derive(Purpose.AUDIT)
    damage_key(path, lambda key: key.label == f"standing/{Purpose.AUDIT.value}")
    healed = open_keyring(path, secret)
    assert healed.derive(Purpose.AUDIT) == right
    healed.rotate()
    assert open_keyring(path, secret).derive(Purpose.AUDIT) == right
    damage_key(path, lambda key: key.label == f"standing/{Purpose.AUDIT.value}")
    with pytest.raises(IntegrityError):
        open_keyring(path, secret).derive(Purpose.AUDIT)


def damage_key(path: Path, which: Callable[[WrappedKey], bool]) -> None:
    file = load_keyring(path)
    keys = tuple(
        msgspec.structs.replace(key, wrapped=key.wrapped[:-1] + bytes([key.wrapped[-1] ^ 1])) if which(key) else key
        for key in file.keys
    )
    keyring_file.save_keyring(path, msgspec.structs.replace(file, keys=keys))


def test_a_wrapped_key_of_another_shape_is_damaged_and_no_label_is_made_up() -> None:
    root = RootKey(bytes(range(32)), store_id=StoreId("00" * 16), generation=1)
    wrapped = wrap_key(root, DataKey(key_no=1, label="messages", period="", secret=SecretKey(b"short")))
    assert unwrap_key(root, wrapped) is None
    assert unwrap_key(root, msgspec.structs.replace(wrapped, nonce=b"1")) is None
    for label, period in (("Messages", ""), ("messages", "2026 W47"), ("", "")):
        with pytest.raises(ValueError, match="label or period"):
            wrap_key(root, DataKey(key_no=1, label=label, period=period, secret=SecretKey(bytes(32))))


def test_an_older_copy_under_open_keys_is_refused(path: Path, secret: KeyFileSecret) -> None:
    keys = open_keyring(path, secret)
    first = path.read_bytes()
    keys.period_key("messages", "2026-W46")
    second = path.read_bytes()
    path.write_bytes(first)
    with pytest.raises(VaultStateError) as stale:
        keys.period_key("messages", "2026-W47")
    assert stale.value.code is CryptoErrorCode.KEYRING_STALE
    path.write_bytes(second)
    keys.rotate()
    path.write_bytes(second)
    added = lambda: add_slot(path, keys, PASSPHRASE, cost=CHEAP)  # noqa: E731
    for use in (keys.rotate, lambda: keys.period_key("calls", "2026-W47"), added):
        with pytest.raises(VaultStateError) as stale:
            use()
        assert stale.value.code is CryptoErrorCode.KEYRING_STALE


def test_keys_that_another_process_rotated_change_nothing_any_more(path: Path, secret: KeyFileSecret) -> None:
    ours, theirs = open_keyring(path, secret), open_keyring(path, secret)
    theirs.rotate()
    before = path.read_bytes()
    for use in (ours.rotate, lambda: ours.period_key("calls", "2026-W47"), lambda: ours.destroy([1])):
        with pytest.raises(VaultStateError) as changed:
            use()
        assert changed.value.code is CryptoErrorCode.KEYRING_CHANGED
    assert path.read_bytes() == before
    assert ours.generation == 1


def test_a_key_that_another_process_made_meanwhile_is_taken(path: Path, secret: KeyFileSecret) -> None:
    ours, theirs = open_keyring(path, secret), open_keyring(path, secret)
    assert ours.period_key("messages", "2026-W47") == theirs.period_key("messages", "2026-W47")


def test_a_full_disk_leaves_the_old_root(path: Path, secret: KeyFileSecret, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = open_keyring(path, secret)
    before = path.read_bytes()

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.write", full)
        for use in (keys.rotate, lambda: keys.period_key("messages", "2026-W47"), lambda: keys.destroy([1])):
            with pytest.raises(StorageError):
                use()
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == ["keys.json"]
    assert keys.rotate() == open_keyring(path, secret).generation == 2


def test_a_link_that_appears_while_a_keyring_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, real = tmp_path / "keys.json", slots.new_slot

    def linking(root: RootKey, way: WayIn, *, cost: Argon2Cost) -> Slot:
        path.symlink_to(tmp_path / "elsewhere")
        return real(root, way, cost=cost)

    monkeypatch.setattr("crypto.keyring.new_slot", linking)
    with pytest.raises(VaultStateError) as refused:
        create_keyring(path, PASSPHRASE, cost=CHEAP)
    assert refused.value.code is CryptoErrorCode.FILE_IS_LINK
    assert os.listdir(tmp_path) == ["keys.json"]


def test_a_machine_with_too_little_memory_says_how_much_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Starved:
        def __init__(self, **_: object) -> None:
            pass

        def derive(self, _: bytes) -> bytes:
            raise MemoryError

    monkeypatch.setattr("crypto.passphrases.Argon2id", Starved)
    with pytest.raises(KeyUnavailableError) as refused:
        create_keyring(tmp_path / "keys.json", PASSPHRASE)
    assert (refused.value.code, refused.value.detail) == (CryptoErrorCode.KEY_MEMORY, "needs 256 MiB")


def test_two_rotations_and_changes_of_slots_at_once(path: Path, secret: KeyFileSecret) -> None:
    keys = open_keyring(path, secret)
    problems: list[BaseException] = []

    def guarded(work: Callable[[], object]) -> None:
        try:
            for _ in range(5):
                work()
        except BaseException as error:  # noqa: BLE001 - told by the test
            problems.append(error)

    def other_process() -> None:
        try:
            open_keyring(path, secret).rotate()
        except VaultStateError as error:
            assert error.code is CryptoErrorCode.KEYRING_CHANGED

    numbers = iter(range(100))
    makes = (
        keys.rotate,
        keys.rotate,
        lambda: keys.period_key("messages", f"2026-W{next(numbers)}"),
        lambda: list_slots(path),
    )
    threads = [threading.Thread(target=guarded, args=(work,)) for work in makes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert open_keyring(path, secret).generation == 11
    rivals = [threading.Thread(target=guarded, args=(other_process,)) for _ in range(2)]
    for thread in rivals:
        thread.start()
    for thread in rivals:
        thread.join()
    assert problems == []
    assert len([info for info in open_keyring(path, secret).list() if info.label == "messages"]) == 5
    assert [name for name in os.listdir(path.parent) if name != "keys.json"] == []


def test_killed_at_every_step_of_a_rotation(tmp_path: Path, path: Path, secret: KeyFileSecret) -> None:
    """After each step there is the old root or the new one, whole; and the next change clears what was left."""
    keys = open_keyring(path, secret)
    keys.period_key("messages", "2026-W47")
    whole = everything_of(keys)
    calls = ("link", "open", "write", "fsync", "replace", "unlink", "fstat", "close")
    steps = generations = 0
    while True:
        state = tmp_path / f"step{steps}"
        shutil.copytree(path.parent, state)
        if not killed_at_step(steps, state / "keys.json", secret, calls):
            break
        steps += 1
        after = open_keyring(state / "keys.json", secret)
        assert everything_of(after) == whole
        generations += after.generation
        after.period_key("messages", "2026-W48")
        assert os.listdir(state) == ["keys.json"]
    assert steps > 20
    assert steps < generations < 2 * steps  # some died before the replacement, some after it


def killed_at_step(step: int, path: Path, secret: KeyFileSecret, calls: tuple[str, ...]) -> bool:
    """Whether a child that dies at its `step`-th call of the system died before it was done."""
    keys = open_keyring(path, secret)
    pid = os.fork()
    if pid == 0:
        left = step

        def dying(real: Callable[..., object]) -> Callable[..., object]:
            def call(*arguments: object, **named: object) -> object:
                nonlocal left
                if left == 0:
                    os._exit(9)
                left -= 1
                return real(*arguments, **named)

            return call

        for name in calls:
            setattr(os, name, dying(getattr(os, name)))
        try:
            keys.rotate()
        finally:
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status) == 9


def test_trouble_after_the_replacement_leaves_keys_and_file_agreeing(
    path: Path, secret: KeyFileSecret, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = open_keyring(path, secret)
    fsync, replaced = os.fsync, os.replace
    is_replaced = False

    def replace(*arguments: object, **named: object) -> None:
        nonlocal is_replaced
        replaced(*arguments, **named)  # type: ignore[arg-type]
        is_replaced = True

    def failing(handle: int) -> None:
        if is_replaced:
            raise OSError(5, "I/O error")
        fsync(handle)

    with monkeypatch.context() as patch:
        patch.setattr("os.replace", replace)
        patch.setattr("os.fsync", failing)
        with pytest.raises(StorageError):
            keys.rotate()
        # What it held before is not ended while nobody knows that the new one is durable.
        assert len(os.listdir(path.parent)) == 2
    assert keys.generation == open_keyring(path, secret).generation == 2
    keys.period_key("messages", "2026-W47")
    assert os.listdir(path.parent) == ["keys.json"]


def test_what_the_file_held_before_is_overwritten(path: Path, secret: KeyFileSecret) -> None:
    keys = open_keyring(path, secret)
    keys.period_key("messages", "2026-W40")
    old = path.read_bytes()
    with path.open("rb") as held:
        keys.destroy([info.key_no for info in keys.list()])
        assert old[:200] not in held.read()


def test_a_copy_that_somebody_keeps_by_a_hard_link_is_left_alone(path: Path, secret: KeyFileSecret) -> None:
    kept = path.parent.parent / "backup.json"
    kept.hardlink_to(path)
    before = kept.read_bytes()
    open_keyring(path, secret).rotate()
    assert kept.read_bytes() == before
    assert os.listdir(path.parent) == ["keys.json"]


def test_the_owner_of_the_file_stays_when_root_changes_it(path: Path, secret: KeyFileSecret) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    os.chown(path, 12345, 12346)
    open_keyring(path, secret).rotate()
    status = path.stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o777) == (12345, 12346, 0o600)


def test_a_file_that_was_not_there_is_made(tmp_path: Path) -> None:
    shred.replace_and_shred(tmp_path / "new", b"content")
    assert (tmp_path / "new").read_bytes() == b"content"
    assert os.listdir(tmp_path) == ["new"]


def test_without_hard_links_the_replacement_works_all_the_same(
    path: Path, secret: KeyFileSecret, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr("os.link", refused)
    assert open_keyring(path, secret).rotate() == 2
    assert os.listdir(path.parent) == ["keys.json"]


def test_leftovers_that_are_no_files_of_ours_stay(path: Path, secret: KeyFileSecret) -> None:
    (path.parent / ".keys.json.0123456789abcdef.old").mkdir()
    (path.parent / ".keys.json.notes.old").write_text("mine")
    open_keyring(path, secret).rotate()
    assert sorted(os.listdir(path.parent)) == [".keys.json.0123456789abcdef.old", ".keys.json.notes.old", "keys.json"]
    shred.end_leftovers(path.parent / "nowhere" / "keys.json")


def test_a_reader_reads_again_when_the_file_is_replaced_under_it(
    path: Path, secret: KeyFileSecret, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[Path] = []

    def racing(at: Path, *, max_bytes: int) -> bytes:
        content = read_file(at, max_bytes=max_bytes)
        reads.append(at)
        if len(reads) > 1:
            return content
        shutil.copy(at, at.with_name("new"))
        at.with_name("new").rename(at)
        return bytes(len(content))

    monkeypatch.setattr("crypto.keyring_file.read_file", racing)
    assert [slot.is_damaged for slot in list_slots(path)] == [False]
    assert len(reads) == 2


def test_a_file_that_is_replaced_all_the_time_is_judged_by_what_was_read(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = iter(range(100))
    monkeypatch.setattr(keyring_file, "_identity", lambda _: (next(numbers), 0, 0))
    assert len(list_slots(path)) == 1


def test_changes_where_there_is_no_keyring(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="keyring.missing"):
        remove_slot(tmp_path / "nowhere" / "keys.json", "00")
    with pytest.raises(Exception, match="keyring.missing"):
        remove_slot(tmp_path / "keys.json", "00")


# --- slots of format 1 ---


def test_an_old_slot_is_renewed_by_its_first_opening_for_change(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(GOLDEN_KEYRING)
    file = golden_key_file(tmp_path / "key", bytes(range(32)))
    assert [slot.is_old for slot in list_slots(path)] == [True, True]
    keys = open_keyring(path, PASSPHRASE)
    assert path.read_text() == GOLDEN_KEYRING
    with pytest.raises(VaultStateError) as refused:
        keys.rotate()
    assert refused.value.code is CryptoErrorCode.SLOT_OLD
    assert path.read_text() == GOLDEN_KEYRING
    ids = [slot.slot_id for slot in list_slots(path)]
    opening = open_for_change(path, PASSPHRASE)
    assert opening.slot_id == ids[0]
    assert [slot.is_old for slot in list_slots(path)] == [False, True]
    open_for_change(path, file)
    again = path.read_bytes()
    assert open_for_change(path, file).slot_id == ids[1]
    assert path.read_bytes() == again
    assert [(slot.slot_id, slot.is_old) for slot in list_slots(path)] == [(one, False) for one in ids]
    assert open_keyring(path, PASSPHRASE).rotate() == 2
    for way in (PASSPHRASE, file):
        assert open_keyring(path, way).derive(Purpose.ARCHIVE).hex() == GOLDEN_ARCHIVE_KEY
    kdf = json.loads(path.read_text())["slots"][0]["kdf"]
    assert (kdf["name"], kdf["memory_kib"]) == ("argon2id", 64)


def test_an_old_slot_opens_on_a_full_disk_and_is_renewed_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "keys.json"
    path.write_text(GOLDEN_KEYRING)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.write", full)
        opening = open_for_change(path, PASSPHRASE)
    assert opening.keys.derive(Purpose.ARCHIVE).hex() == GOLDEN_ARCHIVE_KEY
    assert path.read_text() == GOLDEN_KEYRING
    assert os.listdir(tmp_path) == ["keys.json"]


def test_a_wrong_secret_opens_no_old_slot(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(GOLDEN_KEYRING)
    for wrong in (PassphraseSecret(b"wrong"), create_key_file(tmp_path / "key"), RecoverySecret(SecretKey(bytes(32)))):
        with pytest.raises(WrongKeyError):
            open_for_change(path, wrong)
    assert path.read_text() == GOLDEN_KEYRING


# --- slots that somebody wrote who may not ---


def rewritten(path: Path, change: Callable[[Slot], Slot]) -> None:
    """The first slot changed by somebody who mends the checksums, which are no secret."""
    from crypto.slots import _checksum, encode_slot

    file = load_keyring(path)
    slot = file.decoded()[0]
    assert isinstance(slot, Slot)
    forged = change(slot)
    store = StoreId(file.store_id)
    forged = msgspec.structs.replace(forged, checksum=_checksum(forged, store, file.generation))
    keyring_file.save_keyring(path, msgspec.structs.replace(file, slots=(encode_slot(forged), *file.slots[1:])))


def test_a_root_of_somebody_elses_making_does_not_open(path: Path, secret: KeyFileSecret) -> None:
    """Anyone can seal to a public key: that alone must not put their root in place of ours."""
    from crypto.slots import _sealed

    file = load_keyring(path)
    own = RootKey(bytes(range(32)), store_id=StoreId(file.store_id), generation=file.generation)
    rewritten(path, lambda slot: _sealed(slot, own, proof_key=SecretKey(bytes(range(32)))))
    with pytest.raises(IntegrityError) as refused:
        open_keyring(path, secret)
    assert refused.value.code is CryptoErrorCode.SLOT_FORGED


def test_a_slot_with_another_name_than_it_was_made_with_does_not_open(path: Path, secret: KeyFileSecret) -> None:
    rewritten(path, lambda slot: msgspec.structs.replace(slot, name="somebody else's"))
    with pytest.raises(IntegrityError):
        open_keyring(path, secret)


def test_a_forged_slot_does_not_lock_the_others_and_stops_a_rotation(path: Path, secret: KeyFileSecret) -> None:
    keys = open_keyring(path, secret)
    add_slot(path, keys, PASSPHRASE, cost=CHEAP)
    rewritten(path, lambda slot: msgspec.structs.replace(slot, proof_key=bytes(60)))
    open_keyring(path, PASSPHRASE)
    before = path.read_bytes()
    with pytest.raises(IntegrityError) as refused:
        open_keyring(path, PASSPHRASE).rotate()
    assert refused.value.code is CryptoErrorCode.SLOT_FORGED
    assert path.read_bytes() == before


def test_a_damaged_slot_is_kept_as_it_is_and_can_be_removed(path: Path, secret: KeyFileSecret) -> None:
    keys = open_keyring(path, secret)
    add_slot(path, keys, PASSPHRASE, cost=CHEAP)
    file = json.loads(path.read_text())
    file["slots"][1]["sealed"] = "A" * 1556
    path.write_text(json.dumps(file))
    keys.rotate()
    slots = list_slots(path)
    assert [(slot.slot_id, slot.is_damaged) for slot in slots[1:]] == [("#2", True)]
    with pytest.raises(VaultStateError) as refused:
        remove_slot(path, slots[0].slot_id)
    assert refused.value.code is CryptoErrorCode.SLOT_LAST
    remove_slot(path, "#2")
    assert len(list_slots(path)) == 1


def test_a_way_in_can_take_the_place_of_another(path: Path, secret: KeyFileSecret) -> None:
    keys = open_keyring(path, secret)
    first = add_slot(path, keys, PASSPHRASE, cost=CHEAP)
    second = add_slot(path, keys, PassphraseSecret(b"second"), cost=CHEAP, instead_of=first.slot_id)
    assert [slot.slot_id for slot in list_slots(path)][1:] == [second.slot_id]
    with pytest.raises(WrongKeyError):
        open_keyring(path, PASSPHRASE)
    with pytest.raises(VaultStateError):
        add_slot(path, keys, PASSPHRASE, cost=CHEAP, instead_of=first.slot_id)


def test_twenty_years_of_keys_fit(tmp_path: Path, secret: KeyFileSecret) -> None:
    store = StoreId("ab" * 16)
    root = RootKey(bytes(range(32)), store_id=store, generation=1)
    path = tmp_path / "keys.json"
    keys = write_keyring(path, root, secret)
    file = load_keyring(path)
    many = tuple(
        wrap_key(root, DataKey(key_no=number, label="notifications", period="2026-W47", secret=SecretKey(bytes(32))))
        for number in range(1, 20 * 53 * 4)
    )
    keyring_file.save_keyring(path, msgspec.structs.replace(file, keys=many, next_key_no=len(many) + 1))
    assert path.stat().st_size < MAX_FILE_BYTES / 4
    keys.reload()
    assert keys.rotate() == 2
