"""HTTP to a daemon: by its Unix socket, or by TLS to a shop of another machine. One call, its time, its error."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import aiohttp
import msgspec
from yarl import URL

from .errors import (
    ApiClientError,
    ApiRefusedError,
    ApiTimeoutError,
    ApiUnreachableError,
    ApiVersionError,
    UnreachableReason,
)
from .exit_codes import ExitCode
from .shop_link import ShopLink
from .shops import Door, RemoteShop
from .socket_path import reachable
from .sse import HEARTBEAT_S
from .texts import Texts
from .web import SESSION_HEADER
from .wire import API_VERSION, ApiError, Wire

AnswerT = TypeVar("AnswerT")

VERSION_HEADER = "X-Shopwarden-Api"
LANGUAGE_HEADER = "X-Shopwarden-Language"
SHA256_HEADER = "X-Shopwarden-Sha256"
"""Of a downloaded file, 64 hexadecimal digits."""
CONNECT_TIMEOUT_S = 5.0
_NO_SOCKET = Path("/nonexistent")
OPEN_STREAM_TIMEOUT_S = 10.0
MAX_ANSWER_BYTES = 256 * 1024 * 1024
"""A page of 1,000 revealed bodies of 64 KiB of Han text, with room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file on its way. `chunks` raises ApiClientError when it ends early; compare the hash all the same."""

    size_bytes: int
    sha256: str
    """As the archive has it, 64 hexadecimal digits."""
    chunks: AsyncIterator[bytes]


class Transport:
    """A connection pool to one daemon. With `web_session`, its calls are of whom that token was given to."""

    def __init__(self, door: Door, texts: Texts, web_session: str | None = None) -> None:
        self._shop = ShopLink(door) if isinstance(door, RemoteShop) else None
        self._socket = _NO_SOCKET if isinstance(door, RemoteShop) else door
        self._texts = texts
        self._web_session = web_session
        self._resources = ExitStack()
        self._session: aiohttp.ClientSession | None = None

    def speak(self, texts: Texts) -> None:
        """The language of calls from now on; what is under way keeps its own."""
        self._texts = texts

    async def close(self) -> None:
        """Drop every connection; calls under way end with an error."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()
        if self._shop is not None:
            await self._shop.close()
        self._resources.close()

    async def call(
        self,
        method: str,
        path: str,
        answer: type[AnswerT],
        *,
        timeout_s: float,
        body: Wire | None = None,
        query: Mapping[str, str] | None = None,
    ) -> AnswerT:
        """One request. `path` is already percent-encoded. Raises ApiClientError."""
        payload = await self._exchange(method, path, timeout_s=timeout_s, body=body, query=query)
        return self.decode(payload, answer)

    def decode(self, payload: bytes, answer: type[AnswerT]) -> AnswerT:
        """`payload` as `answer`. Raises ApiVersionError when it is something else."""
        try:
            return msgspec.json.decode(payload, type=answer)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self.version_error("api.unreadable") from error

    async def fetch(self, path: str, *, timeout_s: float) -> bytes:
        """A document as it is. Raises ApiClientError."""
        return await self._exchange("GET", path, timeout_s=timeout_s, body=None, query=None)

    @asynccontextmanager
    async def stream(self, path: str, headers: Mapping[str, str]) -> AsyncIterator[AsyncIterator[bytes]]:
        """The chunks of an answer without end; silence of three heartbeats ends it. Raises ApiClientError."""
        limits = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT_S, sock_read=3 * HEARTBEAT_S)
        try:
            async with asyncio.timeout(OPEN_STREAM_TIMEOUT_S):
                response = await (await self._open_session()).get(
                    self._url(path), headers=self._headers() | dict(headers), timeout=limits
                )
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise self._failure(error) from error
        async with response:
            if response.status != 200:
                raise await self._refusal(response)
            self._check_version(response)
            yield self._chunks(response)

    @asynccontextmanager
    async def download(self, path: str, body: Wire, *, idle_timeout_s: float) -> AsyncIterator[Download]:
        """A file of any size, never whole in memory; silence of `idle_timeout_s` ends it. Raises ApiClientError."""
        limits = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT_S, sock_read=idle_timeout_s)
        payload = msgspec.json.encode(body)
        kinds = {"Content-Type": "application/json", "Accept": "application/octet-stream, application/json"}
        headers = self._headers() | kinds
        try:
            session = await self._open_session()
            response = await session.post(self._url(path), data=payload, headers=headers, timeout=limits)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise self._failure(error) from error
        async with response:
            if response.status != 200:
                raise await self._refusal(response)
            self._check_version(response)
            sha256 = response.headers.get(SHA256_HEADER)
            if sha256 is None or response.content_length is None:
                raise self.version_error("api.unreadable")
            yield Download(size_bytes=response.content_length, sha256=sha256, chunks=self._chunks(response))

    @asynccontextmanager
    async def bundle(self, path: str, *, idle_timeout_s: float) -> AsyncIterator[AsyncIterator[bytes]]:
        """A file whose size nobody knows yet, in pieces. Raises ApiClientError, also when it was cut off."""
        limits = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT_S, sock_read=idle_timeout_s)
        headers = self._headers() | {"Accept": "application/zip, application/json"}
        try:
            session = await self._open_session()
            response = await session.post(self._url(path), headers=headers, timeout=limits)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise self._failure(error) from error
        async with response:
            if response.status != 200:
                raise await self._refusal(response)
            self._check_version(response)
            yield self._chunks(response)

    @asynccontextmanager
    async def upload(
        self, path: str, content: AsyncIterable[bytes], *, idle_timeout_s: float
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """Send a file of any size, never whole in memory; the chunks of the answer. Raises ApiClientError."""
        limits = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT_S, sock_read=idle_timeout_s)
        kinds = {"Content-Type": "application/octet-stream", "Accept": "application/jsonl, application/json"}
        headers = self._headers() | kinds
        try:
            session = await self._open_session()
            response = await session.put(self._url(path), data=content, headers=headers, timeout=limits)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise self._failure(error) from error
        async with response:
            if response.status != 200:
                raise await self._refusal(response)
            self._check_version(response)
            yield self._chunks(response)

    def unreachable(self, reason: UnreachableReason) -> ApiUnreachableError:
        """The error for `reason`, with its texts."""
        if self._shop is not None:
            return self._shop.unreachable(reason, self._texts)
        key = f"error.daemon.{reason}"
        path = str(self._socket)
        return ApiUnreachableError(
            reason, self._texts.get(f"{key}.message", path=path), self._texts.get(f"{key}.hint", path=path)
        )

    async def _exchange(
        self, method: str, path: str, *, timeout_s: float, body: Wire | None, query: Mapping[str, str] | None
    ) -> bytes:
        limits = aiohttp.ClientTimeout(total=timeout_s, sock_connect=CONNECT_TIMEOUT_S)
        payload = None if body is None else msgspec.json.encode(body)
        headers = self._headers() | ({} if payload is None else {"Content-Type": "application/json"})
        try:
            request = (await self._open_session()).request(
                method, self._url(path).with_query(query), data=payload, headers=headers, timeout=limits
            )
            async with request as response:
                if response.status >= 300:
                    raise await self._refusal(response)
                self._check_version(response)
                return await self._read(response)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise self._failure(error) from error

    async def _open_session(self) -> aiohttp.ClientSession:
        if self._shop is not None:
            return await self._shop.session(self._texts)
        if self._session is None or self._session.closed:
            self._resources.close()
            try:
                path = self._resources.enter_context(reachable(self._socket))
            except PermissionError as error:
                raise self.unreachable(UnreachableReason.SOCKET_FORBIDDEN) from error
            except OSError as error:
                raise self.unreachable(UnreachableReason.NO_SOCKET) from error
            self._session = aiohttp.ClientSession(
                connector=aiohttp.UnixConnector(path=path, limit=16),
                trust_env=False,
                auto_decompress=False,
            )
        return self._session

    def _headers(self) -> dict[str, str]:
        session = {} if self._web_session is None else {SESSION_HEADER: self._web_session}
        return {LANGUAGE_HEADER: self._texts.language.value, "Accept": "application/json"} | session

    def _url(self, path: str) -> URL:
        base = "http://shopwarden" if self._shop is None else self._shop.base
        return URL(f"{base}{path}", encoded=True)

    def _check_version(self, response: aiohttp.ClientResponse) -> None:
        if response.headers.get(VERSION_HEADER) != str(API_VERSION):
            raise self.version_error("api.version")

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        payload = bytearray()
        async for chunk in response.content.iter_any():
            payload += chunk
            if len(payload) > MAX_ANSWER_BYTES:
                raise self.version_error("api.unreadable")
        return bytes(payload)

    async def _chunks(self, response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
        try:
            async for chunk in response.content.iter_any():
                yield chunk
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise self._failure(error) from error

    async def _refusal(self, response: aiohttp.ClientResponse) -> ApiClientError:
        self._check_version(response)
        refusal = self.decode(await self._read(response), ApiError)
        return ApiRefusedError(refusal.code, refusal.message, refusal.hint, refusal.exit_code, response.status)

    def version_error(self, code: str) -> ApiVersionError:
        """The error for an answer that is not ours, with its texts."""
        key = f"error.{code}"
        return ApiVersionError(
            code, self._texts.get(f"{key}.message"), self._texts.get(f"{key}.hint"), ExitCode.UNREACHABLE
        )

    def _failure(self, error: Exception) -> ApiClientError:
        is_no_link = isinstance(error, aiohttp.ConnectionTimeoutError) and self._shop is not None
        if isinstance(error, TimeoutError) and not is_no_link:
            message, hint = (
                self._texts.get("error.daemon.timeout.message"),
                self._texts.get("error.daemon.timeout.hint"),
            )
            return ApiTimeoutError("daemon.timeout", message, hint, ExitCode.TIMEOUT)
        if self._shop is not None:
            return self._shop.failure(error, self._texts)
        cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
        if isinstance(cause, FileNotFoundError | NotADirectoryError):
            return self.unreachable(UnreachableReason.NO_SOCKET)
        if isinstance(cause, PermissionError):
            return self.unreachable(UnreachableReason.SOCKET_FORBIDDEN)
        if isinstance(error, aiohttp.ClientConnectorError):
            return self.unreachable(UnreachableReason.NOT_RUNNING)
        return self.unreachable(UnreachableReason.LINK_LOST)
