"""Keys of backups: fixed vectors, refusals, and what never shows itself."""

import hashlib
import pickle

import pytest

from crypto.backup_keys import BackupKeys, verify_signature
from crypto.errors import CryptoErrorCode, IntegrityError
from crypto.keys import StoreId

STORE = StoreId("07" * 16)
OTHER = StoreId("08" * 16)
MANIFEST = b'{"number":1}'


def keys(key: int = 1, seed: int = 2, store: StoreId = STORE) -> BackupKeys:
    return BackupKeys(bytes([key]) * 32, bytes([seed]) * 32, store_id=store)


def test_vectors() -> None:
    """A change of these makes every backup that was made unreadable."""
    one = keys()
    assert one.name_of(hashlib.sha256(b"piece").digest()) == "0b78fb75ece533ce52c08ef138b415ed"
    assert one.prove(MANIFEST).hex() == "a9dddaf7822f0f0b5bd11620b893f77a4bd27c8fe680e5ec98a38e30008d47f1"
    assert (
        one.seal("shopwarden.toml", b"content").hex()
        == "5357424b01c475da5a90ab38478c8ec3fca9af4fe9d585340d24a9ae587d728cfc728823af423716"
    )
    assert one.sign(MANIFEST).splitlines()[:3] == [
        "shopwarden backup manifest", STORE, hashlib.sha256(MANIFEST).hexdigest(),
    ]  # fmt: skip


def test_manifest_of_ours_is_told_from_every_other() -> None:
    one = keys()
    proof, note = one.prove(MANIFEST), one.sign(MANIFEST)
    one.verify(MANIFEST, proof=proof, note=note)
    verify_signature(MANIFEST, note, public_key=one.public_key, store_id=STORE)
    for other, code in (
        (keys(key=3), CryptoErrorCode.SEALED_DAMAGED),
        (keys(seed=3), CryptoErrorCode.HEAD_SIGNATURE),
        (keys(store=OTHER), CryptoErrorCode.HEAD_SIGNATURE),
    ):
        with pytest.raises(IntegrityError) as refused:
            other.verify(MANIFEST, proof=proof, note=note)
        assert refused.value.code is code
    with pytest.raises(IntegrityError):
        one.verify(MANIFEST + b" ", proof=proof, note=note)
    with pytest.raises(IntegrityError) as moved:
        one.verify(MANIFEST, proof=proof, note=one.sign(MANIFEST + b" "))
    assert moved.value.code is CryptoErrorCode.HEAD_SIGNATURE


def test_sealed_file_opens_under_its_label_alone_and_equal_content_is_equal() -> None:
    one = keys()
    sealed = one.seal("a", b"content")
    assert one.seal("a", b"content") == sealed != one.seal("b", b"content")
    assert one.unseal("a", sealed) == b"content"
    damaged = [sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :] for at in range(len(sealed))]
    for content, label in [(sealed, "b"), (sealed[:-1], "a"), (b"", "a"), *((one, "a") for one in damaged)]:
        with pytest.raises(IntegrityError):
            one.unseal(label, content)


def test_keys_do_not_show_themselves_and_have_their_size() -> None:
    one = keys()
    assert repr(one) == f"BackupKeys(store_id={STORE!r})"
    with pytest.raises(TypeError):
        pickle.dumps(one)
    with pytest.raises(ValueError, match="32 bytes"):
        BackupKeys(b"short", bytes(32), store_id=STORE)
