"""The Merkle tree against the published Certificate Transparency vectors, notes against Go's, heads and errors."""

import base64
import hashlib
import hmac

import pytest

from crypto.checkpoints import HeadSigner, read_head, verify_head
from crypto.errors import CryptoErrorCode, IntegrityError
from crypto.merkle import (
    EMPTY_ROOT,
    Frontier,
    commit,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from crypto.notes import sign_note, verify_note

# Leaves, roots and proofs of the CT reference implementation (google/certificate-transparency, merkletree tests; the
# same in transparency-dev/merkle).
CT_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
CT_INCLUSION = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CT_CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
# The example of golang.org/x/mod/sumdb/note.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_NOTE = (
    GO_TEXT
    + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
SIGNER = HeadSigner.from_seed(bytes(range(32)))
ORIGIN = "shop-0123/ledger/2026"
ROOT = hashlib.sha256(b"root").digest()


def hashes() -> list[bytes]:
    return [leaf_hash(leaf) for leaf in CT_LEAVES]


def test_roots_are_those_of_certificate_transparency() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert Frontier().root() == root_of([]) == EMPTY_ROOT
    frontier = Frontier()
    for size, root in enumerate(CT_ROOTS, start=1):
        assert frontier.append(hashes()[size - 1]) == size - 1
        assert frontier.root().hex() == root_of(hashes()[:size]).hex() == root


@pytest.mark.parametrize(("at", "proof"), CT_INCLUSION.items())
def test_inclusion_proofs_are_those_of_certificate_transparency(at: tuple[int, int], proof: list[str]) -> None:
    index, size = at
    assert [node.hex() for node in inclusion_proof(hashes()[:size], index)] == proof
    path = [bytes.fromhex(node) for node in proof]
    assert verify_inclusion(hashes()[index], index, size, path, bytes.fromhex(CT_ROOTS[size - 1]))


@pytest.mark.parametrize(("at", "proof"), CT_CONSISTENCY.items())
def test_consistency_proofs_are_those_of_certificate_transparency(at: tuple[int, int], proof: list[str]) -> None:
    old, size = at
    assert [node.hex() for node in consistency_proof(hashes()[:size], old)] == proof
    path = [bytes.fromhex(node) for node in proof]
    assert verify_consistency(old, bytes.fromhex(CT_ROOTS[old - 1]), size, bytes.fromhex(CT_ROOTS[size - 1]), path)


def test_leaves_and_nodes_cannot_be_taken_for_each_other() -> None:
    left, right = hashes()[:2]
    assert leaf_hash(left + right) != node_hash(left, right)


def test_a_commitment_needs_its_key() -> None:
    key = bytes(range(32))
    assert commit(key, b"content") == hmac.new(key, b"content", "sha256").digest()
    assert commit(key, b"content") != commit(key[::-1], b"content")


def test_what_is_out_of_range_is_refused() -> None:
    for index in (-1, 8):
        with pytest.raises(IndexError):
            inclusion_proof(hashes(), index)
    for old in (-1, 9):
        with pytest.raises(IndexError):
            consistency_proof(hashes(), old)
    assert not verify_inclusion(hashes()[0], 0, 0, [], EMPTY_ROOT)
    assert not verify_inclusion(hashes()[0], -1, 1, [], hashes()[0])
    assert not verify_inclusion(b"short", 0, 1, [], b"short")
    assert not verify_consistency(2, ROOT, 1, ROOT, [])
    assert not verify_consistency(1, b"", 1, b"", [])
    assert not verify_consistency(0, ROOT, 0, ROOT, [])
    assert verify_consistency(0, EMPTY_ROOT, 5, ROOT, [])
    assert not verify_consistency(0, EMPTY_ROOT, 5, ROOT, [ROOT])
    frontier = Frontier()
    with pytest.raises(ValueError, match="32"):
        frontier.extend([ROOT, b"short", ROOT])
    assert (frontier.size, frontier.root()) == (1, ROOT)


def test_a_copied_frontier_goes_its_own_way() -> None:
    frontier = Frontier()
    assert frontier.extend(hashes()[:3]) == 0
    twin = frontier.copy()
    assert twin.extend(hashes()[3:]) == 3
    assert (frontier.size, frontier.root().hex()) == (3, CT_ROOTS[2])
    assert (twin.size, twin.root().hex()) == (8, CT_ROOTS[7])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x01",
        b"\x02" + bytes(8),
        b"\x01" + bytes(9),
        b"\x01" + bytes(7) + b"\x01",
        b"\x01" + b"\xff" * 8 + bytes(2048),
    ],
)
def test_a_frontier_that_is_none(content: bytes) -> None:
    with pytest.raises(IntegrityError) as refused:
        Frontier.from_bytes(content)
    assert refused.value.code is CryptoErrorCode.LEDGER_DAMAGED


def test_gos_note_verifies_and_none_of_its_changes_does() -> None:
    assert verify_note(GO_NOTE, GO_KEY) == GO_TEXT
    for note in (GO_NOTE.replace("answer", "Answer"), GO_NOTE.replace("PeterNeumann", "Peter"), GO_NOTE[:-1]):
        with pytest.raises(IntegrityError):
            verify_note(note, GO_KEY)


def test_a_head_says_what_was_signed() -> None:
    signed = SIGNER.sign(ORIGIN, 42, ROOT)
    assert signed.note.split("\n")[:4] == [ORIGIN, "42", base64.b64encode(ROOT).decode(), ""]
    assert (signed.origin, signed.size, signed.root) == (ORIGIN, 42, ROOT)
    assert verify_head(signed.note, SIGNER.public_key(ORIGIN)) == signed.head
    assert read_head(signed.note) == signed


def test_heads_are_stable_across_versions() -> None:
    assert SIGNER.public_key(ORIGIN) == "shop-0123/ledger/2026+68f4e382+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
    assert SIGNER.sign(ORIGIN, 42, ROOT).note == (
        "shop-0123/ledger/2026\n"
        "42\n"
        "SBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n"
        "\n"
        "— shop-0123/ledger/2026 "
        "aPTjgt3aRP+dp+AJyK/mtjsD5uTj7+C8UtOj7SpmBe4+oRnCXxLDznuM0+D0RIhOvIbKGL1Ip9y+UQvFsJZENOoTdQQ=\n"
    )


def test_every_character_of_a_head_counts() -> None:
    note, public = SIGNER.sign(ORIGIN, 42, ROOT).note, SIGNER.public_key(ORIGIN)
    for at, character in enumerate(note):
        for other in {chr(ord(character) ^ 1), "\n", "A", "—", ""} - {character}:
            with pytest.raises(IntegrityError):
                verify_head(note[:at] + other + note[at + 1 :], public)


def test_another_key_or_ledger_does_not_verify() -> None:
    note = SIGNER.sign(ORIGIN, 42, ROOT).note
    stranger = HeadSigner.from_seed(bytes(32))
    for public in (stranger.public_key(ORIGIN), SIGNER.public_key("other")):
        with pytest.raises(IntegrityError) as refused:
            verify_head(note, public)
        assert refused.value.code is CryptoErrorCode.HEAD_SIGNATURE
    # A note of ours about another ledger, under this ledger's key name.
    text = note.partition("\n\n")[0].replace(ORIGIN, "other") + "\n"
    with pytest.raises(IntegrityError) as refused:
        verify_head(sign_note(text, ORIGIN, SIGNER._private), SIGNER.public_key(ORIGIN))
    assert refused.value.code is CryptoErrorCode.HEAD_SIGNATURE


def test_signatures_of_witnesses_are_allowed() -> None:
    note = SIGNER.sign(ORIGIN, 42, ROOT).note
    witness = HeadSigner.from_seed(bytes(32)).sign("witness", 42, ROOT).note
    both = note + witness.rpartition("\n\n")[2]
    assert verify_head(both, SIGNER.public_key(ORIGIN)).size == 42


@pytest.mark.parametrize(
    "body",
    [
        "",
        "\n",
        "o\n",
        "o\n1\n",
        f"\n1\n{base64.b64encode(ROOT).decode()}\n",
        f"o\n01\n{base64.b64encode(ROOT).decode()}\n",
        f"o\n-1\n{base64.b64encode(ROOT).decode()}\n",
        f"o\n٣\n{base64.b64encode(ROOT).decode()}\n",
        f"o\n9223372036854775808\n{base64.b64encode(ROOT).decode()}\n",
        f"o\n1\n{base64.b64encode(ROOT[:-1]).decode()}\n",
        f"o\n1\n{base64.b64encode(ROOT).decode()}\n\nx\n",
        "o\n1\n!\n",
        "o\r\n1\n\n",
        "x" * 9000,
    ],
)
def test_malformed_heads(body: str) -> None:
    with pytest.raises(IntegrityError) as refused:
        read_head(f"{body}\n— o AAAAAAAA\n")
    assert refused.value.code is CryptoErrorCode.HEAD_MALFORMED


def test_extension_lines_are_allowed() -> None:
    body = f"o\n7\n{base64.b64encode(ROOT).decode()}\nmore\nand more\n"
    assert read_head(f"{body}\n— o AAAAAAAA\n").size == 7


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "a\nb", "a\u3000b", "a\x00", "x" * 201])
def test_names_that_sign_nothing(origin: str) -> None:
    with pytest.raises(ValueError, match="name"):
        SIGNER.sign(origin, 1, ROOT)
    with pytest.raises(ValueError, match="name"):
        SIGNER.public_key(origin)


def test_sizes_and_roots_that_no_ledger_has() -> None:
    for size, root in ((-1, ROOT), (2**63, ROOT), (1, ROOT[:-1])):
        with pytest.raises(ValueError, match="head"):
            SIGNER.sign(ORIGIN, size, root)


@pytest.mark.parametrize(
    "public", ["", "a", "a+b+c", GO_KEY[:-4], GO_KEY.replace("c74f", "c74e"), GO_KEY.replace("+AR", "+AB")]
)
def test_public_keys_that_are_none(public: str) -> None:
    with pytest.raises(ValueError, match="public key"):
        verify_head(SIGNER.sign(ORIGIN, 1, ROOT).note, public)


def test_a_signer_does_not_show_its_seed() -> None:
    assert bytes(range(32)).hex() not in repr(SIGNER)
    with pytest.raises(ValueError, match="32"):
        HeadSigner.from_seed(b"short")
