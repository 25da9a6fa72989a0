"""`web`: the console in a browser on this machine."""

import asyncio
import signal
import socket
from typing import Final

import msgspec

from daemon.api.exit_codes import ExitCode

from ..web import is_installed
from ..web.guard import Guard, is_loopback, public_origin
from .context import Context, UsageError
from .output import Format

PORT: Final = 8377
_MOST_PORT: Final = 65535


class _Web(msgspec.Struct):
    port: int = PORT
    bind: str = "127.0.0.1"
    public_url: str | None = None


class Listening(msgspec.Struct, frozen=True, kw_only=True):
    """Where it is, for `--json`."""

    url: str
    port: int
    public_url: str | None


async def serve(context: Context) -> ExitCode:
    """Until Ctrl+C or SIGTERM."""
    arguments = context.take(_Web)
    if not is_loopback(arguments.bind):
        raise UsageError("usage.web_bind", address=arguments.bind)
    if not 0 <= arguments.port <= _MOST_PORT:
        raise UsageError("usage.web_port")
    public = None
    if arguments.public_url is not None:
        public = public_origin(arguments.public_url)
        if public is None:
            raise UsageError("usage.web_public_url", url=arguments.public_url)
    if not is_installed():
        raise UsageError("usage.web_missing")
    from ..web.server import WebServer

    listener = _listener(arguments.bind, arguments.port)
    port: int = listener.getsockname()[1]
    server = WebServer(guard=Guard(port=port, public=public), daemon=context.socket, language=context.texts.language)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, ended.set)
    await server.start(listener)
    name = f"[{arguments.bind}]" if ":" in arguments.bind else arguments.bind
    url = f"http://{name}:{port}/"
    if context.output.format is Format.TABLE:
        context.output.say("web.ready", url=url)
    else:
        context.output.items([Listening(url=url, port=port, public_url=public)])
    try:
        await ended.wait()
    finally:
        await server.stop()
    return ExitCode.OK


def _listener(address: str, port: int) -> socket.socket:
    host = address.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise UsageError("usage.web_in_use", port=port, problem=error.strerror or "?") from None
