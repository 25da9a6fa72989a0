"""What the files of client functions share. Light: importing it loads no HTTP client."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol, TypeVar
from urllib.parse import quote

from .wire_base import Wire

AnswerT = TypeVar("AnswerT")
READ_TIMEOUT_S: Final = 15.0


class Calling(Protocol):
    """What client functions need of `ApiClient`."""

    async def call(
        self,
        method: str,
        path: str,
        answer: type[AnswerT],
        *,
        body: Wire | None = None,
        query: Mapping[str, str] | None = None,
        timeout_s: float = ...,
    ) -> AnswerT:
        """One call of a route. `path` is percent-encoded (`segment`)."""


class Fetching(Protocol):
    """What client functions need of `ApiClient` that hand over a bundle."""

    def bundle(self, path: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """A bundle in pieces. When it cannot be finished the iteration raises: keep none of it."""


def segment(text: str) -> str:
    """A part of a path, percent-encoded."""
    return quote(text, safe="")
