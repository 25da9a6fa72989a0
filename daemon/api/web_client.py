"""Client functions of web sessions. They raise what `ApiClient` raises."""

from .calling import READ_TIMEOUT_S, Calling
from .errors import ApiRefusedError
from .requests import Nothing
from .web import SESSION_ENDED, WebLogin, WebSession


async def open_web_session(client: Calling, login: WebLogin) -> WebSession:
    """Let somebody in; only for the user whom the configuration lets do it. `web.login_refused`, `request.too_many`."""
    return await client.call("POST", "/v1/web/sessions", WebSession, body=login, timeout_s=READ_TIMEOUT_S)


async def end_web_session(client: Calling) -> None:
    """End the session that `client` has; harmless when it ended by itself."""
    try:
        await client.call("DELETE", "/v1/web/sessions/current", Nothing, timeout_s=READ_TIMEOUT_S)
    except ApiRefusedError as refused:
        if refused.code != SESSION_ENDED:
            raise
