"""The ledger's Merkle tree, RFC 6962 section 2.1 and RFC 9162 section 2.1: roots, inclusion and consistency proofs.

Leaf = SHA-256(0x00 | commitment), node = SHA-256(0x01 | left | right). The commitment is an HMAC of the content, so
that after its key is destroyed nobody can confirm a guess, and every proof still verifies.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from typing import Final

from .errors import CryptoErrorCode, IntegrityError

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
"""The root of the tree without leaves."""
_FORMAT: Final = b"\x01"
_HEADER_BYTES: Final = 9
_MAX_SIZE: Final = 2**63 - 1


def commit(key: bytes, content: bytes) -> bytes:
    """The commitment to `content`: HMAC-SHA256, 32 bytes. `key`: `RootKey.derive(Purpose.LEDGER_COMMITMENT)`."""
    return hmac.digest(key, content, hashlib.sha256)


def leaf_hash(commitment: bytes) -> bytes:
    """The hash of a leaf that holds `commitment`; 32 bytes."""
    return hashlib.sha256(b"\x00" + commitment).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its two children; 32 bytes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """All a growing tree needs to go on: its size and the roots of its complete subtrees, at most 63 hashes."""

    __slots__ = ("_peaks", "_size")

    def __init__(self) -> None:
        """The tree without leaves."""
        self._size = 0
        self._peaks: list[bytes] = []

    @property
    def size(self) -> int:
        """The number of leaves; also the index the next leaf gets."""
        return self._size

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """The roots of its complete subtrees, from the largest to the smallest."""
        return tuple(self._peaks)

    def append(self, leaf: bytes) -> int:
        """Add one leaf hash (from `leaf_hash`); returns its index."""
        index = self._size
        self.extend((leaf,))
        return index

    def extend(self, leaves: Iterable[bytes]) -> int:
        """Add leaf hashes in their order; returns the index of the first. ValueError when one has not 32 bytes.

        After an error the frontier holds the leaves before the bad one.
        """
        first, size, peaks, sha256 = self._size, self._size, self._peaks, hashlib.sha256
        try:
            for leaf in leaves:
                if len(leaf) != HASH_BYTES:
                    raise ValueError(f"a leaf hash has {HASH_BYTES} bytes")
                node, carry = leaf, size
                while carry & 1:
                    node = sha256(b"\x01" + peaks.pop() + node).digest()
                    carry >>= 1
                peaks.append(node)
                size += 1
        finally:
            self._size = size
        return first

    def add_subtree(self, level: int, node: bytes) -> list[tuple[int, bytes]]:
        """Add 2**level leaves at once by the root over them; returns (level, root) of each subtree that it completed.

        ValueError when the size is no multiple of 2**level, or the root has not 32 bytes.
        """
        carry = self._size >> level
        if carry << level != self._size or len(node) != HASH_BYTES:
            raise ValueError("no complete subtree fits here")
        self._size += 1 << level
        completed = [(level, node)]
        while carry & 1:
            node = node_hash(self._peaks.pop(), node)
            carry >>= 1
            level += 1
            completed.append((level, node))
        self._peaks.append(node)
        return completed

    def root(self) -> bytes:
        """The root over all leaves so far; `EMPTY_ROOT` when there are none."""
        if not self._peaks:
            return EMPTY_ROOT
        node = self._peaks[-1]
        for left in reversed(self._peaks[:-1]):
            node = node_hash(left, node)
        return node

    def copy(self) -> "Frontier":
        """An independent frontier with the same leaves: append to it, keep it only if the transaction commits."""
        twin = Frontier()
        twin._size, twin._peaks = self._size, list(self._peaks)
        return twin

    def to_bytes(self) -> bytes:
        """Version byte 1, size as 8 bytes big-endian, then the subtree roots from the largest to the smallest."""
        return _FORMAT + self._size.to_bytes(8, "big") + b"".join(self._peaks)

    @classmethod
    def from_bytes(cls, content: bytes) -> "Frontier":
        """The inverse of `to_bytes`, not authenticated. IntegrityError(LEDGER_DAMAGED) when it is none."""
        size = int.from_bytes(content[1:_HEADER_BYTES], "big")
        length = _HEADER_BYTES + HASH_BYTES * size.bit_count()
        if content[:1] != _FORMAT or len(content) != length or size > _MAX_SIZE:
            raise IntegrityError(CryptoErrorCode.LEDGER_DAMAGED, "frontier")
        frontier = cls()
        frontier._size = size
        frontier._peaks = [content[at : at + HASH_BYTES] for at in range(_HEADER_BYTES, length, HASH_BYTES)]
        return frontier

    def __repr__(self) -> str:
        return f"Frontier(size={self._size}, root={self.root().hex()[:16]}…)"


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over the leaf hashes `leaves`."""
    level = list(leaves)
    while len(level) > 1:
        level = _parents(level)
    return level[0] if level else EMPTY_ROOT


def inclusion_proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """The audit path that shows leaf `index` in the tree over `leaves`, bottom up. IndexError when it is not there."""
    if not 0 <= index < len(leaves):
        raise IndexError("no such leaf")
    proof: list[bytes] = []
    level = list(leaves)
    while len(level) > 1:
        if index ^ 1 < len(level):
            proof.append(level[index ^ 1])
        level = _parents(level)
        index >>= 1
    return tuple(proof)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows the leaf hash `leaf` at `index` of the tree (`size`, `root`) (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size or not _are_hashes((leaf, root, *proof)):
        return False
    node, at, last = leaf, index, size - 1
    for sibling in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            node = node_hash(sibling, node)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and hmac.compare_digest(node, root)


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> tuple[bytes, ...]:
    """Shows that the tree over `leaves` is the tree over its first `old_size` and more. IndexError when out of range.

    Empty for `old_size` 0 (anything grows from nothing) and for the whole size.
    """
    if not 0 <= old_size <= len(leaves):
        raise IndexError("no such earlier tree")
    if old_size in (0, len(leaves)):
        return ()
    proof: list[bytes] = []
    low, high, is_known_to_old = 0, len(leaves), True
    while old_size != high - low:
        split = 1 << (high - low - 1).bit_length() - 1
        if old_size <= split:
            proof.append(root_of(leaves[low + split : high]))
            high = low + split
        else:
            proof.append(root_of(leaves[low : low + split]))
            low, old_size, is_known_to_old = low + split, old_size - split, False
    if not is_known_to_old:
        proof.append(root_of(leaves[low:high]))
    return tuple(reversed(proof))


def verify_consistency(old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that (`old_size`, `old_root`) only grew into (`size`, `root`) (RFC 9162 2.1.4.2)."""
    if not 0 <= old_size <= size or not _are_hashes((old_root, root, *proof)):
        return False
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT and (size > 0 or root == EMPTY_ROOT)
    if old_size == size:
        return not proof and hmac.compare_digest(old_root, root)
    path = (old_root, *proof) if old_size & (old_size - 1) == 0 else tuple(proof)
    if not path:
        return False
    at, last = old_size - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old_node = node = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old_node, node = node_hash(sibling, old_node), node_hash(sibling, node)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and hmac.compare_digest(old_node, old_root) and hmac.compare_digest(node, root)


def _parents(level: list[bytes]) -> list[bytes]:
    """The level above; a last node without a sibling goes up as it is."""
    sha256 = hashlib.sha256
    parents = [sha256(b"\x01" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
    if len(level) & 1:
        parents.append(level[-1])
    return parents


def _are_hashes(values: Iterable[bytes]) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
