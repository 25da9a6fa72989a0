"""The state of a client's live stream, as the console shows it."""

from dataclasses import dataclass
from typing import TypeAlias

from .errors import ApiClientError


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkOnline:
    """Connected; items follow. The stream's HELLO is the next item."""

    resumed_after: int | None
    """The ledger index that was asked to continue from; None on a first connection from now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkOffline:
    """No daemon; the next try comes by itself."""

    error: ApiClientError
    retry_in_s: float
    attempts: int
    """Failed tries in a row, from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRefused:
    """A daemon answers and will not serve us: no role for this user, or another API version. Tried again slowly."""

    error: ApiClientError
    retry_in_s: float


LinkState: TypeAlias = LinkOnline | LinkOffline | LinkRefused
