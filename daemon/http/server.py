"""The API server: one app, one Unix socket, one permission check for every route."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from ..api.exit_codes import ExitCode
from ..api.texts import Language
from ..api.web import SESSION_ENDED, SESSION_HEADER
from ..logs import log_for, where
from ..roles import Permission, require
from ..service import Caller, Service, ServiceError
from . import download, stream, upload
from .answers import answer, internal_error, refusal
from .bundle_download import BundleRoute
from .call import ApiRoute
from .identity import Consoles, IdentifyCaller, WebSessions, asked_language, peer_certificate, peer_uid
from .listener import Listener, listen
from .rate_limit import RateLimiter
from .routes import ATTACHMENT_PATH, IMPORT_PATH, ROUTES, STREAM_PATH

_BY_ROLE = frozenset({"permission.denied", "permission.local_only"})
_CALLER = web.RequestKey("caller", Caller)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
NoteDenied = Callable[[Caller, Permission, str], Awaitable[None]]
"""Is told of a refusal by role: who, what the call needed, and the method and path of its route."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiLimits:
    """Bounds of one server."""

    body_bytes: int = 1024 * 1024
    body_timeout_s: float = 15.0
    idle_timeout_s: float = 60.0
    """For a whole request head to arrive, and between requests of one connection."""
    stop_timeout_s: float = 5.0
    reveals_per_minute: float = 30.0
    reveal_burst: int = 30
    streams_per_principal: int = 32
    console_calls_per_minute: float = 1200.0
    """Of one console of another machine; whoever is on this machine is not held back."""
    console_burst: int = 300


class ApiServer:
    """Serves `service` at `socket`. Knows nothing of the shop but who may ask what."""

    def __init__(
        self,
        service: Service,
        identify_caller: IdentifyCaller,
        socket: Path,
        *,
        monotonic: Callable[[], float],
        default_language: Language = Language.EN,
        limits: ApiLimits | None = None,
        routes: tuple[ApiRoute, ...] = ROUTES,
        note_denied: NoteDenied | None = None,
        web_sessions: WebSessions | None = None,
        consoles: Consoles | None = None,
    ) -> None:
        self._service = service
        self._web_sessions = web_sessions
        self._consoles = consoles
        self._note_denied = note_denied
        self._identify = identify_caller
        self._socket = socket
        self._language = default_language
        self._limits = limits or ApiLimits()
        self._reveals = RateLimiter(
            per_minute=self._limits.reveals_per_minute, burst=self._limits.reveal_burst, monotonic=monotonic
        )
        self._calls = RateLimiter(
            per_minute=self._limits.console_calls_per_minute, burst=self._limits.console_burst, monotonic=monotonic
        )
        self._streams: dict[int, int] = {}
        self._stopping = asyncio.Event()
        self._log = log_for("api")
        self._routes: dict[web.AbstractRoute, ApiRoute] = {}
        self._routes_to_add = routes
        self._runner: web.AppRunner | None = None
        self._listener: Listener | None = None

    async def start(self) -> None:
        """Open the socket and serve. Raises SocketTakenError, OSError."""
        self._listener = listen(self._socket)
        runner = web.AppRunner(
            self.app(),
            access_log=None,  # addresses and agents are content of a kind; the audit is the record
            keepalive_timeout=self._limits.idle_timeout_s,
            shutdown_timeout=self._limits.stop_timeout_s,
            lingering_time=1.0,
            handle_signals=False,
        )
        await runner.setup()
        await web.SockSite(runner, self._listener.socket).start()
        self._runner = runner

    async def stop(self) -> None:
        """End streams, let calls under way finish for `stop_timeout_s`, remove the socket's file. Harmless twice."""
        self._stopping.set()
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.remove_file()
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()
        elif listener is not None:
            listener.socket.close()

    def protocol(self) -> asyncio.BaseProtocol:
        """For one connection from elsewhere, whose TLS has been done. The same app, the same checks."""
        server = None if self._runner is None else self._runner.server
        if server is None:
            raise ConnectionAbortedError("not serving")
        return server()

    def app(self) -> web.Application:
        """The aiohttp application with every route of the table."""
        app = web.Application(middlewares=[self._guard], client_max_size=self._limits.body_bytes)
        for route in self._routes_to_add:
            self._routes[app.router.add_route(route.method, route.path, self._endpoint(route))] = route
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """The one check: who, which role, which permission. What it does not know, it refuses."""
        language = asked_language(request, self._language)
        try:
            caller = self._caller(request, language)
            self._note_use(request, caller)
            if request.match_info.http_exception is not None:
                return await handler(request)
            route = self._routes.get(request.match_info.route)
            try:
                self._check(caller, route)
                request[_CALLER] = caller
                return await handler(request)
            except ServiceError as error:
                await self._tell_denied(caller, route, error)
                raise
        except ServiceError as error:
            return refusal(error, language)
        except web.HTTPException as error:
            return refusal(self._http_error(error), language)
        except Exception as error:  # noqa: BLE001 - the dispatcher's last handler: one broken call must not end the daemon
            return refusal(internal_error(self._report(error)), language)

    def _caller(self, request: web.Request, language: Language) -> Caller:
        if (certificate := peer_certificate(request)) is not None:
            return self._caller_of_console(certificate, language)
        uid = peer_uid(request)
        if (token := request.headers.get(SESSION_HEADER)) is not None:
            return self._caller_by_web(token, uid, language)
        caller = None if uid is None else self._identify(uid, language.value)
        if caller is None:
            raise ServiceError(
                "permission.no_role", http_status=403, exit_code=ExitCode.NOT_PERMITTED, uid=-1 if uid is None else uid
            )
        return caller

    def _caller_of_console(self, certificate: bytes, language: Language) -> Caller:
        """By its key alone: no header of a console's makes it somebody else."""
        if self._consoles is None:
            raise ServiceError("permission.no_role", http_status=403, exit_code=ExitCode.NOT_PERMITTED, uid=-1)
        caller = self._consoles.caller(certificate, language.value)
        if wait_s := self._calls.take(caller.uid):
            raise _too_many(wait_s)
        return caller

    def _caller_by_web(self, token: str, uid: int | None, language: Language) -> Caller:
        """Never the user who connects: whoever says that they came by the web has the web account's role or none."""
        sessions = self._web_sessions
        caller = None if sessions is None or uid is None else sessions.caller(token, uid, language.value)
        if caller is None:
            raise ServiceError(SESSION_ENDED, http_status=401, exit_code=ExitCode.NOT_PERMITTED)
        return caller

    def _note_use(self, request: web.Request, caller: Caller) -> None:
        """A stream that is opened anew by itself is nobody at the keys."""
        if self._web_sessions is not None and caller.web_session is not None and request.path != STREAM_PATH:
            self._web_sessions.used(caller.web_session)

    @staticmethod
    def _check(caller: Caller, route: ApiRoute | None) -> None:
        if route is None:  # not in the table: it declares nothing, so nobody may
            raise ServiceError(
                "permission.denied", http_status=403, exit_code=ExitCode.NOT_PERMITTED, role=caller.role.value
            )
        require(caller, route.permission)

    async def _tell_denied(self, caller: Caller, route: ApiRoute | None, error: ServiceError) -> None:
        """By the table of routes or by a desk behind it; reading (GET) is not told."""
        needed = error.values.get("permission")
        if error.code not in _BY_ROLE or needed is None or route is None or route.method == "GET":
            return
        if self._note_denied is not None:
            await self._note_denied(caller, Permission(str(needed)), f"{route.method} {route.path}")

    def _endpoint(self, route: ApiRoute) -> Handler:
        async def endpoint(request: web.Request) -> web.StreamResponse:
            caller = request[_CALLER]
            if route.path == STREAM_PATH:
                return await self._stream(request, caller)
            if route.path == IMPORT_PATH:
                return await upload.serve(request, self._service, caller)
            if route.permission is Permission.EVENTS_REVEAL:
                self._limit_reveals(caller)
            async with asyncio.timeout(self._limits.body_timeout_s):
                payload = await request.read()
            if route.path == ATTACHMENT_PATH:
                return await download.serve(request, payload, self._service, caller)
            if isinstance(route, BundleRoute):
                return await route.serve(request, self._service, caller)
            body = await route.run(request, payload, self._service, caller)
            return answer(body, status=route.status, content_type=route.content_type)

        return endpoint

    async def _stream(self, request: web.Request, caller: Caller) -> web.StreamResponse:
        open_streams = self._streams.get(caller.uid, 0)
        if open_streams >= self._limits.streams_per_principal:
            raise _too_many(self._limits.idle_timeout_s)
        self._streams[caller.uid] = open_streams + 1
        try:
            return await stream.serve(request, self._service, caller, self._stopping, lambda: self._is_out(caller))
        finally:
            self._streams[caller.uid] -= 1

    def _is_out(self, caller: Caller) -> bool:
        """Whether a web session has ended, or a console was revoked, meanwhile."""
        if caller.console is not None:
            return self._consoles is None or not self._consoles.is_in_force(caller.console)
        sessions, session_id = self._web_sessions, caller.web_session
        return session_id is not None and (sessions is None or not sessions.is_open(session_id))

    def _limit_reveals(self, caller: Caller) -> None:
        if wait_s := self._reveals.take(caller.uid):
            self._log.warning("reveal_limited", uid=caller.uid, role=caller.role.value)
            raise _too_many(wait_s)

    def _http_error(self, error: web.HTTPException) -> ServiceError:
        match error.status:
            case 404:
                return ServiceError("request.no_such_route", http_status=404, exit_code=ExitCode.NOT_FOUND)
            case 405:
                return ServiceError("request.method_not_allowed", http_status=405, exit_code=ExitCode.USAGE)
            case 413:
                return ServiceError(
                    "request.too_large", http_status=413, exit_code=ExitCode.USAGE, limit_bytes=self._limits.body_bytes
                )
            case status:
                return ServiceError(
                    "request.invalid", http_status=status, exit_code=ExitCode.USAGE, problem=str(status)
                )

    def _report(self, error: Exception) -> str:
        case = secrets.token_hex(4)
        self._log.error("api_call_failed", code=case, error_type=type(error).__name__, where=where(error))
        return case


def _too_many(wait_s: float) -> ServiceError:
    return ServiceError(
        "request.too_many", http_status=429, exit_code=ExitCode.NOT_PERMITTED, retry_in_s=max(1, round(wait_s + 0.5))
    )
