"""Recovery shares and the head office: what they open, and what each mistake is called."""

import json
from pathlib import Path

import pytest

from crypto.errors import CryptoError, CryptoErrorCode, IntegrityError, KeyUnavailableError, VaultStateError
from crypto.escrow import fingerprint_of, make_escrow, open_escrow, read_escrow_public
from crypto.keyring import add_slot, create_keyring, list_slots, open_keyring
from crypto.keys import Purpose, SecretKey
from crypto.passphrases import Argon2Cost
from crypto.recipients import PUBLIC_BYTES, Recipient, RecipientKey
from crypto.secrets import (
    CredentialSecret,
    EscrowSecret,
    KeyFileSecret,
    PassphraseSecret,
    RecoverySecret,
    create_key_file,
    read_credential,
    read_key_file,
)
from crypto.shares import ShareSet, combine_shares, read_share, split_new_secret
from crypto.slot_kinds import SlotKind

CHEAP = Argon2Cost(memory_kib=64, iterations=1, lanes=1)
HEAD_OFFICE = PassphraseSecret(b"nine ledgers")
# Made once; must combine for ever.
GOLDEN_SHARES = (
    "campus wisdom academic acid ancient friar payroll capacity mustang island prize analysis "
    "pickup treat emphasis tension knife tackle shaped timber scatter involve carve trouble "
    "undergo heat location forget negative fumes omit forbid emission",
    "campus wisdom academic always adequate epidemic dress both dragon raisin pregnant alto "
    "patent change reject grownup bucket type husky agree always season diploma husky "
    "debut timely garlic grill vexed fiber arcade discuss skin",
)
GOLDEN_SECRET = "904332341f4aed3fcc878cb5452ae55472bba57d0d1b0a35c0572b4f98dc6936"


def refusal_of(shares: list[str], sets: set[int] | None = None) -> KeyUnavailableError:
    with pytest.raises(KeyUnavailableError) as refused:
        combine_shares(shares, sets=sets)
    return refused.value


def test_any_two_of_three_and_all_three_give_the_secret() -> None:
    shares = split_new_secret(threshold=2, count=3)
    first, second, third = shares.words
    for chosen in ((first, second), (third, first), (second, third), (third, second, first)):
        assert combine_shares(chosen, sets={shares.share_set.set_id}) == shares.secret
    heads = [read_share(words, 1) for words in shares.words]
    assert [(head.set_id, head.threshold, head.number) for head in heads] == [
        (shares.share_set.set_id, 2, number) for number in (1, 2, 3)
    ]
    assert all(len(words.split()) == 33 for words in shares.words)
    assert first not in repr(shares)


def test_shares_of_an_earlier_release_still_combine() -> None:
    assert combine_shares(GOLDEN_SHARES).hex() == GOLDEN_SECRET


def test_words_may_be_typed_as_the_page_shows_them() -> None:
    shares = split_new_secret(threshold=2, count=2)
    typed = [
        "\n".join(f"{place:2d}. {word.upper()}" for place, word in enumerate(words.split(), start=1))
        for words in shares.words
    ]
    assert combine_shares(typed) == shares.secret


def test_too_few_the_same_and_none() -> None:
    shares = split_new_secret(threshold=3, count=4)
    error = refusal_of(list(shares.words[:2]))
    assert (error.code, error.detail) == (CryptoErrorCode.SHARES_TOO_FEW, "2 of 3")
    error = refusal_of([shares.words[0], shares.words[1], shares.words[0]])
    assert (error.code, error.detail) == (CryptoErrorCode.SHARE_TWICE, "share 3")
    assert refusal_of([]).code is CryptoErrorCode.SHARES_TOO_FEW


def test_a_wrong_a_swapped_and_a_missing_word() -> None:
    words = split_new_secret(threshold=2, count=2).words
    typed = words[1].split()
    error = refusal_of([words[0], " ".join([*typed[:6], "amber-lotus", *typed[7:]])])
    assert (error.code, error.detail) == (CryptoErrorCode.SHARE_WORD, "word 7 of share 2")
    at = next(place for place in range(5, 30) if typed[place] != typed[place + 1])
    swapped = [*typed[:at], typed[at + 1], typed[at], *typed[at + 2 :]]
    other = "academic" if typed[20] != "academic" else "acid"
    for wrong in (swapped, [*typed[:20], other, *typed[21:]], typed[:-1], typed[:5], [*typed, "academic"]):
        error = refusal_of([words[0], " ".join(wrong)])
        assert error.code is CryptoErrorCode.SHARE_DAMAGED
        assert "share 2" in error.detail
        assert not set(typed) & set(error.detail.split())


def test_shares_of_another_set_are_named() -> None:
    ours, other = split_new_secret(threshold=2, count=3), split_new_secret(threshold=2, count=3)
    while ours.share_set.set_id == other.share_set.set_id:
        other = split_new_secret(threshold=2, count=3)
    mixed = refusal_of([ours.words[0], other.words[1]])
    assert mixed.code is CryptoErrorCode.SHARES_OTHER_SET
    assert "share 2" in mixed.detail
    wanted = {ours.share_set.set_id}
    assert "share 1" in refusal_of([other.words[0], ours.words[1]], wanted).detail
    foreign = refusal_of([other.words[0], other.words[1]], wanted)
    assert str(ours.share_set.set_id) in foreign.detail


def test_whole_shares_that_were_not_made_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shamir_mnemonic.shamir._random_identifier", lambda: 7)
    one, two = split_new_secret(threshold=2, count=3), split_new_secret(threshold=2, count=3)
    assert refusal_of([one.words[0], two.words[1]]).code is CryptoErrorCode.SHARES_DISAGREE
    assert refusal_of([one.words[0], one.words[1], two.words[2]]).code is CryptoErrorCode.SHARES_DISAGREE


def test_recovery_words_of_other_programs_are_not_ours() -> None:
    from shamir_mnemonic import generate_mnemonics

    for mnemonics in (
        generate_mnemonics(1, [(2, 2)], bytes(range(16)))[0],
        generate_mnemonics(1, [(1, 1)], bytes(range(32)), iteration_exponent=0)[0],
        generate_mnemonics(1, [(2, 2)], bytes(range(32)), iteration_exponent=4)[0],
        generate_mnemonics(2, [(2, 2), (2, 2)], bytes(range(32)), iteration_exponent=0)[0],
        generate_mnemonics(1, [(2, 2)], bytes(range(32)), iteration_exponent=0, extendable=False)[0],
    ):
        assert refusal_of(list(mnemonics)).code is CryptoErrorCode.SHARE_FOREIGN


@pytest.mark.parametrize(("threshold", "count"), [(1, 1), (1, 3), (3, 2), (2, 17), (0, 0)])
def test_sets_that_make_no_sense(threshold: int, count: int) -> None:
    with pytest.raises(ValueError, match="threshold"):
        split_new_secret(threshold=threshold, count=count)


def test_shares_open_the_keyring_and_the_file_holds_none(tmp_path: Path) -> None:
    path, shares = tmp_path / "keys.json", split_new_secret(threshold=2, count=3)
    keys = create_keyring(path, create_key_file(tmp_path / "key"))
    add_slot(path, keys, shares)
    found = list_slots(path)[1]
    assert (found.kind, found.share_set) == (SlotKind.SHARES, shares.share_set)
    content = path.read_text()
    assert shares.secret.hex() not in content
    assert not any(words in content for words in shares.words)
    secret = RecoverySecret(combine_shares(shares.words[1:], sets={shares.share_set.set_id}))
    assert open_keyring(path, secret).derive(Purpose.ARCHIVE) == keys.derive(Purpose.ARCHIVE)
    assert repr(secret) == "RecoverySecret(<hidden>)"
    with pytest.raises(CryptoError, match="key.wrong"):
        open_keyring(path, RecoverySecret(split_new_secret(threshold=2, count=2).secret))


# --- the head office ---


@pytest.fixture
def escrow(tmp_path: Path) -> tuple[Path, Path]:
    private, public = tmp_path / "escrow.key", tmp_path / "escrow.pub"
    make_escrow(private, public, HEAD_OFFICE, name="总部 Head office", cost=CHEAP)
    return private, public


def test_the_head_office_opens_what_a_shop_sealed_to_it(tmp_path: Path, escrow: tuple[Path, Path]) -> None:
    private, public = escrow
    path = tmp_path / "keys.json"
    keys = create_keyring(path, create_key_file(tmp_path / "key"))
    read = read_escrow_public(public)
    slot = add_slot(path, keys, read)
    assert (slot.kind, slot.name) == (SlotKind.ESCROW, "总部 Head office")
    keys.rotate()
    opened = open_escrow(private, HEAD_OFFICE)
    assert open_keyring(path, opened).derive(Purpose.ARCHIVE) == keys.derive(Purpose.ARCHIVE)
    assert read.fingerprint == fingerprint_of(opened.key.public)
    assert repr(opened) == "EscrowSecret(<hidden>)"
    for file in escrow:
        assert file.stat().st_mode & 0o777 == 0o600
    stranger = EscrowSecret(RecipientKey(SecretKey(bytes(range(32))), salt=b""))
    with pytest.raises(CryptoError, match="key.wrong"):
        open_keyring(path, stranger)


def test_a_wrong_passphrase_and_a_damaged_file_are_told_apart(escrow: tuple[Path, Path]) -> None:
    private, public = escrow
    with pytest.raises(CryptoError, match="key.wrong"):
        open_escrow(private, PassphraseSecret(b"wrong"))
    for file, read in (
        (private, lambda: open_escrow(private, HEAD_OFFICE)),
        (public, lambda: read_escrow_public(public)),
    ):
        whole = file.read_bytes()
        for at in range(0, len(whole) - 2, 9):
            damaged = bytearray(whole)
            damaged[at] ^= 1
            file.write_bytes(damaged)
            try:
                read()
            except (IntegrityError, VaultStateError):
                continue
            # Spaces of the layout, and the public file's name, which is no secret and is shown.
            assert whole[at : at + 1].isspace() or b'"name"' in whole[at - 40 : at + 1]
        file.write_bytes(whole)


def changed(file: Path, **fields: object) -> None:
    content = json.loads(file.read_text())
    file.write_text(json.dumps(content | fields))


def test_files_that_are_something_else(tmp_path: Path, escrow: tuple[Path, Path]) -> None:
    private, public = escrow

    def code_of(file: Path) -> CryptoErrorCode:
        with pytest.raises(CryptoError) as refused:
            read_escrow_public(file)
        return refused.value.code

    assert code_of(tmp_path / "nothing") is CryptoErrorCode.KEY_MISSING
    assert code_of(private) is CryptoErrorCode.ESCROW_KIND
    with pytest.raises(VaultStateError):
        open_escrow(public, HEAD_OFFICE)
    other = tmp_path / "other"
    for content in (b"", b"\xff", b"[]", b'{"format":"x","version":1}', b"[" * 10_000):
        other.write_bytes(content)
        assert code_of(other) is CryptoErrorCode.ESCROW_DAMAGED
    changed(public, fingerprint="0000")
    assert code_of(public) is CryptoErrorCode.ESCROW_DAMAGED
    changed(public, public="AAAA")
    assert code_of(public) is CryptoErrorCode.ESCROW_DAMAGED
    changed(public, suite="rot13")
    assert code_of(public) is CryptoErrorCode.ESCROW_DAMAGED
    changed(public, version=2)
    assert code_of(public) is CryptoErrorCode.ESCROW_NEWER
    changed(private, nonce="AAAA")
    with pytest.raises(IntegrityError):
        open_escrow(private, HEAD_OFFICE)


def test_a_pair_is_never_written_over_another(escrow: tuple[Path, Path], tmp_path: Path) -> None:
    private, public = escrow
    with pytest.raises(VaultStateError):
        make_escrow(private, tmp_path / "new.pub", HEAD_OFFICE, name="x", cost=CHEAP)
    for name in ("", "x" * 65, "a\nb"):
        with pytest.raises(ValueError, match="name"):
            make_escrow(tmp_path / "a", tmp_path / "b", HEAD_OFFICE, name=name, cost=CHEAP)
    assert not (tmp_path / "a").exists()


# --- recipients ---


def test_a_box_opens_with_its_key_and_its_info_only() -> None:
    key, other = (RecipientKey(SecretKey(bytes([number]) * 32), salt=b"salt") for number in (1, 2))
    box = Recipient(key.public).seal(b"content", info=b"info")
    assert key.open(box, info=b"info") == b"content"
    for wrong in (other.open(box, info=b"info"), key.open(box, info=b"else"), key.open(b"", info=b"info")):
        assert wrong is None
    assert key.open(box[:-1] + bytes([box[-1] ^ 1]), info=b"info") is None
    assert "hidden" in repr(key)
    assert repr(Recipient(key.public)) == "Recipient(<public>)"
    with pytest.raises(TypeError):
        key.__reduce_ex__(4)
    with pytest.raises(ValueError, match="32"):
        RecipientKey(SecretKey(b"short"), salt=b"")


def test_public_halves_that_nothing_can_be_sealed_to() -> None:
    public = RecipientKey(SecretKey(bytes(range(32))), salt=b"").public
    for bad in (b"", public[:-1], b"\xff" * PUBLIC_BYTES, public[:-32] + bytes(32)):
        with pytest.raises(ValueError):  # noqa: PT011 - the library words it
            Recipient(bad)


def test_a_credential_that_has_just_been_made_needs_no_directory(tmp_path: Path) -> None:
    made = CredentialSecret("root", SecretKey(bytes(range(100, 132))))
    assert read_credential(made) == bytes(range(100, 132))
    assert "hidden" not in made.name
    assert bytes(range(100, 132)).hex() not in repr(made)
    keys = create_keyring(tmp_path / "keys.json", made)
    (tmp_path / "key").write_bytes(bytes(range(100, 132)))
    (tmp_path / "key").chmod(0o600)
    same = open_keyring(tmp_path / "keys.json", KeyFileSecret(tmp_path / "key"))
    assert same.derive(Purpose.AUDIT) == keys.derive(Purpose.AUDIT)


def test_key_files_where_there_is_no_folder_or_the_medium_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(KeyUnavailableError) as refused:
        create_key_file(tmp_path / "stick" / "key")
    assert refused.value.code is CryptoErrorCode.KEY_DIRECTORY_MISSING
    secret = create_key_file(tmp_path / "key")

    def failing(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("os.read", failing)
    with pytest.raises(KeyUnavailableError) as refused:
        read_key_file(secret)
    assert refused.value.code is CryptoErrorCode.KEY_UNREADABLE


def test_what_is_known_of_a_set_is_no_secret() -> None:
    shares = split_new_secret(threshold=2, count=2)
    assert ShareSet(set_id=shares.share_set.set_id, threshold=2, count=2) == shares.share_set
