"""One changed bit anywhere is found and named; one proof for many records proves them under one head."""

import hashlib
import random
import zipfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.merkle import leaf_hash, root_of
from daemon.bundles.ledger_path import Fold, Subtree, parts_of
from daemon.bundles.verification import verify_bundle
from tests.bundle_bits import Flipping, script

SAMPLED = 60


def test_a_changed_bit_is_found_and_named_by_both_checkers(tmp_path: Path) -> None:
    """`tests/campaigns/bundle_bits.py` does it for every bit."""
    flipping = Flipping(tmp_path)
    chosen = random.Random(20261122)  # noqa: S311
    size = len(flipping.content)
    bits = {chosen.randrange(size * 8) for _ in range(SAMPLED)}
    bits |= {(size - at) * 8 + at % 8 for at in range(1, 330, 12)}
    for bit in bits:
        theirs, ours = flipping.flipped(bit)
        assert theirs, f"bit {bit} is not found by the script"
        assert theirs == ours, f"bit {bit}"


def test_a_changed_bit_of_an_unpacked_file_names_it(tmp_path: Path) -> None:
    flipping = Flipping(tmp_path)
    with zipfile.ZipFile(flipping.path) as bundle:
        bundle.extractall(tmp_path / "out")
        names = bundle.namelist()
    check = script().check
    chosen = random.Random(7)  # noqa: S311
    assert not verify_bundle(tmp_path / "out").problems
    for name in names:
        path = tmp_path / "out" / name
        content = path.read_bytes()
        for _ in range(6):
            bit = chosen.randrange(len(content) * 8)
            changed = bytearray(content)
            changed[bit // 8] ^= 1 << bit % 8
            path.write_bytes(changed)
            theirs = {one for one, _ in check(str(tmp_path / "out")).problems}
            assert name in theirs
            assert theirs == set(verify_bundle(tmp_path / "out").problems), f"{name} bit {bit}"
        path.unlink()
        assert name in {one for one, _ in check(str(tmp_path / "out")).problems}
        assert name in verify_bundle(tmp_path / "out").problems
        path.write_bytes(content)


@settings(max_examples=60, deadline=None)
@given(size=st.integers(0, 300), data=st.data())
def test_parts_of_a_tree_fold_to_its_root(size: int, data: st.DataObject) -> None:
    commitments = [hashlib.sha256(index.to_bytes(2, "big")).digest() for index in range(size)]
    leaves = [leaf_hash(one) for one in commitments]
    shown = sorted(data.draw(st.sets(st.integers(0, size - 1))) if size else [])
    fold = Fold()
    parts = list(parts_of(shown, size))
    for part in parts:
        match part:
            case Subtree(level=level, number=number):
                assert fold.add(level, root_of(leaves[number << level : number + 1 << level]))
            case leaf:
                assert fold.size == leaf
                assert fold.add(0, leaves[leaf])
    assert fold.size == size and fold.root() == root_of(leaves)
    assert [part for part in parts if isinstance(part, int)] == shown
    assert len(parts) <= (len(shown) + 1) * 2 * max(1, size.bit_length())
