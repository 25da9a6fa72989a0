"""The slots of a keyring file: each is a public-key recipient of the root, whose private half a secret gives.

A secret (passphrase through Argon2id, key file, credential, recovery shares) makes 32 bytes, and these a key pair
(`recipients`); the slot holds the public half and the root sealed to it, bound to format | slot id | kind | store id |
generation. So the holder of the root can seal a new root to every slot without anybody's secret.

Sealing needs only public things, so a slot also carries a proof: an HMAC whose key comes from the secret too, and lies
in the slot wrapped under the root. It can be made only by those who have the secret or the root. The head office's
slot has none: its private key opens whatever was sealed to it. A checksum of everything tells damage from a wrong key.
"""

import hashlib
import hmac
import secrets as randomness
from typing import Annotated, Final, Literal, TypeAlias, assert_never

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from . import old_slots
from .errors import CryptoErrorCode, IntegrityError
from .escrow import EscrowRecipient
from .keys import KEY_BYTES, RootKey, SecretKey, StoreId, expand
from .old_slots import OldSlot
from .passphrases import SALT_BYTES, Argon2Cost, Argon2Kdf, new_argon2
from .recipients import PUBLIC_BYTES, SEALED_EXTRA_BYTES, SUITE, Recipient, RecipientKey
from .secrets import AnySecret, CredentialSecret, EscrowSecret, KeyFileSecret, PassphraseSecret, RecoverySecret
from .shares import MAX_SHARES, Shares, ShareSet
from .slot_kinds import FORMAT, HkdfKdf, SlotKind, WayIn, may_open, secret_bytes

_VERSION: Final = 2
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_PROOF_BYTES: Final = 32
_MAX_NAME: Final = 64


class Slot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way to open the keyring. Public data: useless without the secret."""

    slot_id: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}$")]
    kind: SlotKind
    name: Annotated[str, msgspec.Meta(max_length=_MAX_NAME)]
    kdf: Argon2Kdf | HkdfKdf | None
    share_set: ShareSet | None
    suite: Literal["mlkem768-x25519/hkdf-sha256/aes-256-gcm"]
    public: bytes
    sealed: bytes
    proof_key: bytes
    proof: bytes
    checksum: str


AnySlot: TypeAlias = Slot | OldSlot


def new_slot(root: RootKey, way: WayIn, *, cost: Argon2Cost) -> Slot:
    """A slot for a new way in. KeyUnavailableError when the secret cannot be read."""
    match way:
        case EscrowRecipient():
            return _sealed(_blank(SlotKind.ESCROW, way.name, way.recipient.public), root, proof_key=None)
        case Shares():
            secret: AnySecret = RecoverySecret(way.secret)
            blank = _blank(SlotKind.SHARES, "", b"", kdf=_hkdf(), share_set=way.share_set)
        case PassphraseSecret():
            secret, blank = way, _blank(SlotKind.PASSPHRASE, way.name, b"", kdf=new_argon2(cost))
        case KeyFileSecret():
            secret, blank = way, _blank(SlotKind.KEY_FILE, way.path.name, b"", kdf=_hkdf())
        case CredentialSecret():
            secret, blank = way, _blank(SlotKind.CREDENTIAL, way.name, b"", kdf=_hkdf())
        case _:
            assert_never(way)
    assert not isinstance(secret, EscrowSecret)
    assert blank.kdf is not None
    return _made(blank, root, secret_bytes(secret, blank.kdf))


def open_slot(slot: AnySlot, secret: AnySecret, *, store_id: StoreId, generation: int) -> tuple[RootKey, Slot] | None:
    """The root and the slot as it is to be written from now on; None when `secret` is not this slot's.

    IntegrityError(SLOT_FORGED) when it is this slot's, but what lies in it was made by somebody without secret and
    root. KeyUnavailableError as in `new_slot`.
    """
    if not may_open(slot.kind, secret):
        return None
    if isinstance(secret, EscrowSecret):
        assert isinstance(slot, Slot)
        return _opened(slot, secret.key, store_id, generation)
    assert slot.kdf is not None
    material = secret_bytes(secret, slot.kdf)
    if isinstance(slot, OldSlot):
        found = old_slots.unwrap(slot, material, store_id=store_id, generation=generation)
        if found is None:
            return None
        root = RootKey(found, store_id=store_id, generation=generation)
        return root, _made(_blank(slot.kind, "", b"", kdf=slot.kdf, slot_id=slot.slot_id), root, material)
    opened = _opened(slot, RecipientKey(material, salt=slot.kdf.salt), store_id, generation)
    if opened is not None and not hmac.compare_digest(slot.proof, _proof(slot, opened[0], _proof_key(material, slot))):
        raise IntegrityError(CryptoErrorCode.SLOT_FORGED, slot.slot_id)
    return opened


def reseal(slot: Slot, old: RootKey, new: RootKey) -> Slot | None:
    """The slot for another root, without its secret. None when its proof key does not open under `old`."""
    if slot.kind is SlotKind.ESCROW:
        return _sealed(slot, new, proof_key=None)
    nonce, wrapped = slot.proof_key[:_NONCE_BYTES], slot.proof_key[_NONCE_BYTES:]
    try:
        proof_key = SecretKey(_proof_cipher(old).decrypt(nonce, wrapped, _place(slot, old.store_id, old.generation)))
    except InvalidTag:
        return None
    return _sealed(slot, new, proof_key=proof_key)


def decode_slot(raw: msgspec.Raw, *, store_id: StoreId, generation: int) -> AnySlot | None:
    """A slot as written, or None when it is damaged, out of bounds or of no known form."""
    try:
        slot = msgspec.json.decode(raw, type=Slot)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _decode_old(raw, store_id=store_id, generation=generation)
    return slot if _is_sound(slot, store_id=store_id, generation=generation) else None


def encode_slot(slot: AnySlot) -> msgspec.Raw:
    """As it stands in the file."""
    return msgspec.Raw(msgspec.json.encode(slot))


def _decode_old(raw: msgspec.Raw, *, store_id: StoreId, generation: int) -> OldSlot | None:
    try:
        slot = msgspec.json.decode(raw, type=OldSlot)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return slot if old_slots.is_sound(slot, store_id=store_id, generation=generation) else None


def _is_sound(slot: Slot, *, store_id: StoreId, generation: int) -> bool:
    has_proof = slot.kind is not SlotKind.ESCROW
    sizes = (len(slot.public), len(slot.sealed), len(slot.proof_key), len(slot.proof))
    proof_key_bytes = _NONCE_BYTES + KEY_BYTES + _TAG_BYTES
    wanted = (PUBLIC_BYTES, KEY_BYTES + SEALED_EXTRA_BYTES, proof_key_bytes * has_proof, _PROOF_BYTES * has_proof)
    match slot.kind:
        case SlotKind.PASSPHRASE:
            is_kdf_sound = isinstance(slot.kdf, Argon2Kdf) and slot.kdf.is_sound()
        case SlotKind.KEY_FILE | SlotKind.CREDENTIAL | SlotKind.SHARES:
            is_kdf_sound = isinstance(slot.kdf, HkdfKdf) and len(slot.kdf.salt) == SALT_BYTES
        case SlotKind.ESCROW:
            is_kdf_sound = slot.kdf is None
        case _:
            assert_never(slot.kind)
    shares = slot.share_set
    are_shares_sound = (shares is None) == (slot.kind is not SlotKind.SHARES) and (
        shares is None or 2 <= shares.threshold <= shares.count <= MAX_SHARES
    )
    return (
        sizes == wanted and is_kdf_sound and are_shares_sound and slot.checksum == _checksum(slot, store_id, generation)
    )


def _hkdf() -> HkdfKdf:
    return HkdfKdf(salt=randomness.token_bytes(SALT_BYTES))


def _blank(
    kind: SlotKind,
    name: str,
    public: bytes,
    *,
    kdf: Argon2Kdf | HkdfKdf | None = None,
    share_set: ShareSet | None = None,
    slot_id: str | None = None,
) -> Slot:
    shown = "".join(letter if letter.isprintable() else "?" for letter in name)[:_MAX_NAME]
    return Slot(
        slot_id=randomness.token_hex(8) if slot_id is None else slot_id,
        kind=kind, name=shown, kdf=kdf, share_set=share_set, suite=SUITE, public=public,
        sealed=b"", proof_key=b"", proof=b"", checksum="",
    )  # fmt: skip


def _made(blank: Slot, root: RootKey, material: SecretKey) -> Slot:
    assert blank.kdf is not None
    public = RecipientKey(material, salt=blank.kdf.salt).public
    return _sealed(msgspec.structs.replace(blank, public=public), root, proof_key=_proof_key(material, blank))


def _sealed(slot: Slot, root: RootKey, *, proof_key: SecretKey | None) -> Slot:
    place = _place(slot, root.store_id, root.generation)
    recipient = Recipient(slot.public)
    slot = msgspec.structs.replace(
        slot, sealed=root.wrapped_by(lambda key: recipient.seal(key, info=place)), proof_key=b"", proof=b"", checksum=""
    )
    if proof_key is not None:
        nonce = randomness.token_bytes(_NONCE_BYTES)
        wrapped = nonce + _proof_cipher(root).encrypt(nonce, proof_key, place)
        slot = msgspec.structs.replace(slot, proof_key=wrapped)
        slot = msgspec.structs.replace(slot, proof=_proof(slot, root, proof_key))
    return msgspec.structs.replace(slot, checksum=_checksum(slot, root.store_id, root.generation))


def _opened(slot: Slot, key: RecipientKey, store_id: StoreId, generation: int) -> tuple[RootKey, Slot] | None:
    if not hmac.compare_digest(slot.public, key.public):
        return None
    found = key.open(slot.sealed, info=_place(slot, store_id, generation))
    if found is None or len(found) != KEY_BYTES:
        raise IntegrityError(CryptoErrorCode.SLOT_FORGED, slot.slot_id)
    return RootKey(found, store_id=store_id, generation=generation), slot


def _proof_key(material: SecretKey, slot: Slot) -> SecretKey:
    assert slot.kdf is not None
    return expand(material, salt=slot.kdf.salt, info="shopwarden/slot-proof/v1")


def _proof_cipher(root: RootKey) -> AESGCMSIV:
    salt = f"{root.store_id}|{root.generation}".encode("ascii")
    return AESGCMSIV(root.wrapped_by(lambda key: expand(key, salt=salt, info="shopwarden/slot-proof-wrap/v1")))


def _proof(slot: Slot, root: RootKey, proof_key: SecretKey) -> bytes:
    """Over the whole slot and the root itself: who knows neither cannot make one for a root of their own."""
    content = msgspec.json.encode(msgspec.structs.replace(slot, proof=b"", checksum=""))
    place = _place(slot, root.store_id, root.generation)
    return root.wrapped_by(lambda key: hmac.digest(proof_key, b"\n".join((place, key, content)), hashlib.sha256))


def _place(slot: Slot, store_id: StoreId, generation: int) -> bytes:
    return f"{FORMAT}/{_VERSION}|{slot.slot_id}|{slot.kind.value}|{store_id}|{generation}".encode("ascii")


def _checksum(slot: Slot, store_id: StoreId, generation: int) -> str:
    """32 hexadecimal digits of SHA-256 over everything in the slot and where it belongs: finds damage, not malice."""
    content = msgspec.json.encode(msgspec.structs.replace(slot, checksum=""))
    return hashlib.sha256(_place(slot, store_id, generation) + b"\n" + content).hexdigest()[:32]
