"""The key exchange that joins a console to a daemon: SPAKE2 over the words of a code, confirmed by both sides.

The exchange runs inside TLS whose server nobody knows yet. What makes it known is the confirmation: each side proves
that it has the words *and* saw the same two public keys, the daemon's of the TLS connection and the console's that is
to be signed. Who sits between with a key of their own cannot confirm, and has had one guess at the words.

`spake2` is not constant-time: whoever answers over a network answers at fixed times (`daemon/lan/pairing_port.py`).
"""

import hashlib
import hmac
from enum import StrEnum
from typing import Final

from spake2 import SPAKE2_A, SPAKE2_B

from .keys import SecretKey, expand
from .pairing_code import PairingCode

MESSAGE_BYTES: Final = 33
CONFIRMATION_BYTES: Final = 32
_CONSOLE: Final = b"shopwarden/pairing/v1/console\0"
_DAEMON: Final = b"shopwarden/pairing/v1/daemon\0"
_INFO: Final = "shopwarden/pairing/v1/confirm"


class PairingSide(StrEnum):
    """Who confirms; a confirmation of one side is none of the other's."""

    CONSOLE = "console"
    DAEMON = "daemon"


class PairingExchange:
    """One side of one exchange, used once. `message` goes to the other side, `take` gets theirs."""

    def __init__(self, side: PairingSide, code: PairingCode, *, daemon_spki: bytes, console_spki: bytes) -> None:
        """`daemon_spki`, `console_spki`: SHA-256 of the public keys as this side sees them."""
        self._side = side
        self._spkis = console_spki + daemon_spki
        kind = SPAKE2_A if side is PairingSide.CONSOLE else SPAKE2_B
        self._exchange = kind(code.secret(), idA=_CONSOLE + console_spki, idB=_DAEMON + daemon_spki)
        self.message: Final[bytes] = self._exchange.start()
        self._key: SecretKey | None = None

    def take(self, message: bytes) -> None:
        """ValueError for what no honest other side sends: an end of this exchange."""
        if len(message) != MESSAGE_BYTES:
            raise ValueError("not a message of a key exchange")
        try:
            key = self._exchange.finish(message)
        except Exception:  # noqa: BLE001 - the library has exceptions of its own for points off the curve and the like
            raise ValueError("not a message of a key exchange") from None
        both = (self.message, message) if self._side is PairingSide.CONSOLE else (message, self.message)
        self._key = expand(key, salt=hashlib.sha256(b"".join(both) + self._spkis).digest(), info=_INFO)

    def confirmation(self) -> bytes:
        """Proof for the other side. ValueError before `take`."""
        return self._proof(self._side)

    def is_confirmed_by(self, confirmation: bytes) -> bool:
        """Whether the other side has the words and saw the same keys. ValueError before `take`."""
        other = PairingSide.DAEMON if self._side is PairingSide.CONSOLE else PairingSide.CONSOLE
        return hmac.compare_digest(self._proof(other), confirmation)

    def _proof(self, side: PairingSide) -> bytes:
        if self._key is None:
            raise ValueError("nothing was exchanged yet")
        return hmac.digest(self._key, side.value.encode() + b"\0" + self._spkis, hashlib.sha256)

    def __repr__(self) -> str:
        return f"PairingExchange({self._side.value!r})"
