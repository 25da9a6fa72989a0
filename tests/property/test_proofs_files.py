"""Proof files: what a changed byte does, and what each part of the judgement refuses."""

import hashlib
import json
import os
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.checkpoints import HeadSigner, SignedHead
from crypto.cosignatures import CosignKey
from crypto.database import SqlValue
from crypto.merkle import Frontier, consistency_proof, inclusion_proof, leaf_hash, root_of
from crypto.notes import to_base64
from crypto.witnessing import with_signature
from daemon.archive.ledger_kinds import content_of
from daemon.proofs.proof_check import Proven, Trust, check_proof
from daemon.proofs.proof_fields import COLUMNS, fields_of
from daemon.proofs.proof_file import (
    MAX_PROOF_BYTES,
    Disclosure,
    ProofFile,
    WitnessedHead,
    decode_proof,
    encode_proof,
    texts_of,
)
from daemon.proofs.proof_problems import ProofError, ProofProblem

ORIGIN = "shopwarden/00ff/ledger"
SIGNER = HeadSigner.from_seed(bytes(32))
PUBLIC = SIGNER.public_key(ORIGIN)
WITNESS = CosignKey.from_seed(bytes([7]) * 32, "head-office")
AT = datetime(2026, 11, 23, tzinfo=UTC)
OPENING = bytes(range(16))
COLUMN_VALUES = (
    bytes(16), "SERIAL", 1, 1, 7, 1_790_000_000_000_000, 1_790_000_001_000_000, 1, "+86 138", "+86138",
    "货款转我微信".encode(), "{}", None,
)  # fmt: skip
CONTENT = content_of("event/1", *COLUMN_VALUES)
COMMITMENT = hashlib.sha256(OPENING + CONTENT).digest()
INDEX = 21
LEAVES = [hashlib.sha256(bytes([n])).digest() if n != INDEX - 1 else leaf_hash(COMMITMENT) for n in range(50)]


def head_of(size: int) -> SignedHead:
    return SIGNER.sign(ORIGIN, size, root_of(LEAVES[:size]))


def made(**changes: object) -> ProofFile:
    cosigned = with_signature(head_of(33), WITNESS.cosign(head_of(33).note, AT))
    proof = ProofFile(
        ledger_index=INDEX,
        commitment=to_base64(COMMITMENT),
        record=Disclosure(
            opening=to_base64(OPENING), content=to_base64(CONTENT), fields=fields_of("event/1", COLUMN_VALUES)
        ),
        path=texts_of(inclusion_proof(LEAVES, INDEX - 1)),
        head=head_of(50).note,
        public_key=PUBLIC,
        witnessed=(
            WitnessedHead(head=head_of(9).note, path=texts_of(consistency_proof(LEAVES, 9))),
            WitnessedHead(head=cosigned.note, path=texts_of(consistency_proof(LEAVES, 33))),
        ),
    )
    return msgspec.structs.replace(proof, **changes)


def made_of(columns: tuple[SqlValue, ...]) -> ProofFile:
    """A proof of an only entry."""
    content = content_of("event/1", *columns)
    commitment = hashlib.sha256(OPENING + content).digest()
    disclosed = Disclosure(opening=to_base64(OPENING), content=to_base64(content), fields=fields_of("event/1", columns))
    return made(
        ledger_index=1,
        commitment=to_base64(commitment),
        record=disclosed,
        path=(),
        head=SIGNER.sign(ORIGIN, 1, leaf_hash(commitment)).note,
        witnessed=(),
    )


FULL_TRUST = Trust(public_key=PUBLIC, heads=(head_of(9), head_of(33)), witness_keys=(WITNESS.public_key,))


def judged(content: bytes, trust: Trust) -> Proven | None:
    try:
        return check_proof(decode_proof(content), trust)
    except ProofError:
        return None


def test_a_proof_says_what_it_shows() -> None:
    proven = check_proof(decode_proof(encode_proof(made())), FULL_TRUST)
    assert (proven.ledger, proven.ledger_index, proven.size, proven.kind) == (ORIGIN, INDEX, 50, "event/1")
    assert proven.fields["body"] == "货款转我微信"
    assert (proven.fields["source"], proven.fields["kind"], proven.fields["direction"]) == ("sms", "message", "in")
    assert proven.fields["event_id"] == "ev_" + "a" * 26
    assert str(proven.fields["occurred_at"]).startswith("2026-09-21T")
    assert (proven.earlier_sizes, proven.given_sizes) == ((9, 33), (9, 33))
    (seen,) = proven.witnessed
    assert (seen.witness, seen.at, seen.size, seen.holds_record) == ("head-office", AT, 33, True)
    assert proven.is_key_given
    assert not check_proof(made(), Trust()).is_key_given
    hidden = check_proof(made(record=None), Trust())
    assert (hidden.kind, hidden.fields) == (None, {})


@pytest.mark.parametrize("trust", [Trust(), FULL_TRUST], ids=["nothing known", "key, heads and witness known"])
def test_every_changed_byte_is_refused_or_changes_nothing(trust: Trust) -> None:
    content = encode_proof(made())
    wanted = judged(content, trust)
    assert wanted is not None
    # every bit of every byte with SHOPWARDEN_EXHAUSTIVE, else one bit a byte
    masks = [1 << bit for bit in range(8)] if os.environ.get("SHOPWARDEN_EXHAUSTIVE") else None
    refused = 0
    for at in range(len(content)):
        for mask in masks or [1 << at % 8]:
            changed = content[:at] + bytes([content[at] ^ mask]) + content[at + 1 :]
            found = judged(changed, trust)
            assert found in (None, wanted), at
            refused += found is None
    assert refused > len(content) // 2


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_cut_and_joined_files_are_refused_or_change_nothing(data: st.DataObject) -> None:
    content = encode_proof(made())
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 40)))
    changed = content[:start] + data.draw(st.binary(max_size=8)) + content[end:]
    assert judged(changed, FULL_TRUST) in (None, judged(content, FULL_TRUST))


@settings(max_examples=30, deadline=None)
@given(content=st.binary(max_size=200))
def test_anything_is_a_proof_or_refused(content: bytes) -> None:
    assert judged(content, Trust()) is None


def problem_of(proof: ProofFile, trust: Trust = FULL_TRUST) -> ProofProblem:
    with pytest.raises(ProofError) as caught:
        check_proof(proof, trust)
    return caught.value.problem


def test_each_refusal_says_what_is_wrong() -> None:
    stranger = HeadSigner.from_seed(bytes([9]) * 32)
    disclosed = made().record
    assert disclosed is not None
    assert problem_of(made(ledger_index=INDEX + 1)) is ProofProblem.NOT_INCLUDED
    assert problem_of(made(ledger_index=0)) is ProofProblem.NOT_INCLUDED
    assert problem_of(made(commitment=to_base64(b"short"), record=None)) is ProofProblem.NOT_INCLUDED
    assert problem_of(made(public_key=stranger.public_key(ORIGIN))) is ProofProblem.KEY_OTHER
    assert problem_of(made(public_key=stranger.public_key(ORIGIN)), Trust()) is ProofProblem.HEAD_INVALID
    assert problem_of(made(public_key="nonsense"), Trust()) is ProofProblem.KEY_UNUSABLE
    assert problem_of(made(head="nonsense")) is ProofProblem.HEAD_INVALID
    for change, problem in (
        ({"opening": to_base64(bytes(16))}, ProofProblem.CONTENT_CHANGED),
        ({"opening": to_base64(OPENING[:15])}, ProofProblem.CONTENT_CHANGED),
        ({"content": to_base64(content_of("event/1", "x"))}, ProofProblem.CONTENT_CHANGED),
        ({"content": "AA"}, ProofProblem.MALFORMED),
        ({"fields": {**disclosed.fields, "body": "x"}}, ProofProblem.FIELDS_CHANGED),
        ({"fields": dict(reversed(disclosed.fields.items()))}, ProofProblem.FIELDS_CHANGED),
    ):
        assert problem_of(made(record=msgspec.structs.replace(disclosed, **change))) is problem
    other = SIGNER.sign(ORIGIN, 9, bytes(32))
    rewritten = WitnessedHead(head=other.note, path=texts_of(consistency_proof(LEAVES, 9)))
    assert problem_of(made(witnessed=(rewritten,))) is ProofProblem.OTHER_HISTORY
    assert problem_of(made(), Trust(heads=(other,))) is ProofProblem.OTHER_HISTORY
    assert problem_of(made(), Trust(heads=(head_of(10),))) is ProofProblem.HEAD_UNCONNECTED
    assert problem_of(made(), Trust(heads=(stranger.sign(ORIGIN, 9, bytes(32)),))) is ProofProblem.HEAD_INVALID
    nobody = CosignKey.from_seed(bytes([8]) * 32, "nobody")
    assert problem_of(made(), Trust(witness_keys=(nobody.public_key,))) is ProofProblem.NOT_COSIGNED
    assert problem_of(made(), Trust(witness_keys=("nonsense",))) is ProofProblem.KEY_UNUSABLE


def test_contents_that_are_none_are_refused() -> None:
    for content in (b"", b"\x90", b"\x91\x01", b"\xc1", content_of("event/1", "x") + b"x"):
        commitment = hashlib.sha256(OPENING + content).digest()
        leaves = [leaf_hash(commitment)]
        proof = made(
            ledger_index=1,
            commitment=to_base64(commitment),
            record=Disclosure(opening=to_base64(OPENING), content=to_base64(content), fields={}),
            path=(),
            head=SIGNER.sign(ORIGIN, 1, root_of(leaves)).note,
            witnessed=(),
        )
        assert problem_of(proof, Trust()) is ProofProblem.MALFORMED


def test_files_of_another_form_are_refused() -> None:
    table = json.loads(encode_proof(made()))

    def problem(**changes: object) -> ProofProblem:
        with pytest.raises(ProofError) as caught:
            decode_proof(json.dumps({**table, **changes}).encode())
        return caught.value.problem

    assert problem(version=2, more=1) is ProofProblem.NEWER
    assert problem(version=0) is ProofProblem.MALFORMED
    assert problem(format="other") is ProofProblem.MALFORMED
    assert problem(more=1) is ProofProblem.MALFORMED
    assert problem(path=["AA=="] * 65) is ProofProblem.MALFORMED
    for content in (
        b" " * (MAX_PROOF_BYTES + 1),
        b"[" * 100_000,
        encode_proof(made()).replace(b'"version": 1', b'"version": 1, "version": 1'),
        encode_proof(made()).replace(b'"ledger_index": 21', b'"ledger_index": NaN'),
    ):
        with pytest.raises(ProofError):
            decode_proof(content)
    assert decode_proof(json.dumps(table).encode()) == made()


def test_what_is_behind_a_witness() -> None:
    early = with_signature(head_of(9), WITNESS.cosign(head_of(9).note, AT))
    only_early = (WitnessedHead(head=early.note, path=texts_of(consistency_proof(LEAVES, 9))),)
    proven = check_proof(made(witnessed=only_early), Trust(witness_keys=(WITNESS.public_key,)))
    assert [(one.size, one.holds_record) for one in proven.witnessed] == [(9, False)]


@pytest.mark.parametrize("kind", [*COLUMNS, "event/2"])
def test_fields_are_readable_whatever_is_in_them(kind: str) -> None:
    count = len(COLUMNS.get(kind, "xx"))
    for value in (None, 5, 2**63 - 1, -(2**63), 1.5, "文", b"text", b"\xff\x00", b"x" * 16, b"y" * 32):
        fields = fields_of(kind, (value,) * count)
        assert len(fields) == count
        assert msgspec.json.decode(msgspec.json.encode(fields)) == fields
    assert list(fields_of(kind, (1,))) == ["column_1"]


def test_a_large_ledgers_proof_is_small() -> None:
    frontier = Frontier()
    frontier.extend(LEAVES)
    assert frontier.root() == head_of(50).root
    assert len(encode_proof(made(record=None, witnessed=()))) < 2_000
