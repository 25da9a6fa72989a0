"""Data keys: random keys for a class of data and a period, so that forgetting the data is destroying its key.

Each lies in the keyring file, wrapped by AES-256-GCM-SIV under a key that HKDF makes from the root; associated data is
key number | label | period | store id | generation. Standing keys (`Purpose`) lie beside them with an empty period.
"""

import secrets as randomness
from dataclasses import dataclass
from typing import Annotated, Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from .keys import KEY_BYTES, RootKey, SecretKey, expand

MAX_DATA_KEYS: Final = 20_000
_NONCE_BYTES: Final = 12
_STANDING: Final = "standing/"
_LABEL: Final = r"^[a-z0-9][a-z0-9/._-]{0,63}$"
_PERIOD: Final = r"^[0-9A-Za-z-]{0,16}$"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataKey:
    """A key and what it is for."""

    key_no: int
    """From 1; never given twice in a store."""
    label: str
    period: str
    """Such as `2026-W47`; empty for keys that stand."""
    secret: SecretKey


@dataclass(frozen=True, slots=True, kw_only=True)
class DataKeyInfo:
    """A key as people may see it."""

    key_no: int
    label: str
    period: str
    is_damaged: bool


class WrappedKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A data key in the keyring file."""

    key_no: Annotated[int, msgspec.Meta(ge=1, le=2**31)]
    label: Annotated[str, msgspec.Meta(pattern=_LABEL)]
    period: Annotated[str, msgspec.Meta(pattern=_PERIOD)]
    nonce: bytes
    wrapped: bytes


def standing_label(purpose: str) -> str:
    """The label of a standing key."""
    return _STANDING + purpose


def wrap_key(root: RootKey, key: DataKey) -> WrappedKey:
    """`key` under this root's generation. ValueError when label or period cannot be written."""
    nonce = randomness.token_bytes(_NONCE_BYTES)
    wrapped = _cipher(root).encrypt(nonce, key.secret, _associated(root, key.key_no, key.label, key.period))
    made = WrappedKey(key_no=key.key_no, label=key.label, period=key.period, nonce=nonce, wrapped=wrapped)
    try:
        return msgspec.json.decode(msgspec.json.encode(made), type=WrappedKey)
    except msgspec.ValidationError:
        raise ValueError("no label or period of a key") from None


def unwrap_key(root: RootKey, wrapped: WrappedKey) -> DataKey | None:
    """The key, or None when it is damaged or of another root."""
    associated = _associated(root, wrapped.key_no, wrapped.label, wrapped.period)
    try:
        secret = SecretKey(_cipher(root).decrypt(wrapped.nonce, wrapped.wrapped, associated))
    except (InvalidTag, ValueError):  # ValueError: a nonce of another length
        return None
    if len(secret) != KEY_BYTES:
        return None
    return DataKey(key_no=wrapped.key_no, label=wrapped.label, period=wrapped.period, secret=secret)


def _cipher(root: RootKey) -> AESGCMSIV:
    salt = f"{root.store_id}|{root.generation}".encode("ascii")
    return AESGCMSIV(root.wrapped_by(lambda key: expand(key, salt=salt, info="shopwarden/data-key-wrap/v1")))


def _associated(root: RootKey, key_no: int, label: str, period: str) -> bytes:
    return f"shopwarden-data-key/1|{key_no}|{label}|{period}|{root.store_id}|{root.generation}".encode()
