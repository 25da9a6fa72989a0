"""Batches that were shown and not sent yet: what was confirmed is what was seen, whatever changed since."""

import hmac
import secrets
from dataclasses import dataclass
from typing import Final

import msgspec

from adb_bridge.clock import Clock
from adb_bridge.records import DeviceSerial

from ..api.batches import BatchRequest
from ..service import Caller
from ..service_errors import unusable

_AT_MOST: Final = 100
_FOR_S: Final = 600.0

Frozen = tuple[tuple[DeviceSerial, ...], dict[DeviceSerial, str]]
"""Phones that get a command, and the codes of why others get none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Preview:
    token: str
    uid: int
    request: bytes
    frozen: Frozen
    until_s: float


class Previews:
    """In memory: a restart forgets them, and people look again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: list[_Preview] = []

    def keep(self, caller: Caller, request: BatchRequest, frozen: Frozen) -> str:
        """The token to confirm it with."""
        now_s = self._clock.monotonic()
        token = secrets.token_urlsafe(18)
        preview = _Preview(
            token=token, uid=caller.uid, request=_bytes_of(request), frozen=frozen, until_s=now_s + _FOR_S
        )
        self._kept = [one for one in self._kept if one.until_s > now_s][-_AT_MOST + 1 :] + [preview]
        return token

    def take(self, caller: Caller, request: BatchRequest) -> Frozen:
        """Once. Raises ServiceError `command.not_confirmed` for another person's, another request's and old ones."""
        token = request.confirm_token or ""
        for preview in self._kept:
            if hmac.compare_digest(preview.token.encode(), token.encode()):
                is_theirs = preview.uid == caller.uid and preview.request == _bytes_of(request)
                if not is_theirs or preview.until_s <= self._clock.monotonic():
                    break
                self._kept.remove(preview)
                return preview.frozen
        raise unusable("command.not_confirmed", http_status=409)


def _bytes_of(request: BatchRequest) -> bytes:
    plain = msgspec.structs.replace(request, confirm_token=None, idempotency_key=None)
    return msgspec.json.encode(plain)
