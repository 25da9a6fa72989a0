"""Cosignatures of witnesses, requests to them, and files of heads outside."""

import base64
import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.checkpoints import HeadSigner, SignedHead, verify_head
from crypto.cosignatures import CosignKey, verify_cosignature
from crypto.errors import CryptoErrorCode, IntegrityError
from crypto.merkle import consistency_proof, root_of
from crypto.notes import split_note
from crypto.witnessing import WitnessRequest, continues, read_notes, with_signature, write_notes

SHOP = "shopwarden/0123/ledger"
SIGNER = HeadSigner.from_seed(bytes(32))
PUBLIC = SIGNER.public_key(SHOP)
WITNESS = CosignKey.from_seed(bytes(range(32)), "head-office.example/w1")
AT = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
LEAVES = [hashlib.sha256(bytes([index])).digest() for index in range(60)]


def head_of(size: int, *, other: int = 0) -> SignedHead:
    leaves = [hashlib.sha256(b"x").digest() if index < other else leaf for index, leaf in enumerate(LEAVES[:size])]
    return SIGNER.sign(SHOP, size, root_of(leaves))


def request_of(old: int, size: int, *, other: int = 0) -> WitnessRequest:
    proof = consistency_proof(LEAVES[:size], old) if old else ()
    return WitnessRequest(old_size=old, proof=proof, signed=head_of(size, other=other))


def test_the_layout_is_that_of_the_specification() -> None:
    # https://c2sp.org/tlog-cosignature, the example at its beginning
    example = "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA=="
    theirs = base64.b64decode(example)
    ours = split_note(head_of(3).note + WITNESS.cosign(head_of(3).note, datetime.fromtimestamp(1679315147, UTC)))[1][1]
    assert ours[0] == "head-office.example/w1"
    assert (len(ours[1]), ours[1][4:12]) == (len(theirs), theirs[4:12])
    public = base64.b64decode(WITNESS.public_key.split("+", 2)[2])
    assert public[:1] == b"\x04"
    assert ours[1][:4] == hashlib.sha256(b"head-office.example/w1\n" + public).digest()[:4]


def test_a_cosignature_says_who_and_when_and_leaves_the_shops_signature_good() -> None:
    signed = with_signature(head_of(40), WITNESS.cosign(head_of(40).note, AT))
    later = with_signature(signed, WITNESS.cosign(signed.note, AT.replace(hour=23)))
    assert verify_cosignature(signed.note, WITNESS.public_key).at == AT
    assert verify_cosignature(later.note, WITNESS.public_key).at == AT.replace(hour=23)
    assert verify_cosignature(signed.note, WITNESS.public_key).witness == "head-office.example/w1"
    assert verify_head(later.note, PUBLIC) == head_of(40).head


@pytest.mark.parametrize("public", [PUBLIC, "", "a+b+c", WITNESS.public_key[:-4] + "AAA="])
def test_a_witness_key_is_one(public: str) -> None:
    with pytest.raises(ValueError, match="public key"):
        verify_cosignature(head_of(1).note, public)


def test_cosignatures_of_others_times_and_texts_are_refused() -> None:
    line = WITNESS.cosign(head_of(40).note, AT)
    for note in (head_of(40).note, head_of(41).note + line):
        with pytest.raises(IntegrityError) as caught:
            verify_cosignature(note, WITNESS.public_key)
        assert caught.value.code is CryptoErrorCode.HEAD_SIGNATURE
    name, _, encoded = line.removesuffix("\n").rpartition(" ")
    signature = base64.b64decode(encoded)
    for changed in (
        signature[:-1],
        signature[:4] + (2**62).to_bytes(8, "big") + signature[12:],
        signature[:11] + bytes([signature[11] ^ 1]) + signature[12:],
    ):
        with pytest.raises(IntegrityError):
            note = f"{head_of(40).note}{name} {base64.b64encode(changed).decode()}\n"
            verify_cosignature(note, WITNESS.public_key)
    with pytest.raises(ValueError, match="1970"):
        WITNESS.cosign(head_of(1).note, datetime(1960, 1, 1, tzinfo=UTC))
    assert "head-office" in repr(WITNESS)


def test_a_witness_follows_one_history() -> None:
    assert continues(request_of(0, 10), None, PUBLIC) == head_of(10).head
    assert continues(request_of(10, 33), head_of(10).head, PUBLIC) == head_of(33).head
    assert continues(request_of(33, 33), head_of(33).head, PUBLIC) == head_of(33).head
    for request, last, code in (
        (request_of(10, 20), head_of(33).head, CryptoErrorCode.HEAD_ROLLBACK),
        (request_of(10, 40), head_of(33).head, CryptoErrorCode.WITNESS_STALE),
        (request_of(33, 40, other=3), head_of(33).head, CryptoErrorCode.HEAD_EQUIVOCATION),
        (request_of(33, 33, other=3), head_of(33).head, CryptoErrorCode.HEAD_EQUIVOCATION),
        (WitnessRequest(old_size=0, proof=(bytes(32),), signed=head_of(9)), None, CryptoErrorCode.HEAD_MALFORMED),
    ):
        with pytest.raises(IntegrityError) as caught:
            continues(request, last, PUBLIC)
        assert caught.value.code is code
    stranger = HeadSigner.from_seed(bytes([1]) * 32)
    with pytest.raises(IntegrityError):
        continues(request_of(0, 10), None, stranger.public_key(SHOP))
    other = HeadSigner.from_seed(bytes(32)).sign("shopwarden/other/ledger", 10, head_of(10).root)
    theirs = SIGNER.public_key(other.origin)
    with pytest.raises(IntegrityError):
        continues(WitnessRequest(old_size=10, proof=(), signed=other), head_of(10).head, theirs)


@pytest.mark.parametrize("old", [0, 1, 13, 40])
def test_requests_are_read_as_written(old: int) -> None:
    request = request_of(old, 40)
    assert WitnessRequest.from_text(request.to_text()) == request


@settings(max_examples=80, deadline=None)
@given(text=st.text(max_size=300) | st.builds(lambda a, b: f"old {a}\n{b}\n\n{head_of(3).note}", st.text(), st.text()))
def test_any_text_is_a_request_or_refused(text: str) -> None:
    for read in (WitnessRequest.from_text, read_notes):
        try:
            read(text)
        except IntegrityError as error:
            assert error.code is CryptoErrorCode.HEAD_MALFORMED


def test_long_requests_and_files_are_refused() -> None:
    note = head_of(3).note
    for text in ("x" * 20_000, "old 1\n" + "AAAA\n" + "\n" + note, f"old 1\n{'A' * 43}=\n" + "\n" + note[:-9]):
        with pytest.raises(IntegrityError):
            WitnessRequest.from_text(text)
    many = "\n".join([base64.b64encode(bytes(32)).decode()] * 64)
    with pytest.raises(IntegrityError):
        WitnessRequest.from_text(f"old 1\n{many}\n\n{note}")
    with pytest.raises(IntegrityError):
        read_notes("\n" * (64 * 1024 * 1024 + 1))
    with pytest.raises(IntegrityError):
        with_signature(head_of(3), "no signature\n")


def test_a_witness_file_holds_heads_in_their_order() -> None:
    cosigned = with_signature(head_of(7), WITNESS.cosign(head_of(7).note, AT))
    heads = (head_of(1), cosigned, head_of(30))
    text = write_notes(heads)
    assert read_notes(text) == heads
    assert read_notes("\n\n" + text.replace("\n", "\r\n") + "\r\n\r\n") == heads
    assert read_notes("") == ()
    assert write_notes(read_notes(text) + (head_of(31),)).startswith(text)
    for damaged in (text[:-1] + "x", text[:40], text.replace("—", "-", 1), text + "\nnot a head"):
        with pytest.raises(IntegrityError):
            for head in read_notes(damaged):
                verify_head(head.note, PUBLIC)
