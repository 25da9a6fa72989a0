"""The web server: a login in front of one console for each person, on this machine's loopback only."""

import asyncio
import logging
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Final

import msgspec
from aiohttp import web

from daemon.api.client import ApiClient
from daemon.api.errors import ApiClientError, ApiRefusedError
from daemon.api.texts import Language
from daemon.api.web import WebLogin
from daemon.api.web_client import end_web_session, open_web_session

from .guard import HEADERS, Guard
from .pages import Pages
from .tab import MOST_MESSAGE_BYTES, Tab
from .visits import Visit, Visits, VisitsFullError

COOKIE: Final = "shopwarden"
MOST_FORM_BYTES: Final = 8192
LOOK_EVERY_S: Final = 5.0
KEEP_EVERY_S: Final = 60.0
"""So often the daemon is told that somebody is still there, while keys are pressed."""
HEARTBEAT_S: Final = 15.0
_OWN: Final = Path(__file__).parent / "static"
_THEIRS: Final = files("textual_serve") / "static"
_STATIC: Final = {
    "page.css": (_OWN / "page.css", "text/css"),
    "page.js": (_OWN / "page.js", "text/javascript"),
    "textual.js": (_THEIRS / "js" / "textual.js", "text/javascript"),
    "xterm.css": (_THEIRS / "css" / "xterm.css", "text/css"),
    "mono.ttf": (_THEIRS / "fonts" / "RobotoMono-VariableFont_wght.ttf", "font/ttf"),
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = logging.getLogger("shopwarden.web")
log.addHandler(logging.NullHandler())
log.propagate = False


class WebServer:
    """Serves until `stop`. `guard` knows the port that `listener` is bound to."""

    def __init__(self, *, guard: Guard, daemon: Path, language: Language) -> None:
        self._guard = guard
        self._daemon = daemon
        self._language = language
        self._pages = Pages()
        self._visits = Visits(lambda: datetime.now(UTC), time.monotonic)
        self._tabs: dict[int, Tab] = {}
        self._kept_s: dict[int, float] = {}
        self._command = [sys.executable, "-P", "-m", "console.main", "--socket", str(daemon)]
        self._runner: web.AppRunner | None = None
        self._watching: asyncio.Task[None] | None = None

    async def start(self, listener: socket.socket) -> None:
        """Answer from now on."""
        app = web.Application(middlewares=[self._checked], client_max_size=MOST_FORM_BYTES)
        app.add_routes(
            [
                web.get("/", self._terminal),
                web.get("/login", self._login_page),
                web.post("/login", self._login),
                web.post("/logout", self._logout),
                web.get("/ws", self._socket),
                web.get("/static/{name}", self._static),
            ]
        )
        app.on_response_prepare.append(_sign)
        self._runner = web.AppRunner(app, access_log=None, logger=log, handle_signals=False)
        await self._runner.setup()
        await web.SockSite(self._runner, listener).start()
        self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """End every console and session."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        await asyncio.gather(*(self._end(visit) for visit in self._visits.all()))
        if self._runner is not None:
            await self._runner.cleanup()

    @web.middleware
    async def _checked(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Only under our own names; nothing of a fault leaves but that there was one."""
        if not self._guard.is_host_ours(request.headers.get("Host")):
            return web.Response(status=421, text="421")
        is_asking = request.method not in {"GET", "HEAD"} or request.path == "/ws"
        if is_asking and not self._guard.is_origin_ours(request.headers.get("Origin")):
            return web.Response(status=403, text=self._pages.say(self._spoken(request), "foreign"))
        try:
            return await handler(request)
        except web.HTTPException:
            raise
        except ConnectionError:
            raise
        except Exception:  # noqa: BLE001 - the last handler: aiohttp's own would write the error out
            return web.Response(status=500, text="500")

    async def _terminal(self, request: web.Request) -> web.StreamResponse:
        visit = self._visit(request)
        if visit is None:
            raise web.HTTPSeeOther("/login?ended" if COOKIE in request.cookies else "/login")
        return _page(self._pages.terminal(Language(visit.language), visit.account))

    async def _login_page(self, request: web.Request) -> web.StreamResponse:
        language = self._spoken(request)
        trouble = self._pages.say(language, "expired") if "ended" in request.query else ""
        response = _page(self._pages.login(language, trouble))
        if "ended" in request.query:
            response.del_cookie(COOKIE, path="/")
        return response

    async def _login(self, request: web.Request) -> web.StreamResponse:
        if request.content_type != "application/x-www-form-urlencoded":
            raise web.HTTPUnsupportedMediaType
        try:
            form = await request.post()
        except (LookupError, ValueError):  # a charset that nobody knows, or other bytes than it promised
            raise web.HTTPBadRequest from None
        language = _language(str(form.get("language", ""))) or self._spoken(request)
        try:
            login = msgspec.convert(
                {"account": str(form.get("account", "")).strip(), "password": str(form.get("password", ""))}, WebLogin
            )
        except msgspec.ValidationError:
            return _page(self._pages.login(language, self._pages.say(language, "wrong")), status=400)
        try:
            async with ApiClient(self._daemon, language.value) as client:
                session = await open_web_session(client, login)
        except ApiRefusedError as error:
            return _page(self._pages.login(language, error.message), status=_status(error))
        except ApiClientError as error:
            return _page(self._pages.login(language, f"{error.message} {error.hint}".strip()), status=502)
        before = self._visit(request)
        if before is not None:
            await self._end(before)
        try:
            left = self._visits.in_the_way(session.account, lambda visit: id(visit) in self._tabs)
            if left is not None:
                await self._end(left)
            cookie = self._visits.begin(session, language.value)
        except VisitsFullError:
            await self._end_session(session.token, language.value)
            return _page(self._pages.login(language, self._pages.say(language, "full")), status=429)
        response = web.HTTPSeeOther("/")
        response.set_cookie(COOKIE, cookie, path="/", httponly=True, samesite="Strict", secure=self._guard.is_secure)
        return response

    async def _logout(self, request: web.Request) -> web.StreamResponse:
        visit = self._visit(request)
        if visit is not None:
            await self._end(visit)
        response = web.HTTPSeeOther("/login")
        response.del_cookie(COOKIE, path="/")
        return response

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        visit = self._visit(request)
        if visit is None:
            raise web.HTTPForbidden
        opened = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=MOST_MESSAGE_BYTES)
        await opened.prepare(request)
        before = self._tabs.pop(id(visit), None)
        if before is not None:
            await before.end()

        async def touched() -> None:
            await self._touch(visit)

        tab = Tab(self._command, opened, session=visit.session.token, language=visit.language, touched=touched)
        self._tabs[id(visit)] = tab
        self._visits.touch(visit)
        try:
            await tab.serve(_number(request.query.get("width")), _number(request.query.get("height")))
        finally:
            if self._tabs.get(id(visit)) is tab:
                del self._tabs[id(visit)]
        return opened

    async def _static(self, request: web.Request) -> web.StreamResponse:
        found = _STATIC.get(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound
        file, kind = found
        content = await asyncio.to_thread(file.read_bytes)
        return web.Response(body=content, content_type=kind, headers={"Cache-Control": "max-age=3600"})

    async def _touch(self, visit: Visit) -> None:
        """A key was pressed: the daemon's session must not end for want of calls; one that ended takes us along."""
        self._visits.touch(visit)
        now_s = time.monotonic()
        if now_s - self._kept_s.get(id(visit), 0.0) < KEEP_EVERY_S:
            return
        self._kept_s[id(visit)] = now_s
        try:
            async with ApiClient(self._daemon, visit.language, visit.session.token) as client:
                await client.hello()
        except ApiRefusedError:
            await self._end(visit)
        except ApiClientError:
            pass  # the console says so itself

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            for visit in self._visits.over():
                await self._end(visit)

    async def _end(self, visit: Visit) -> None:
        self._visits.end(visit)
        self._kept_s.pop(id(visit), None)
        tab = self._tabs.pop(id(visit), None)
        if tab is not None:
            await tab.end()
        await self._end_session(visit.session.token, visit.language)

    async def _end_session(self, token: str, language: str) -> None:
        with suppress(ApiClientError):
            async with ApiClient(self._daemon, language, token) as client:
                await end_web_session(client)

    def _visit(self, request: web.Request) -> Visit | None:
        return self._visits.find(request.cookies.get(COOKIE))

    def _spoken(self, request: web.Request) -> Language:
        """What was asked for, else the browser's first language, else ours."""
        wish = request.query.get("language") or request.headers.get("Accept-Language", "").split(",")[0]
        return _language(wish) or self._language


async def _sign(_request: web.Request, response: web.StreamResponse) -> None:
    """Every answer has the same headers; none tells what serves it."""
    for name, content in HEADERS.items():
        response.headers.setdefault(name, content)
    response.headers.pop("Server", None)


def _page(content: str, *, status: int = 200) -> web.Response:
    return web.Response(text=content, content_type="text/html", charset="utf-8", status=status)


def _status(error: ApiRefusedError) -> int:
    return error.http_status if error.http_status in {401, 403, 429} else 400


def _language(wish: str) -> Language | None:
    word = wish.strip().lower()
    if word.startswith("zh"):
        return Language.ZH
    return Language.EN if word.startswith("en") else None


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) < 5 else 80
