"""The Merkle tree against a literal reading of RFC 6962, and proofs that were tampered with."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import IntegrityError
from crypto.heads import HeadSigner, read_head, verify_head
from crypto.merkle import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [leaf_hash(number.to_bytes(8, "big")) for number in range(400)]
SIGNER = HeadSigner.from_seed(bytes(range(32)))


def reference_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + reference_root(leaves[:split]) + reference_root(leaves[split:])).digest()


ROOTS = [reference_root(LEAVES[:size]) for size in range(201)]


def test_every_tree_and_every_proof_up_to_130_leaves() -> None:
    frontier = Frontier()
    for size in range(1, 131):
        frontier.append(LEAVES[size - 1])
        assert frontier.root() == root_of(LEAVES[:size]) == ROOTS[size]
    for size in range(1, 131):
        for index in range(size):
            proof = inclusion_proof(LEAVES[:size], index)
            assert verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size])
            assert not verify_inclusion(LEAVES[index + 1], index, size, proof, ROOTS[size])
        for old in range(size + 1):
            proof = consistency_proof(LEAVES[:size], old)
            assert verify_consistency(old, ROOTS[old], size, ROOTS[size], proof)
            assert not verify_consistency(old, ROOTS[old + 1], size, ROOTS[size], proof)


@given(sizes=st.lists(st.integers(0, 40), max_size=10))
def test_a_frontier_saved_and_read_between_batches_goes_on_as_one(sizes: list[int]) -> None:
    frontier = Frontier()
    for size in sizes:
        first = frontier.extend(LEAVES[frontier.size : frontier.size + size])
        assert first == frontier.size - size
        saved = frontier.to_bytes()
        frontier = Frontier.from_bytes(saved)
        assert frontier.to_bytes() == saved
    assert frontier.root() == root_of(LEAVES[: frontier.size])


@given(size=st.integers(0, 400), data=st.data())
def test_a_frontier_that_was_changed_is_refused_or_another(size: int, data: st.DataObject) -> None:
    frontier = Frontier()
    frontier.extend(LEAVES[:size])
    saved = bytearray(frontier.to_bytes())
    saved[data.draw(st.integers(0, len(saved) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        other = Frontier.from_bytes(bytes(saved))
    except IntegrityError:
        return
    assert (other.size, other.root()) != (frontier.size, frontier.root())


def corrupted(proof: tuple[bytes, ...], data: st.DataObject) -> tuple[bytes, ...]:
    """`proof`, another than it was."""
    nodes = list(proof)
    how = data.draw(st.sampled_from(["flip", "drop", "add", "swap", "repeat"] if nodes else ["add"]))
    at = data.draw(st.integers(0, max(len(nodes) - 1, 0)))
    if how == "flip":
        bit = data.draw(st.integers(0, 255))
        nodes[at] = (int.from_bytes(nodes[at], "big") ^ (1 << bit)).to_bytes(32, "big")
    elif how == "drop":
        del nodes[at]
    elif how == "add":
        nodes.insert(data.draw(st.integers(0, len(nodes))), data.draw(st.sampled_from([LEAVES[0], bytes(32)])))
    elif how == "repeat":
        nodes.insert(at, nodes[at])
    else:
        other = data.draw(st.integers(0, len(nodes) - 1))
        if other == at:
            return (*nodes, nodes[at])
        nodes[at], nodes[other] = nodes[other], nodes[at]
    return tuple(nodes)


@settings(max_examples=300)
@given(size=st.integers(1, 200), data=st.data())
def test_a_corrupted_inclusion_proof_fails(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(LEAVES[:size], index)
    bad = corrupted(proof, data)
    assert bad != proof
    assert not verify_inclusion(LEAVES[index], index, size, bad, ROOTS[size])
    wrong_index = data.draw(st.integers(0, size + 5).filter(lambda other: other != index))
    assert not verify_inclusion(LEAVES[index], wrong_index, size, proof, ROOTS[size])
    wrong_root = ROOTS[data.draw(st.integers(0, 200).filter(lambda other: other != size))]
    assert not verify_inclusion(LEAVES[index], index, size, proof, wrong_root)


@settings(max_examples=300)
@given(size=st.integers(1, 200), data=st.data())
def test_a_corrupted_consistency_proof_fails(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    proof = consistency_proof(LEAVES[:size], old)
    bad = corrupted(proof, data)
    assert not verify_consistency(old, ROOTS[old], size, ROOTS[size], bad)
    forked = [*LEAVES[: old - 1], leaf_hash(b"rewritten"), *LEAVES[old:size]]
    rewritten = consistency_proof(forked, old)
    assert not verify_consistency(old, ROOTS[old], size, root_of(forked), rewritten)
    wrong_root = ROOTS[data.draw(st.integers(0, 200).filter(lambda other: other != old))]
    assert not verify_consistency(old, wrong_root, size, ROOTS[size], proof)


@given(
    leaf=st.binary(max_size=40),
    index=st.integers(-5, 2**64),
    size=st.integers(-5, 2**64),
    proof=st.lists(st.binary(min_size=32, max_size=32), max_size=70),
)
def test_proofs_made_of_anything_neither_crash_nor_verify(
    leaf: bytes, index: int, size: int, proof: list[bytes]
) -> None:
    assert not verify_inclusion(leaf, index, size, proof, ROOTS[77])
    assert not verify_consistency(index, ROOTS[78], size, ROOTS[77], proof)


@given(note=st.text() | st.text(alphabet="o1\n— +=Aa/\r\t", max_size=200))
def test_notes_made_of_anything_are_malformed_or_unsigned(note: str) -> None:
    with pytest.raises(IntegrityError):
        verify_head(note, SIGNER.public_key("o"))


@given(
    origin=st.from_regex(r"[a-z0-9./\-店]{1,60}", fullmatch=True),
    size=st.integers(0, 2**63 - 1),
    root=st.binary(min_size=32, max_size=32),
)
def test_every_head_reads_back(origin: str, size: int, root: bytes) -> None:
    signed = SIGNER.sign(origin, size, root)
    assert read_head(signed.note) == signed
    assert verify_head(signed.note, SIGNER.public_key(origin)) == signed.head
