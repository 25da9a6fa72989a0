"""Keys of backups: names of pieces, the proof and the signature of a manifest, small files sealed.

    name      first 16 bytes of HMAC-SHA256(key of backups, "piece" 0 | SHA-256 of the piece), in hexadecimal digits
    proof     HMAC-SHA256(key of backups, "manifest" 0 | manifest)
    sealed    "SWBK" 1 | synthetic nonce (12 bytes) | AES-256-GCM-SIV(content, AAD = label); equal for equal content

The signature is a signed note (`notes.py`) under the ledger's key, so that whoever has its public half can check a
manifest without any secret. Its first line keeps it apart from heads.
"""

import hashlib
import hmac
from typing import Final, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from .errors import CryptoErrorCode, IntegrityError
from .keys import KEY_BYTES, SecretKey, StoreId, expand
from .notes import public_key_text, sign_note, verify_note

NAME_DIGITS: Final = 32
PROOF_BYTES: Final = 32
_MAGIC: Final = b"SWBK\x01"
_NONCE_BYTES: Final = 12
_FIRST_LINE: Final = "shopwarden backup manifest"


class BackupKeys:
    """Of one store. The same for as long as its standing keys are."""

    __slots__ = ("_names", "_private", "_proofs", "_seals", "origin", "store_id")

    def __init__(self, key: bytes, ledger_seed: bytes, *, store_id: StoreId) -> None:
        """Both of 32 bytes: the store's standing keys of backups and of the ledger's signatures. ValueError."""
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key of backups has {KEY_BYTES} bytes")
        self._private = Ed25519PrivateKey.from_private_bytes(bytes(ledger_seed))
        self._names = _part(key, "names")
        self._proofs = _part(key, "manifests")
        self._seals = _part(key, "files")
        self.store_id = store_id
        self.origin = f"shopwarden/{store_id}/ledger"
        """The ledger's name, which is the name of its key."""

    @property
    def public_key(self) -> str:
        """With which anybody can check `verify_signature`."""
        return public_key_text(self.origin, self._private)

    def name_of(self, sha256: bytes) -> str:
        """The name of the piece with this hash: 32 hexadecimal digits, told apart from others by nobody else."""
        return hmac.digest(self._names, b"piece\0" + sha256, hashlib.sha256).hex()[:NAME_DIGITS]

    def prove(self, manifest: bytes) -> bytes:
        """32 bytes that only a holder of the key can make."""
        return hmac.digest(self._proofs, b"manifest\0" + manifest, hashlib.sha256)

    def sign(self, manifest: bytes) -> str:
        """A signed note over the manifest's hash."""
        return sign_note(_statement(self.store_id, manifest), self.origin, self._private)

    def verify(self, manifest: bytes, *, proof: bytes, note: str) -> None:
        """IntegrityError(SEALED_DAMAGED) unless we made the proof, HEAD_SIGNATURE or HEAD_MALFORMED for the note."""
        if not hmac.compare_digest(proof, self.prove(manifest)):
            raise IntegrityError(CryptoErrorCode.SEALED_DAMAGED, "the manifest is not ours")
        verify_signature(manifest, note, public_key=self.public_key, store_id=self.store_id)

    def seal(self, label: str, content: bytes) -> bytes:
        """`content` sealed under `label`. Equal content gives equal bytes, which is wanted: it is stored once."""
        nonce = hmac.digest(self._seals, b"nonce\0" + label.encode() + b"\0" + content, hashlib.sha256)[:_NONCE_BYTES]
        return _MAGIC + nonce + AESGCMSIV(self._seals).encrypt(nonce, content, label.encode())

    def unseal(self, label: str, sealed: bytes) -> bytes:
        """What `seal` was given. IntegrityError(SEALED_DAMAGED)."""
        start = len(_MAGIC) + _NONCE_BYTES
        if len(sealed) < start + 16 or not sealed.startswith(_MAGIC):
            raise IntegrityError(CryptoErrorCode.SEALED_DAMAGED, label)
        try:
            return AESGCMSIV(self._seals).decrypt(sealed[len(_MAGIC) : start], sealed[start:], label.encode())
        except InvalidTag:
            raise IntegrityError(CryptoErrorCode.SEALED_DAMAGED, label) from None

    def __repr__(self) -> str:
        return f"BackupKeys(store_id={self.store_id!r})"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("keys are not pickled or copied")


def verify_signature(manifest: bytes, note: str, *, public_key: str, store_id: str) -> None:
    """Check a manifest with public material only.

    IntegrityError HEAD_SIGNATURE (another key, another manifest), HEAD_MALFORMED; ValueError when `public_key` is none.
    """
    if verify_note(note, public_key) != _statement(store_id, manifest):
        raise IntegrityError(CryptoErrorCode.HEAD_SIGNATURE, "the note is of another manifest")


def _statement(store_id: str, manifest: bytes) -> str:
    return f"{_FIRST_LINE}\n{store_id}\n{hashlib.sha256(manifest).hexdigest()}\n"


def _part(key: bytes, use: str) -> SecretKey:
    return expand(key, salt=b"", info=f"shopwarden/backup/{use}/v1")
