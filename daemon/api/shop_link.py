"""The connection to a shop of another machine: its certificate is renewed in time, and every failure has its reason."""

import asyncio
import ssl
from datetime import UTC, datetime
from typing import Final

import aiohttp
import msgspec
from yarl import URL

from .consoles import RenewedCertificate
from .errors import ApiClientError, ApiRefusedError, ApiUnreachableError, UnreachableReason
from .exit_codes import ExitCode
from .shop_tls import OtherKeyError, PinnedContext, ShopResolver, name_of
from .shops import RemoteShop, change_shop
from .texts import Texts

_RENEWAL: Final = "/v1/consoles/renewal"
_RENEW_AT_MOST_S: Final = 10.0
_RETRY_RENEWAL_S: Final = 3600.0
_LARGEST_RENEWAL: Final = 64 * 1024
_REFUSALS: Final = (
    "ALERT_CERTIFICATE_EXPIRED", "ALERT_UNKNOWN_CA", "ALERT_BAD_CERTIFICATE", "CERTIFICATE_REQUIRED",
    "ALERT_ACCESS_DENIED", "ALERT_CERTIFICATE_UNKNOWN", "ALERT_UNSUPPORTED_CERTIFICATE",
)  # fmt: skip
"""What a daemon's TLS says of a certificate that it does not accept."""


class ShopLink:
    """One per transport."""

    def __init__(self, shop: RemoteShop) -> None:
        self._shop = shop
        self._session: aiohttp.ClientSession | None = None
        self._old: list[aiohttp.ClientSession] = []
        self._is_unanswered = False
        """The newest connection has carried no answer yet."""
        self._renewing = asyncio.Lock()
        self._renew_again_s = float("-inf")

    @property
    def base(self) -> str:
        """Of every URL."""
        return f"https://{name_of(self._shop)}:{self._shop.address.port}"

    async def session(self, texts: Texts) -> aiohttp.ClientSession:
        """Open, with a certificate that is in force. Raises ApiClientError."""
        async with self._renewing:
            now = datetime.now(UTC)
            if self._shop.address.expires_at <= now:
                raise self._refused("lan.expired", texts)
            if self._session is None or self._session.closed:
                self._session = self._opened(texts)
            if self._shop.is_due(now) and asyncio.get_running_loop().time() >= self._renew_again_s:
                self._renew_again_s = asyncio.get_running_loop().time() + _RETRY_RENEWAL_S
                await self._renew(self._session, texts)
            return self._session

    async def close(self) -> None:
        """Drop every connection."""
        sessions = [*self._old, *([] if self._session is None else [self._session])]
        self._old, self._session = [], None
        for session in sessions:
            await session.close()

    def unreachable(self, reason: UnreachableReason, texts: Texts) -> ApiUnreachableError:
        """With the shop's name and address."""
        code = "shop.link_lost" if reason is UnreachableReason.LINK_LOST else "shop.unreachable"
        return ApiUnreachableError(reason, self._text(f"{code}.message", texts), self._text(f"{code}.hint", texts))

    def failure(self, error: Exception, texts: Texts) -> ApiClientError:
        """Why a call did not come to an answer; not for answers that take too long."""
        for cause in _causes(error):
            if isinstance(cause, OtherKeyError | ssl.SSLCertVerificationError):
                return self._refused("shop.other_key", texts)
            if isinstance(cause, ssl.SSLError) and _is_refusal(cause):
                return self._refused("shop.not_let_in", texts)
        if isinstance(error, aiohttp.ServerDisconnectedError) and self._is_unanswered:
            return self._refused("shop.not_let_in", texts)  # TLS 1.3 tells the client last that it is not wanted
        if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
            return self.unreachable(UnreachableReason.NOT_RUNNING, texts)
        return self.unreachable(UnreachableReason.LINK_LOST, texts)

    def _opened(self, texts: Texts) -> aiohttp.ClientSession:
        try:
            context = PinnedContext.of(self._shop)
        except (OSError, ValueError):  # ssl.SSLError is an OSError
            raise self._refused("shop.damaged", texts) from None
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                ssl=context, resolver=ShopResolver(self._shop), limit=16, use_dns_cache=False, happy_eyeballs_delay=None
            ),
            trace_configs=[self._traces()],
            trust_env=False,
            auto_decompress=False,
        )

    def _traces(self) -> aiohttp.TraceConfig:
        traces = aiohttp.TraceConfig()

        async def connected(*_: object) -> None:
            self._is_unanswered = True

        async def answered(*_: object) -> None:
            self._is_unanswered = False

        traces.on_connection_create_end.append(connected)
        traces.on_request_end.append(answered)
        return traces

    async def _renew(self, session: aiohttp.ClientSession, texts: Texts) -> None:
        """Trouble here is none of the call's: the certificate is still good for weeks."""
        try:
            async with asyncio.timeout(_RENEW_AT_MOST_S):
                async with session.post(URL(self.base + _RENEWAL)) as response:
                    content = await response.content.read(_LARGEST_RENEWAL)
                    if response.status != 200:
                        return
            renewed = msgspec.json.decode(content, type=RenewedCertificate)
            address = msgspec.structs.replace(self._shop.address, expires_at=renewed.expires_at)
            self._shop = await asyncio.to_thread(change_shop, self._shop, address, renewed.certificate)
        except (aiohttp.ClientError, OSError, ValueError):
            return
        self._old.append(session)  # what it has under way goes on
        self._session = self._opened(texts)

    def _refused(self, code: str, texts: Texts) -> ApiRefusedError:
        """No answer of the daemon's; retried as seldom as one."""
        message, hint = self._text(f"{code}.message", texts), self._text(f"{code}.hint", texts)
        return ApiRefusedError(code, message, hint, ExitCode.NOT_PERMITTED, 0)

    def _text(self, key: str, texts: Texts) -> str:
        return texts.get(f"error.{key}", name=self._shop.name, address=self._shop.place)


def _is_refusal(error: ssl.SSLError) -> bool:
    told = str(getattr(error, "reason", None))  # aiohttp's own kinds have none
    return any(reason in told for reason in _REFUSALS)


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and len(found) < 10:
        found.append(error)
        inner = getattr(error, "os_error", None) or getattr(error, "certificate_error", None)
        error = inner if isinstance(inner, BaseException) and inner not in found else error.__cause__
    return found
