"""The routes of web sessions."""

from ..api.requests import Nothing
from ..api.web import WebLogin, WebSession
from ..roles import Permission
from .call import ApiRoute, Call
from .table import json_route


async def log_in(call: Call, _query: Nothing, body: WebLogin) -> WebSession:
    """Let somebody in."""
    return await call.service.desks.web.log_in(call.caller, body)


async def log_out(call: Call, _query: Nothing, _body: Nothing) -> Nothing:
    """End the session that asks."""
    await call.service.desks.web.log_out(call.caller)
    return Nothing()


WEB_ROUTES: tuple[ApiRoute, ...] = (
    json_route(
        method="POST", path="/v1/web/sessions", permission=Permission.WEB_LOGIN,
        summary="Let somebody with a web account in; for the user whom the configuration lets do it (`web.user`)",
        handler=log_in, query=Nothing, body=WebLogin, answer=WebSession, status=201,
    ),
    json_route(
        method="DELETE", path="/v1/web/sessions/current", permission=Permission.HELLO,
        summary="End the web session that asks", handler=log_out, query=Nothing, body=Nothing, answer=Nothing,
    ),
)  # fmt: skip
