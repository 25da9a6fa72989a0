"""Keys of sealed files: an age identity (X25519) from the root key, its public half, and the key of their names.

The public half alone can seal; only the identity opens. Both are ordinary age keys: the independent `age` tool reads
every part with what `MediaKeys.for_age_tool` gives.
"""

import hashlib
import hmac
from collections.abc import Callable
from typing import Final, NoReturn

import pyrage

from . import age_file
from .errors import CryptoErrorCode, IntegrityError
from .keys import Purpose, SecretKey
from .vault_keys import KeySource

_CHARSET: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_IDENTITY_PREFIX: Final = "age-secret-key-"


class SealRecipient:
    """The public half: seals, and cannot open what it sealed."""

    __slots__ = ("_key", "public")

    def __init__(self, public: str) -> None:
        """`public`: `age1…`. ValueError when it is none."""
        try:
            pyrage.x25519.Recipient.from_str(public)
        except pyrage.RecipientError:
            raise ValueError("not an age recipient") from None
        self._key = _bech32_content(public)
        self.public = public

    def seal(self, plain: bytes) -> bytes:
        """An age file. The whole of it is in memory: call it with a few MiB."""
        sealed = bytearray(age_file.sealed_bytes(len(plain)))
        with memoryview(sealed) as view:
            age_file.make_into(plain, self._key, view)
        return bytes(sealed)

    def seal_into(self, plain: memoryview, out: bytearray) -> int:
        """The same into `out`, which grows when it is too small; returns the age file's size."""
        size_bytes = age_file.sealed_bytes(len(plain))
        out.extend(bytes(max(size_bytes - len(out), 0)))
        with memoryview(out) as view:
            age_file.make_into(plain, self._key, view[:size_bytes])
        return size_bytes

    def __repr__(self) -> str:
        return f"SealRecipient({self.public!r})"


class MediaKeys:
    """What the daemon holds: seals, opens, names, and proves that a list of parts is its own."""

    __slots__ = ("_identity", "_name_key", "_secret", "recipient")

    def __init__(self, root: KeySource, secret: SecretKey | None = None) -> None:
        """`secret`: a data key of 32 bytes that seals; None: the standing key. Names are the same under all of them."""
        self._secret = root.derive(Purpose.MEDIA_SEAL) if secret is None else secret
        self._name_key = root.derive(Purpose.MEDIA_NAME)
        self._identity = pyrage.x25519.Identity.from_str(_bech32(_IDENTITY_PREFIX, self._secret).upper())
        self.recipient = SealRecipient(str(self._identity.to_public()))

    def unseal(self, sealed: bytes) -> bytes:
        """What `SealRecipient.seal` was given. IntegrityError(SEALED_DAMAGED) for anything else."""
        plain = bytearray()
        size_bytes = self.unseal_into(memoryview(sealed), plain)
        return bytes(memoryview(plain)[:size_bytes])

    def unseal_into(self, sealed: memoryview, out: bytearray) -> int:
        """The same into `out`, which grows when it is too small; returns the content's size."""
        try:
            if age_file.is_ours(sealed):
                return age_file.open_into(sealed, self._secret, out)
            plain = pyrage.decrypt(bytes(sealed), [self._identity])
        except (pyrage.DecryptError, age_file.NotOpenedError):
            raise IntegrityError(CryptoErrorCode.SEALED_DAMAGED, "does not open") from None
        out[: len(plain)] = plain
        return len(plain)

    def name_of(self, sha256: bytes) -> str:
        """64 hexadecimal digits for a content: tells nobody without the key which content it is."""
        return hmac.digest(self._name_key, b"content\0" + sha256, hashlib.sha256).hex()

    def token_of(self, label: str) -> str:
        """32 hexadecimal digits for a name that somebody else chose."""
        return hmac.digest(self._name_key, b"label\0" + label.encode("utf-8", "replace"), hashlib.sha256).hex()[:32]

    def prove(self, content: bytes) -> bytes:
        """32 bytes that only a holder of the keys can make."""
        return hmac.digest(self._name_key, b"list\0" + content, hashlib.sha256)

    def for_age_tool(self, hand_over: Callable[[str], None]) -> None:
        """Give the identity as `AGE-SECRET-KEY-1…` to `hand_over`. The only way it leaves this object."""
        hand_over(_bech32(_IDENTITY_PREFIX, self._secret).upper())

    def __repr__(self) -> str:
        return "MediaKeys(<hidden>)"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("keys are not pickled or copied")


def _bech32(prefix: str, content: SecretKey) -> str:
    """BIP 173, which age spells its keys in; without its limit of 90 characters."""
    number = int.from_bytes(content, "big") << 4  # 256 bits in 52 digits of 5 bits
    digits = [(number >> shift) & 31 for shift in range(255, -1, -5)]
    expanded = [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]
    check = _polymod([*expanded, *digits, *([0] * 6)]) ^ 1
    digits += [(check >> 5 * (5 - place)) & 31 for place in range(6)]
    return f"{prefix}1{''.join(_CHARSET[digit] for digit in digits)}"


def _bech32_content(text: str) -> bytes:
    """The 32 bytes in a spelling that was checked."""
    number = 0
    for letter in text.lower()[text.rindex("1") + 1 : -6]:
        number = number << 5 | _CHARSET.index(letter)
    return (number >> 4).to_bytes(32, "big")


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_GENERATOR):
            if top >> place & 1:
                check ^= generator
    return check
