"""Published vectors, each through the code of ours that uses the primitive where that is possible.

Files and sources: tests/data/vectors. AES-256-GCM-SIV and Argon2id are called with our parameters' types directly:
our code adds only random nonces and salts to them.
"""

import base64
import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256, SHAKE256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from crypto.errors import IntegrityError, KeyUnavailableError
from crypto.keys import KEY_BYTES, SecretKey, expand
from crypto.passphrases import Argon2Kdf, stretch
from crypto.recipients import Recipient, RecipientKey
from crypto.sealed_keys import MediaKeys
from crypto.secrets import PassphraseSecret
from crypto.shares import combine_shares
from tests.archive_kit import root_key

VECTORS = Path(__file__).parents[1] / "data" / "vectors"


def blocks(name: str) -> list[dict[str, str]]:
    """`Key = value` blocks, parted by COUNT lines."""
    found: list[dict[str, str]] = []
    for line in (VECTORS / name).read_text().splitlines():
        key, is_pair, content = (part.strip() for part in line.partition("="))
        if line.startswith("#") or not is_pair:
            continue
        if key == "COUNT":
            found.append({})
        found[-1][key] = content
    return found


def test_hkdf_of_rfc_5869() -> None:
    cases = blocks("hkdf-sha256.txt")
    assert len(cases) == 3
    for case in cases:
        salt, info = bytes.fromhex(case["salt"]), bytes.fromhex(case["info"])
        wanted = bytes.fromhex(case["OKM"])
        derived = HKDF(algorithm=SHA256(), length=int(case["L"]), salt=salt, info=info).derive(
            bytes.fromhex(case["IKM"])
        )
        assert derived == wanted
        # Ours is the same function: 32 bytes, and a text as info.
        if not info:
            assert expand(bytes.fromhex(case["IKM"]), salt=salt, info="") == wanted[:KEY_BYTES]


def test_argon2id_of_rfc_9106_and_its_command_line_tool() -> None:
    used = 0
    for case in blocks("argon2id.txt"):
        given = {name: case[name] for name in case if name in {"secret", "ad"}}
        if given or int(case["length"]) != KEY_BYTES or not case["pass"]:
            continue
        kdf = Argon2Kdf(
            salt=bytes.fromhex(case["salt"]),
            memory_kib=int(case["memcost"]),
            iterations=int(case["iter"]),
            lanes=int(case["lanes"]),
        )
        assert stretch(PassphraseSecret(bytes.fromhex(case["pass"])), kdf).hex() == case["output"]
        used += 1
    assert used


def test_aes_256_gcm_siv_of_rfc_8452() -> None:
    cases = blocks("aes-256-gcm-siv.txt")
    assert len(cases) > 20
    for case in cases:
        cipher = AESGCMSIV(bytes.fromhex(case["Key"]))
        nonce, plain = bytes.fromhex(case["IV"]), bytes.fromhex(case.get("Plaintext", ""))
        associated = bytes.fromhex(case.get("AAD", ""))
        wanted = bytes.fromhex(case.get("Ciphertext", "") + case["Tag"])
        assert cipher.encrypt(nonce, plain, associated) == wanted
        assert cipher.decrypt(nonce, wanted, associated) == plain


@pytest.mark.parametrize("case", json.loads((VECTORS / "hpke.json").read_text())["rfc9180"])
def test_hpke_of_rfc_9180(case: dict[str, object]) -> None:
    """The library opens what the RFC sealed: base mode, X25519, HKDF-SHA256, those AEADs that it has."""
    aeads = {1: AEAD.AES_128_GCM, 2: AEAD.AES_256_GCM, 3: AEAD.CHACHA20_POLY1305}
    aead = aeads[int(str(case["aead_id"]))]
    private = X25519PrivateKey.from_private_bytes(bytes.fromhex(str(case["skRm"])))
    check_opening(case, Suite(KEM.X25519, KDF.HKDF_SHA256, aead), private)


@pytest.mark.parametrize("case", json.loads((VECTORS / "hpke.json").read_text())["hybrid"])
def test_hpke_with_the_hybrid_kem_of_our_slots(case: dict[str, object]) -> None:
    """MLKEM768-X25519: the seed of a vector gives both halves by SHAKE256 (draft-irtf-cfrg-concrete-hybrid-kems)."""
    from cryptography.hazmat.primitives.hashes import Hash

    shake = Hash(SHAKE256(96))
    shake.update(bytes.fromhex(str(case["skRm"])))
    both = shake.finalize()
    lattice, curve = MLKEM768PrivateKey.from_seed_bytes(both[:64]), X25519PrivateKey.from_private_bytes(both[64:])
    public = lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()
    assert public.hex() == case["pkRm"]
    assert Recipient(public).public == public  # the order of the halves is the draft's
    kdf = {1: KDF.HKDF_SHA256, 17: KDF.SHAKE256}[int(str(case["kdf_id"]))]
    check_opening(
        case, Suite(KEM.MLKEM768_X25519, kdf, AEAD.CHACHA20_POLY1305), MLKEM768X25519PrivateKey(lattice, curve)
    )


def check_opening(case: dict[str, object], suite: Suite, private: X25519PrivateKey | MLKEM768X25519PrivateKey) -> None:
    from cryptography.hazmat.bindings._rust import openssl

    first = case["encryptions"][0]  # type: ignore[index]
    sealed = bytes.fromhex(str(case["enc"]) + first["ct"])
    opened = openssl.hpke._decrypt_with_aad(
        suite, sealed, private, bytes.fromhex(str(case["info"])), bytes.fromhex(first["aad"])
    )
    assert opened.hex() == first["pt"]


GOLDEN_PUBLIC = "88782e9d296532979d245fb553844d98fe10f0c53d35aa18d558d10c51ebca15"
GOLDEN_BOX = (
    "bDpt1oVzGa0xjBMbvRbmBtVkuuq8hRr3xZD6AYGOft9GKwGzwLfyVGPtsTPzTPtuM9IUP0JZFolEaU1cW9w02O2zzr0dZZnyKlhk"
    "I5JwKuwbfjb7YTt68K/ikLS9Nsiv8K6xSgX2IbvYDz4LCWCnhWPwth76s3UpG3LQlVnQBxcZ+DjKS6uRJK+JX9EvdTO7/zLDOiih"
    "hu6DLcSyPhCnkTVNcrv6HYakVSRnqp80RvqRZurVichB3yp3vy7/NbCvPPlnyBU8EUcP4RiN4DsbHLsEY3/ouRWgHhLML2P2DrL9"
    "sievEdjaDn9EjzCBRW52SHxkcENO7SF0cZve2lCvp8anRi1/46tHyH7QgrHLObLXOHCHAtcEerl+RQj09uZuxQWN3sKbYZvuk0nl"
    "2+X+B6A/vv8/yO7HF3/YX142/RE7d7RzUqCd1GvkgslxuwwOfb4iHv6jaGzrSHiVITfxhIRJXPXY89u9aMnGLEaTefQiwFjHBbEL"
    "AxI/tfKm0udfnp1MIZhUBFg3o62IIaNxYWFXRNd1PrRHoOKk0g5VAE0fzmXQiPuM/dC4OrHL9JvdPSN5txuUOZ7YUdUTM1Y6Akn/"
    "+7G0ACYWoaj2CheWkjsdoDBNEyV8XPne9Zk3c9CgpzHPTVFoLZNb7ggY4Jj6HAbuNAIEs/uGDuooiyG+erYgn0wLW41yKVbbQA6w"
    "z2OJSNNe/Tbe8SbIbo67T/Ol335DYMOa2Ae3roG7fGS25QRq3FN5zhj65kUlAyKFNkbcv6s3BIUdSowvNyVJDrUkcHO8/2XMPAZj"
    "ETYcXP1iz1mXJNxqhwhwWOLDYkfP2fsXwfBjihVbr7nuQyPq3N9YtxvyDtdPkJiVo7TUxnnnxYYRfZmjNWU9jSR8mqmA5O53bbHU"
    "ua2F5JEul4gQqWLmW5XYmf6yxoYC0Gf9fEQoNsMyx02MbC0OtPnyxgfZCDTBVEXtF8BZyQW3b46SSWfwYxF8ib9lS32v87+WxCkB"
    "JAeNKzseDZx5c45uNbkpfJZ9R3VkYTvufWZyqf6crIf/rvZlMZG9LbbE8hNxjCP2V5fmw7V1rDBKLxppoEycJbotlpuN4umR62GQ"
    "yNQF3Bt++jQ7MANp8h0f+OxQpL0tPJjjnYuZywBV+USyYdnqOvoUMdDN77Saso5j/2dOHtTBbOfy6NLSgoNsgYqbGvYjX3bB57JH"
    "wa8k0K3O8Lz6qF5Ys7akpbO3rBXV2XvUwmiq27rXpFf+bvBsKuPzIsEaH7F35BU0LSyzniD+9OPlJQAco4EOK1Okc0HFLcsQ8DcB"
    "Wk7jZktatd9xBWIu4xsaBsJ6anB0VVK3YxjjVqQORaGXUKX67klCyw0Efu9RkhOLgllTCoFTQLr9mssF1w3OzWLj2FUbxUPP1Hno"
    "gHOjmF55lAkiU8HwSaSZYNpS43GzusuTPQ1yn70mJaYj8HpFMeCfIDgz9IQXJBHRu5i1sdYEnSVw/zsuwQs5pTHaPspQD2y9S16J"
    "L5IfVvj/Qubj/EVOt/54uRvNvZfDbGoTD8V/977xwqEm/flNR3BWxI1mVQ=="
)


def test_what_was_sealed_to_a_recipient_opens_for_ever() -> None:
    key = RecipientKey(SecretKey(bytes(range(32))), salt=bytes(16))
    assert hashlib.sha256(key.public).hexdigest() == GOLDEN_PUBLIC
    assert key.open(base64.b64decode(GOLDEN_BOX), info=b"golden") == bytes(range(100, 132))


def test_slip_39_shares() -> None:
    """Vectors are encrypted with the passphrase TREZOR, ours with none: what is whole combines as the library does."""
    from shamir_mnemonic import combine_mnemonics
    from shamir_mnemonic.utils import MnemonicError

    vectors = json.loads((VECTORS / "slip39.json").read_text())["vectors"]
    assert len(vectors) == 45
    whole = []
    for told, shares, secret, _ in vectors:
        if secret:
            assert combine_mnemonics(shares, b"TREZOR").hex() == secret, told
        else:
            with pytest.raises(MnemonicError):
                combine_mnemonics(shares, b"TREZOR")
        try:
            ours = combine_shares(shares)
        except KeyUnavailableError as error:
            # Broken, too few, or of a form that we do not make; no word of a share is told.
            words = {word for share in shares for word in share.split()} - {"share", "word"}
            assert not words & set(re.findall(r"[a-z]+", error.detail)), told
        else:
            whole.append(told)
            assert ours == combine_mnemonics(shares, b"")
    assert whole, "no vector has the form of our shares"


READ_BY_RAGE = {"stanza_missing_body", "stanza_missing_final_line"}
"""Headers that the specification forbids and pyrage reads, as early versions wrote them; their MAC is checked."""


def test_age_files_of_the_community_vectors() -> None:
    """Through `MediaKeys`, which opens by own code or by pyrage: what must open opens, what must not does not."""
    vectors = json.loads(gzip.decompress((VECTORS / "age.json.gz").read_bytes()))["vectors"]
    assert len(vectors) > 60
    kept = dict.fromkeys(("success", "header failure", "HMAC failure", "payload failure", "no match"), 0)
    for name, case in vectors.items():
        keys = keys_of(case["identity"])
        if keys is None:
            continue
        kept[case["expect"]] += 1
        sealed = base64.b64decode(case["file"])
        if name in READ_BY_RAGE:
            keys.unseal(sealed)
        elif case["expect"] == "success":
            assert hashlib.sha256(keys.unseal(sealed)).hexdigest() == case["payload"], name
        else:
            with pytest.raises(IntegrityError):
                keys.unseal(sealed)
    assert all(kept.values()), kept


def keys_of(identity: str) -> MediaKeys | None:
    """Media keys whose age identity is this one; None for identities that are not X25519."""
    import pyrage

    from crypto.sealed_keys import _bech32_content

    if not identity.startswith("AGE-SECRET-KEY-1"):
        return None
    keys = MediaKeys(root_key())
    keys._identity = pyrage.x25519.Identity.from_str(identity)
    keys._secret = SecretKey(_bech32_content(identity.lower()))
    return keys
