"""Keyring, slots and secrets: what opens, what does not, and what each refusal is called."""

import base64
import copy
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from crypto import old_slots, slots
from crypto.errors import (
    CryptoError,
    CryptoErrorCode,
    IntegrityError,
    KeyUnavailableError,
    VaultStateError,
    WrongKeyError,
)
from crypto.keyring import add_slot, create_keyring, list_slots, open_keyring, remove_slot
from crypto.keyring_file import MAX_SLOTS
from crypto.keys import Purpose, RootKey, SecretKey, StoreId
from crypto.passphrases import Argon2Cost
from crypto.secrets import CredentialSecret, KeyFileSecret, PassphraseSecret, create_key_file
from crypto.shares import ShareSet
from crypto.slot_kinds import HkdfKdf, SlotKind, WayIn

CHEAP = Argon2Cost(memory_kib=64, iterations=1, lanes=1)
PASSPHRASE = PassphraseSecret(b"amber-lotus-41")
# Written by format 1; must open for ever. Passphrase as above, key file: bytes 0..31.
GOLDEN_KEYRING = """{
  "format": "shopwarden-keyring",
  "version": 1,
  "store_id": "2fa12f86c31b5dc01b73506ab87cb08d",
  "generation": 1,
  "checksum": "6ca324aadae5070f68c4c10f342e2ee4",
  "slots": [
    {
      "slot_id": "b82ab38058300e24",
      "kind": "passphrase",
      "kdf": {
        "name": "argon2id",
        "salt": "2Pt3JNgGFxP8RXZaCIA/Qg==",
        "memory_kib": 64,
        "iterations": 1,
        "lanes": 1
      },
      "nonce": "tdoX+XA3kkBsrmZ6",
      "wrapped": "nYJ7rDh3Mc3Lm/vuLmU+PrLKgkPIJYn8SWCcnasnwSmURjZfFNCcmYdKLMgsasS6",
      "checksum": "666348d526f41401cfa446ff5d8a85f0"
    },
    {
      "slot_id": "7da50810dd0b157c",
      "kind": "key_file",
      "kdf": {
        "name": "hkdf-sha256",
        "salt": "B5M62KyN+677syUk7vDhqQ=="
      },
      "nonce": "xoqd1SbIY8OhjSce",
      "wrapped": "WETvUkzE9Ne1OKdXGdYhSKa56o4BQM7pPvNepwPcpr9EfXG0j1myYId2pgF6kAE5",
      "checksum": "99afc961bfe33cd123b31fc79c8df971"
    }
  ]
}"""
GOLDEN_ARCHIVE_KEY = "5a0f16ec4421cf268e7653ad24ebc0d3e07a7f39ad72e770eec30e1963102ad0"


@pytest.fixture
def keyring(tmp_path: Path) -> Path:
    path = tmp_path / "keys.json"
    create_keyring(path, PASSPHRASE, cost=CHEAP)
    return path


def key_file(path: Path, content: bytes, mode: int = 0o600) -> KeyFileSecret:
    path.write_bytes(content)
    path.chmod(mode)
    return KeyFileSecret(path)


def test_the_default_cost_opens_again_and_a_wrong_passphrase_does_not(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    root = create_keyring(path, PassphraseSecret.from_text("银楼 2026"))
    kdf = json.loads(path.read_text())["slots"][0]["kdf"]
    assert (kdf["name"], kdf["memory_kib"], kdf["iterations"], kdf["lanes"]) == ("argon2id", 262144, 3, 2)
    again = open_keyring(path, PassphraseSecret.from_text("银楼 2026"))
    assert again.derive(Purpose.ARCHIVE) == root.derive(Purpose.ARCHIVE)
    with pytest.raises(WrongKeyError):
        open_keyring(path, PassphraseSecret.from_text("银楼 2025"))


def test_the_same_passphrase_typed_by_another_input_method_opens(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    create_keyring(path, PassphraseSecret.from_text("caf\u00e9 \uff12\uff10"), cost=CHEAP)
    open_keyring(path, PassphraseSecret.from_text("cafe\u0301 20"))


def test_the_file_is_ours_alone_and_holds_no_key(keyring: Path) -> None:
    root = open_keyring(keyring, PASSPHRASE)
    exported = root.root.wrapped_by(bytes)
    content = keyring.read_bytes()
    assert keyring.stat().st_mode & 0o777 == 0o600
    for spelling in (exported, exported.hex().encode(), base64.b64encode(exported)[:40]):
        assert spelling not in content
    assert b"amber" not in content
    assert [path.name for path in keyring.parent.iterdir()] == ["keys.json"]


def test_an_existing_keyring_is_never_replaced(keyring: Path) -> None:
    before = keyring.read_bytes()
    with pytest.raises(VaultStateError) as refused:
        create_keyring(keyring, PASSPHRASE, cost=CHEAP)
    assert refused.value.code is CryptoErrorCode.KEYRING_EXISTS
    assert keyring.read_bytes() == before


def test_links_are_not_followed(tmp_path: Path, keyring: Path) -> None:
    link, dangling = tmp_path / "link.json", tmp_path / "dangling.json"
    link.symlink_to(keyring)
    dangling.symlink_to(tmp_path / "elsewhere.json")
    for path in (link, dangling):
        with pytest.raises(VaultStateError) as refused:
            create_keyring(path, PASSPHRASE, cost=CHEAP)
        assert refused.value.code is CryptoErrorCode.FILE_IS_LINK
    with pytest.raises(VaultStateError) as refused:
        open_keyring(link, PASSPHRASE)
    assert refused.value.code is CryptoErrorCode.FILE_IS_LINK
    root = open_keyring(keyring, PASSPHRASE)
    with pytest.raises(VaultStateError):
        add_slot(link, root, PASSPHRASE, cost=CHEAP)
    assert not (tmp_path / "elsewhere.json").exists()


def test_a_missing_keyring_or_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyUnavailableError) as missing:
        open_keyring(tmp_path / "keys.json", PASSPHRASE)
    assert missing.value.code is CryptoErrorCode.KEYRING_MISSING
    with pytest.raises(CryptoError):
        create_keyring(tmp_path / "nowhere" / "keys.json", PASSPHRASE, cost=CHEAP)


@pytest.mark.parametrize("encode", [bytes, lambda key: key.hex().encode() + b"\n", lambda key: base64.b64encode(key)])
def test_a_key_file_opens_in_every_form(tmp_path: Path, encode: "type[bytes]") -> None:
    key = bytes(range(100, 132))
    secret = key_file(tmp_path / "key", encode(key))
    root = create_keyring(tmp_path / "keys.json", secret)
    same = key_file(tmp_path / "same", key.hex().upper().encode())
    assert open_keyring(tmp_path / "keys.json", same).derive(Purpose.AUDIT) == root.derive(Purpose.AUDIT)


def test_a_made_key_file_is_private_and_random(tmp_path: Path) -> None:
    first, second = create_key_file(tmp_path / "a"), create_key_file(tmp_path / "b")
    assert first.path.stat().st_mode & 0o777 == 0o600
    assert first.path.read_bytes() != second.path.read_bytes()
    create_keyring(tmp_path / "keys.json", first)
    with pytest.raises(WrongKeyError):
        open_keyring(tmp_path / "keys.json", second)
    with pytest.raises(VaultStateError):
        create_key_file(tmp_path / "a")


@pytest.mark.parametrize(
    ("content", "mode", "code"),
    [
        (bytes(range(32)), 0o644, CryptoErrorCode.KEY_FILE_MODE),
        (bytes(range(32)), 0o640, CryptoErrorCode.KEY_FILE_MODE),
        (bytes(range(32)), 0o602, CryptoErrorCode.KEY_FILE_MODE),
        (bytes(range(32)), 0o700, CryptoErrorCode.KEY_FILE_MODE),
        (b"", 0o600, CryptoErrorCode.KEY_FORMAT),
        (bytes(range(31)), 0o600, CryptoErrorCode.KEY_FORMAT),
        (bytes(range(32)) + b"\n", 0o600, CryptoErrorCode.KEY_FORMAT),
        (b"correct horse battery staple now", 0o600, CryptoErrorCode.KEY_FORMAT),
        (bytes(32), 0o600, CryptoErrorCode.KEY_FORMAT),
        (b"0" * 64, 0o600, CryptoErrorCode.KEY_FORMAT),
        (b"=" * 44, 0o600, CryptoErrorCode.KEY_FORMAT),
        (b"A" * 41 + b"!A", 0o600, CryptoErrorCode.KEY_FORMAT),
        (b"x" * 100_000, 0o600, CryptoErrorCode.KEY_FORMAT),
    ],
)
def test_a_careless_or_shapeless_key_file_is_refused_by_name(
    tmp_path: Path, content: bytes, mode: int, code: CryptoErrorCode
) -> None:
    secret = key_file(tmp_path / "key", content, mode)
    with pytest.raises(KeyUnavailableError) as refused:
        create_keyring(tmp_path / "keys.json", secret)
    assert refused.value.code is code
    assert not (tmp_path / "keys.json").exists()


def test_a_read_only_key_file_is_fine(tmp_path: Path) -> None:
    create_keyring(tmp_path / "keys.json", key_file(tmp_path / "key", bytes(range(32)), 0o400))


def test_key_files_that_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo", 0o600)
    (tmp_path / "directory").mkdir(mode=0o600)
    (tmp_path / "link").symlink_to(create_key_file(tmp_path / "key").path)
    for name in ("fifo", "directory", "link"):
        with pytest.raises(KeyUnavailableError) as refused:
            create_keyring(tmp_path / "keys.json", KeyFileSecret(tmp_path / name))
        assert refused.value.code is CryptoErrorCode.KEY_UNREADABLE
    with pytest.raises(KeyUnavailableError) as refused:
        create_keyring(tmp_path / "keys.json", KeyFileSecret(tmp_path / "nothing"))
    assert refused.value.code is CryptoErrorCode.KEY_MISSING


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_somebody_elses_key_file_is_refused(tmp_path: Path) -> None:
    secret = create_key_file(tmp_path / "key")
    os.chown(secret.path, 12345, 12345)
    with pytest.raises(KeyUnavailableError) as refused:
        create_keyring(tmp_path / "keys.json", secret)
    assert refused.value.code is CryptoErrorCode.KEY_FILE_OWNER


def test_a_credential_comes_from_systemds_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = tmp_path / "keys.json"
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with pytest.raises(KeyUnavailableError) as refused:
        create_keyring(keyring, CredentialSecret("root"))
    assert refused.value.code is CryptoErrorCode.CREDENTIALS_DIRECTORY_UNSET
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    with pytest.raises(KeyUnavailableError) as refused:
        create_keyring(keyring, CredentialSecret("root"))
    assert refused.value.code is CryptoErrorCode.KEY_MISSING
    key_file(tmp_path / "root", bytes(range(32)), 0o440)
    root = create_keyring(keyring, CredentialSecret("root"))
    assert list_slots(keyring)[0].kind is SlotKind.CREDENTIAL
    # The same bytes as a key file: a bench that provisions without systemd.
    same = key_file(tmp_path / "file", bytes(range(32)))
    assert open_keyring(keyring, same).derive(Purpose.ARCHIVE) == root.derive(Purpose.ARCHIVE)


@pytest.mark.parametrize("name", ["../root", "a/b", "", ".", "..", "a\0b", "x" * 65, "名"])
def test_a_credentials_name_is_no_path(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    with pytest.raises(KeyUnavailableError) as refused:
        create_keyring(tmp_path / "keys.json", CredentialSecret(name))
    assert refused.value.code is CryptoErrorCode.KEY_FORMAT


def test_passphrases_have_a_length(tmp_path: Path) -> None:
    for bad in (b"", b"x" * 1025):
        with pytest.raises(KeyUnavailableError) as refused:
            PassphraseSecret(bad)
        assert refused.value.code is CryptoErrorCode.PASSPHRASE_UNUSABLE
    with pytest.raises(KeyUnavailableError):
        PassphraseSecret.from_text("\ud800")


def test_every_slot_opens_the_same_root(tmp_path: Path, keyring: Path) -> None:
    root = open_keyring(keyring, PASSPHRASE)
    spare = create_key_file(tmp_path / "key")
    added = add_slot(keyring, root, spare)
    add_slot(keyring, root, PassphraseSecret(b"second"), cost=CHEAP)
    assert [slot.kind for slot in list_slots(keyring)] == [
        SlotKind.PASSPHRASE,
        SlotKind.KEY_FILE,
        SlotKind.PASSPHRASE,
    ]
    for secret in (PASSPHRASE, spare, PassphraseSecret(b"second")):
        assert open_keyring(keyring, secret).derive(Purpose.ARCHIVE) == root.derive(Purpose.ARCHIVE)
    remove_slot(keyring, added.slot_id)
    with pytest.raises(WrongKeyError):
        open_keyring(keyring, spare)
    with pytest.raises(VaultStateError) as refused:
        remove_slot(keyring, added.slot_id)
    assert refused.value.code is CryptoErrorCode.SLOT_UNKNOWN
    assert keyring.stat().st_mode & 0o777 == 0o600


def test_the_last_slot_stays(keyring: Path) -> None:
    with pytest.raises(VaultStateError) as refused:
        remove_slot(keyring, list_slots(keyring)[0].slot_id)
    assert refused.value.code is CryptoErrorCode.SLOT_LAST
    open_keyring(keyring, PASSPHRASE)


def test_slots_have_an_end(keyring: Path) -> None:
    root = open_keyring(keyring, PASSPHRASE)
    for number in range(MAX_SLOTS - 1):
        add_slot(keyring, root, PassphraseSecret(f"p{number}".encode()), cost=CHEAP)
    with pytest.raises(VaultStateError) as refused:
        add_slot(keyring, root, PASSPHRASE, cost=CHEAP)
    assert refused.value.code is CryptoErrorCode.KEYRING_FULL
    open_keyring(keyring, PassphraseSecret(b"p6"))


def test_another_stores_root_adds_no_slot(tmp_path: Path, keyring: Path) -> None:
    stranger = create_keyring(tmp_path / "other.json", PASSPHRASE, cost=CHEAP)
    with pytest.raises(VaultStateError) as refused:
        add_slot(keyring, stranger, PASSPHRASE, cost=CHEAP)
    assert refused.value.code is CryptoErrorCode.KEYRING_OTHER_STORE


def test_a_slot_moved_to_another_store_or_generation_opens_nothing(tmp_path: Path, keyring: Path) -> None:
    create_keyring(tmp_path / "other.json", PassphraseSecret(b"other"), cost=CHEAP)
    ours, other = json.loads(keyring.read_text()), json.loads((tmp_path / "other.json").read_text())
    other["slots"] = ours["slots"]
    (tmp_path / "other.json").write_text(json.dumps(other))
    with pytest.raises(IntegrityError):
        open_keyring(tmp_path / "other.json", PASSPHRASE)
    # Somebody who mends the unkeyed checksums as well meets what the root is sealed with.
    here = {"store_id": StoreId(ours["store_id"]), "generation": ours["generation"]}
    forged = slots.decode_slot(_raw(ours["slots"][0]), **here)
    assert forged is not None
    assert slots.open_slot(forged, PASSPHRASE, **here) is not None
    for there in ({"store_id": StoreId(other["store_id"])}, {"generation": 2}):
        with pytest.raises(IntegrityError) as refused:
            slots.open_slot(forged, PASSPHRASE, **{**here, **there})
        assert refused.value.code is CryptoErrorCode.SLOT_FORGED


@pytest.mark.parametrize(
    "demand",
    [
        {"memory_kib": 100 * 1024 * 1024},
        {"memory_kib": 2**62},
        {"memory_kib": -1},
        {"memory_kib": 64, "lanes": 9},
        {"memory_kib": 1024 * 1024, "iterations": 5},
        {"iterations": 1_000_000_000},
        {"lanes": 2**31},
        {"memory_kib": "262144"},
        {"salt": ""},
        {"name": "none"},
    ],
)
def test_a_hostile_keyring_cannot_demand_memory_or_time(keyring: Path, demand: dict[str, object]) -> None:
    file = json.loads(keyring.read_text())
    file["slots"][0]["kdf"].update(demand)
    keyring.write_text(json.dumps(file))
    with pytest.raises(IntegrityError) as refused:
        open_keyring(keyring, PASSPHRASE)
    assert refused.value.code is CryptoErrorCode.KEYRING_DAMAGED
    assert list_slots(keyring)[0].is_damaged


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"format":"shopwarden-keyring"}',
        b"x" * 70_000,
        GOLDEN_KEYRING.replace('"version": 1', '"version": 2').encode(),
        GOLDEN_KEYRING.replace("shopwarden-keyring", "somebodys-keyring").encode(),
    ],
)
def test_what_is_no_keyring_is_called_damaged(keyring: Path, content: bytes) -> None:
    keyring.write_bytes(content)
    with pytest.raises(IntegrityError):
        open_keyring(keyring, PASSPHRASE)
    with pytest.raises(IntegrityError):
        list_slots(keyring)


def test_a_newer_keyring_is_not_called_damaged(keyring: Path) -> None:
    file = json.loads(GOLDEN_KEYRING)
    file["version"], file["checksum"] = 3, "f23a09150907bac59729c9eebeef0795"
    keyring.write_text(json.dumps(file))
    with pytest.raises(VaultStateError) as refused:
        open_keyring(keyring, PASSPHRASE)
    assert refused.value.code is CryptoErrorCode.KEYRING_NEWER


def test_a_keyring_cut_anywhere_is_damaged(keyring: Path) -> None:
    whole = keyring.read_bytes()
    for length in (*range(0, len(whole) - 2, 7), len(whole) - 3):  # the last two bytes are the brace and a newline
        keyring.write_bytes(whole[:length])
        with pytest.raises(IntegrityError):
            open_keyring(keyring, PASSPHRASE)


def test_one_damaged_slot_does_not_lock_the_others(tmp_path: Path, keyring: Path) -> None:
    spare = create_key_file(tmp_path / "key")
    root = open_keyring(keyring, PASSPHRASE)
    add_slot(keyring, root, spare)
    file = json.loads(keyring.read_text())
    file["slots"][0]["wrapped"] = "A" * 64
    keyring.write_text(json.dumps(file))
    assert open_keyring(keyring, spare).derive(Purpose.ARCHIVE) == root.derive(Purpose.ARCHIVE)
    with pytest.raises(IntegrityError):
        open_keyring(keyring, PASSPHRASE)
    assert [slot.is_damaged for slot in list_slots(keyring)] == [True, False]


def test_keyrings_of_format_1_open(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(GOLDEN_KEYRING)
    for secret in (PASSPHRASE, key_file(tmp_path / "key", bytes(range(32)))):
        assert open_keyring(path, secret).derive(Purpose.ARCHIVE).hex() == GOLDEN_ARCHIVE_KEY


def test_purposes_stores_and_generations_have_unrelated_keys() -> None:
    root = RootKey(bytes(range(32)), store_id=StoreId("00" * 16), generation=1)
    others = [
        RootKey(bytes(range(32)), store_id=StoreId("01" * 16), generation=1),
        RootKey(bytes(range(32)), store_id=StoreId("00" * 16), generation=2),
        RootKey(bytes(range(1, 33)), store_id=StoreId("00" * 16), generation=1),
    ]
    keys = [key.derive(purpose) for key in (root, *others) for purpose in Purpose]
    assert len(set(keys)) == len(keys) == 4 * len(Purpose)
    assert all(len(key) == 32 for key in keys)
    with pytest.raises(ValueError, match="32"):
        RootKey(b"short", store_id=StoreId("00" * 16), generation=1)


def test_secrets_never_show(tmp_path: Path) -> None:
    root = RootKey(bytes(range(32)), store_id=StoreId("00" * 16), generation=1)
    key = root.derive(Purpose.ARCHIVE)
    hidden = (root, key, PASSPHRASE, [key], {"key": PASSPHRASE})
    for value in hidden:
        for shown in (repr(value), str(value), f"{value}", f"{value!r:>60}"):
            for secret in (bytes(range(32)), bytes(key), PASSPHRASE.passphrase[:]):
                assert repr(bytes(secret))[2:-1] not in shown
                assert secret.hex() not in shown
    for value in (root, key, PASSPHRASE, SecretKey(b"abc")):
        with pytest.raises(TypeError):
            pickle.dumps(value)
        with pytest.raises(TypeError):
            copy.deepcopy(value)
    assert not hasattr(root, "__dict__")


def test_errors_hold_no_secret(keyring: Path) -> None:
    with pytest.raises(WrongKeyError) as wrong:
        open_keyring(keyring, PassphraseSecret(b"no-such-passphrase"))
    assert "no-such" not in str(wrong.value) + repr(wrong.value) + wrong.value.detail


def test_argon2_costs_have_bounds() -> None:
    Argon2Cost(memory_kib=1024 * 1024, iterations=4, lanes=2)
    for bad in (
        (63, 1, 1),
        (1024 * 1024, 5, 1),
        (2 * 1024 * 1024, 1, 1),
        (64, 0, 1),
        (64, 11, 1),
        (64, 1, 0),
        (64, 1, 9),
        (64, 1, -1),
    ):
        with pytest.raises(ValueError, match="range"):
            Argon2Cost(memory_kib=bad[0], iterations=bad[1], lanes=bad[2])


def test_a_slot_whose_parts_do_not_fit_together_is_damaged(keyring: Path) -> None:
    file = json.loads(keyring.read_text())
    place = (StoreId(file["store_id"]), file["generation"])
    slot = slots.decode_slot(_raw(file["slots"][0]), store_id=place[0], generation=place[1])
    assert isinstance(slot, slots.Slot)
    some = ShareSet(set_id=1, threshold=2, count=3)
    for changed in (
        {"kind": SlotKind.KEY_FILE},
        {"kind": SlotKind.ESCROW},
        {"kind": SlotKind.SHARES},
        {
            "kind": SlotKind.SHARES,
            "kdf": HkdfKdf(salt=bytes(16)),
            "share_set": ShareSet(set_id=1, threshold=1, count=3),
        },
        {"kind": SlotKind.KEY_FILE, "kdf": HkdfKdf(salt=bytes(15))},
        {"kind": SlotKind.ESCROW, "kdf": None},
        {"share_set": some},
        {"sealed": bytes(47)},
        {"public": slot.public[:-1]},
        {"proof": b""},
        {"proof_key": b""},
        {"kdf": None},
    ):
        # With a checksum that fits, as somebody would write who changes the file on purpose.
        forged = msgspec.structs.replace(slot, **changed)
        forged = msgspec.structs.replace(forged, checksum=slots._checksum(forged, *place))
        raw = msgspec.Raw(msgspec.json.encode(forged))
        assert slots.decode_slot(raw, store_id=place[0], generation=place[1]) is None


def test_an_old_slot_whose_parts_do_not_fit_together_is_damaged() -> None:
    file = json.loads(GOLDEN_KEYRING)
    here = {"store_id": StoreId(file["store_id"]), "generation": file["generation"]}
    slot = slots.decode_slot(_raw(file["slots"][0]), **here)
    assert isinstance(slot, old_slots.OldSlot)
    dear = msgspec.structs.replace(slot.kdf, memory_kib=1024 * 1024, iterations=10)
    for changed in (
        {"kind": SlotKind.KEY_FILE},
        {"kind": SlotKind.SHARES, "kdf": HkdfKdf(salt=bytes(16))},
        {"nonce": bytes(11)},
        {"wrapped": bytes(47)},
        {"kdf": dear},
    ):
        forged = msgspec.structs.replace(slot, **changed)
        forged = msgspec.structs.replace(forged, checksum=old_slots.checksum(forged, **here))
        assert slots.decode_slot(msgspec.Raw(msgspec.json.encode(forged)), **here) is None


def test_too_little_memory_is_said(tmp_path: Path) -> None:
    code = f"""
import resource
from pathlib import Path
from crypto.errors import KeyUnavailableError
from crypto.keyring import create_keyring
from crypto.secrets import PassphraseSecret
resource.setrlimit(resource.RLIMIT_AS, (300 << 20, 300 << 20))
try:
    create_keyring(Path({str(tmp_path)!r}) / "keys.json", PassphraseSecret(b"x"))
except KeyUnavailableError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "key.memory: needs 256 MiB"
    assert list(tmp_path.iterdir()) == []


def test_two_makers_of_one_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "keys.json"
    new_slot = slots.new_slot

    def slow(root: RootKey, way: WayIn, *, cost: Argon2Cost) -> slots.Slot:
        path.write_text("somebody else's")
        return new_slot(root, way, cost=cost)

    monkeypatch.setattr("crypto.keyring.new_slot", slow)
    with pytest.raises(VaultStateError) as refused:
        create_keyring(path, PASSPHRASE, cost=CHEAP)
    assert refused.value.code is CryptoErrorCode.KEYRING_EXISTS
    assert path.read_text() == "somebody else's"


def _raw(slot: object) -> msgspec.Raw:
    return msgspec.Raw(json.dumps(slot).encode())
