"""What slots of every format share: their kinds, how a secret becomes 32 bytes, and what may be made a way in."""

from enum import StrEnum
from typing import Final, TypeAlias, assert_never

import msgspec

from .escrow import EscrowRecipient
from .keys import SecretKey
from .passphrases import Argon2Kdf, stretch
from .secrets import (
    AnySecret,
    CredentialSecret,
    EscrowSecret,
    KeyFileSecret,
    PassphraseSecret,
    RecoverySecret,
    Secret,
    read_credential,
    read_key_file,
)
from .shares import Shares

FORMAT: Final = "shopwarden-keyring"


class SlotKind(StrEnum):
    """Which secret a slot was made for. Key files and credentials with the same bytes open each other's slots."""

    PASSPHRASE = "passphrase"  # noqa: S105
    KEY_FILE = "key_file"
    CREDENTIAL = "credential"
    SHARES = "shares"
    ESCROW = "escrow"


class HkdfKdf(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="name", tag="hkdf-sha256"
):
    """How 32 random bytes make a key."""

    salt: bytes


WayIn: TypeAlias = Secret | Shares | EscrowRecipient
"""What a slot can be made for."""

_ANY_RANDOM: Final = frozenset({SlotKind.KEY_FILE, SlotKind.CREDENTIAL})


def may_open(kind: SlotKind, secret: AnySecret) -> bool:
    """Whether trying is worth the time."""
    match secret:
        case PassphraseSecret():
            return kind is SlotKind.PASSPHRASE
        case KeyFileSecret() | CredentialSecret():
            return kind in _ANY_RANDOM
        case RecoverySecret():
            return kind is SlotKind.SHARES
        case EscrowSecret():
            return kind is SlotKind.ESCROW
        case _:
            assert_never(secret)


def secret_bytes(secret: Secret | RecoverySecret, kdf: Argon2Kdf | HkdfKdf) -> SecretKey:
    """The 32 bytes that open a slot. KeyUnavailableError when the file, the credential or the memory is not there."""
    match secret:
        case PassphraseSecret():
            assert isinstance(kdf, Argon2Kdf), "a sound slot for a passphrase names Argon2id"
            return stretch(secret, kdf)
        case KeyFileSecret():
            return read_key_file(secret)
        case CredentialSecret():
            return read_credential(secret)
        case RecoverySecret():
            return secret.secret
        case _:
            assert_never(secret)
