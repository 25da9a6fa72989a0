"""Recovery shares: a random secret split as SLIP-39 words, any `threshold` of `count` give it back.

A share is 33 words of a public list of 1,024; the last three are a checksum (RS1024) that finds any three wrong or
swapped words. Fewer shares than the threshold tell nothing about the secret. The same words can be put together by any
SLIP-39 tool without a passphrase.
"""

import secrets as randomness
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from shamir_mnemonic import combine_mnemonics, generate_mnemonics
from shamir_mnemonic.share import Share
from shamir_mnemonic.utils import MnemonicError
from shamir_mnemonic.wordlist import WORDLIST

from .errors import CryptoErrorCode, KeyUnavailableError
from .keys import KEY_BYTES, SecretKey

MAX_SHARES: Final = 16
WORDS_PER_SHARE: Final = 33
_WORDS: Final = frozenset(WORDLIST)
_MAX_SHARE_CHARACTERS: Final = 1024
_ITERATION_EXPONENT: Final = 0  # there is no passphrase to slow guesses at


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareSet:
    """What may be known of a set of shares; it stands in front of every share too, and tells nothing of the secret."""

    set_id: int
    """0 to 32,767, random: shares of two sets are told apart by it."""
    threshold: int
    count: int


@dataclass(frozen=True, slots=True, repr=False)
class Shares:
    """A new set. Show each share once, to its holder alone, and keep none."""

    share_set: ShareSet
    secret: SecretKey
    words: tuple[str, ...]
    """One for each holder: 33 words."""

    def __repr__(self) -> str:
        return f"Shares({self.share_set!r}, <hidden>)"


def split_new_secret(*, threshold: int, count: int) -> Shares:
    """32 fresh random bytes and their shares. ValueError unless 2 <= threshold <= count <= 16."""
    if not 2 <= threshold <= count <= MAX_SHARES:
        raise ValueError(f"2 <= threshold <= count <= {MAX_SHARES}")
    secret = SecretKey(randomness.token_bytes(KEY_BYTES))
    (words,) = generate_mnemonics(1, [(threshold, count)], secret, iteration_exponent=_ITERATION_EXPONENT)
    set_id = Share.from_mnemonic(words[0]).identifier
    return Shares(ShareSet(set_id=set_id, threshold=threshold, count=count), secret, tuple(words))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareHead:
    """What a share says of itself."""

    set_id: int
    threshold: int
    number: int
    """From 1."""


def read_share(text: str, place: int) -> ShareHead:
    """Check one share by itself. Raises as `combine_shares`, naming it by `place`."""
    share = _read_share(text, place)
    return ShareHead(set_id=share.identifier, threshold=share.member_threshold, number=share.index + 1)


def combine_shares(shares: Sequence[str], *, sets: Collection[int] | None = None) -> SecretKey:
    """The secret; `sets` are the set ids that would be of use, None: any.

    More shares than the threshold are welcome: all must belong together, and all are checked.

    Raises KeyUnavailableError, always with the number of the share in `shares` (from 1) and never with a word:
    SHARE_WORD, SHARE_DAMAGED (words changed, swapped or missing), SHARE_FOREIGN (SLIP-39, but of no form we make),
    SHARE_TWICE, SHARES_OTHER_SET, SHARES_TOO_FEW, SHARES_DISAGREE.
    """
    read = [_read_share(words, number) for number, words in enumerate(shares, start=1)]
    if not read:
        raise KeyUnavailableError(CryptoErrorCode.SHARES_TOO_FEW, "no share was given")
    set_id = next((share.identifier for share in read if sets is None or share.identifier in sets), None)
    for number, share in enumerate(read, start=1):
        if share.identifier != set_id:
            wanted = sorted(sets or ()) if set_id is None else [set_id]
            detail = f"share {number} is of set {share.identifier}, wanted is {', '.join(map(str, wanted))}"
            raise KeyUnavailableError(CryptoErrorCode.SHARES_OTHER_SET, detail)
        if any(share.index == other.index for other in read[: number - 1]):
            raise KeyUnavailableError(CryptoErrorCode.SHARE_TWICE, f"share {number}")
    threshold = read[0].member_threshold
    if len(read) < threshold:
        raise KeyUnavailableError(CryptoErrorCode.SHARES_TOO_FEW, f"{len(read)} of {threshold}")
    found = {_combined(read[at : at + threshold]) for at in range(len(read) - threshold + 1)}
    if len(found) != 1 or None in found:
        raise KeyUnavailableError(CryptoErrorCode.SHARES_DISAGREE, f"set {set_id}")
    (secret,) = found
    assert secret is not None
    return secret


def _combined(shares: Sequence[Share]) -> SecretKey | None:
    """None: each share is whole, but they were not made together."""
    try:
        secret = combine_mnemonics([share.mnemonic() for share in shares])
    except MnemonicError:
        return None
    return SecretKey(secret)


def _read_share(text: str, number: int) -> Share:
    """Words in any case, spacing and numbering (`1. academic 2. …`), as people type them from paper."""
    words = [word for word in text[:_MAX_SHARE_CHARACTERS].lower().split() if not word.rstrip(".:)").isdigit()]
    for place, word in enumerate(words, start=1):
        if word not in _WORDS:
            detail = f"word {place} of share {number}"
            raise KeyUnavailableError(CryptoErrorCode.SHARE_WORD, detail)
    try:
        share = Share.from_mnemonic(" ".join(words))
    except MnemonicError:
        detail = f"share {number} ({len(words)} words, wanted are {WORDS_PER_SHARE})"
        raise KeyUnavailableError(CryptoErrorCode.SHARE_DAMAGED, detail) from None
    is_ours = (
        len(share.value) == KEY_BYTES
        and (share.group_threshold, share.group_count) == (1, 1)
        and share.member_threshold >= 2
        and share.iteration_exponent == _ITERATION_EXPONENT
        and share.extendable
    )
    if not is_ours:
        raise KeyUnavailableError(CryptoErrorCode.SHARE_FOREIGN, f"share {number}")
    return share
