"""Records sealed one by one and in runs; openings; reading a file that SQLite holds."""

import os
from pathlib import Path

import pytest

from crypto.errors import CryptoErrorCode, IntegrityError
from crypto.held_file import read_held
from crypto.record_seal import OPENING_BYTES, RecordSeal, hiding_commitment, new_opening, new_openings

SEAL = RecordSeal(bytes(range(32)))


def test_a_run_of_records_opens_at_its_places_only_and_repeats_no_nonce() -> None:
    seal = SEAL.sealing()
    sealed = [seal(f"record {place}".encode(), place) for place in range(300)]
    assert len({one[:12] for one in sealed}) == 300
    assert [SEAL.open(one, place) for place, one in enumerate(sealed)] == [f"record {p}".encode() for p in range(300)]
    with pytest.raises(IntegrityError) as refused:
        SEAL.open(sealed[1], 2)
    assert refused.value.code is CryptoErrorCode.SEALED_DAMAGED


def test_two_runs_share_no_nonce() -> None:
    first, second = SEAL.sealing(), SEAL.sealing()
    assert len({seal(b"", place)[:12] for seal in (first, second) for place in range(200)}) == 400


def test_openings_are_fresh_and_hide() -> None:
    openings = new_openings()
    drawn = [next(openings) for _ in range(200)] + [new_opening()]
    assert len(set(drawn)) == 201
    assert {len(one) for one in drawn} == {OPENING_BYTES}
    assert len({hiding_commitment(one, b"the same") for one in drawn}) == 201


def test_a_file_is_read_by_the_descriptor_that_is_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    assert read_held(path, 4, 2) == b"2345"
    with path.open("rb") as held:
        opened: list[Path] = []
        monkeypatch.setattr(Path, "open", lambda self, *_: opened.append(self))
        assert read_held(path, 4, 6) == b"6789"
        assert not opened
        assert held.tell() == 0


def test_without_a_list_of_descriptors_the_file_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")

    def hidden(_: Path) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "iterdir", hidden)
    assert read_held(path, 4, 2) == b"2345"


def test_a_descriptor_that_became_another_file_meanwhile_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = tmp_path / "file", tmp_path / "other"
    path.write_bytes(b"0123456789")
    other.write_bytes(b"abcdefghij")
    read = os.pread
    with path.open("rb") as held, other.open("rb") as replacement:

        def swapped(handle: int, size: int, at: int) -> bytes:
            if handle == held.fileno():
                os.dup2(replacement.fileno(), handle)
            return read(handle, size, at)

        monkeypatch.setattr(os, "pread", swapped)
        assert read_held(path, 4, 2) == b"2345"
