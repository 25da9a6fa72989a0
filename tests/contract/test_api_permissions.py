"""Every route declares its permission, and each role gets exactly what the table gives it."""

import json
import os
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from daemon.api.socket_path import reachable
from daemon.api.wire import Role
from daemon.http.call import ApiRoute
from daemon.http.routes import ROUTES
from daemon.http.server import ApiServer
from daemon.roles import Permission, may

from .api_host import Host, hosted
from .fake_service import OTHER, SERIAL, FakeService

BODIES: dict[tuple[str, str], object] = {
    ("POST", "/v1/connections"): {"address": "192.168.1.9:5555"},
    ("POST", "/v1/pairings/code"): {"address": "192.168.1.9:37123", "code": "123456"},
    ("POST", "/v1/devices/{serial}/wireless"): {"switch": "on"},
    ("POST", "/v1/enrolments"): {
        "serial": OTHER, "employee": "李雷", "notice_version": "1", "acknowledged_by": "李雷",
    },
    ("POST", "/v1/enrolments/{serial}/end"): {"reason": "returned"},
    ("POST", "/v1/events/search"): {"text": "手镯"},
    ("POST", "/v1/events/reveal"): {"query": {"limit": 1}, "reason": "complaint"},
    ("POST", "/v1/events/{event_id}/attachments/{number}"): {"reason": "complaint"},
    ("POST", "/v1/alerts/{alert_id}/{status}"): {"note": "seen"},
    ("POST", "/v1/commands"): {"device": SERIAL, "verb": "lock", "reason": "lost"},
    ("POST", "/v1/imports"): {"device": SERIAL, "name": "sms.xml", "size_bytes": 1},
    ("POST", "/v1/verify"): {},
}  # fmt: skip
PARTS = {
    "serial": SERIAL,
    "pairing_id": "p1",
    "address": "192.168.1.9%3A5555",
    "event_id": "ev_file",
    "number": "1",
    "alert_id": "al_1",
    "status": "acknowledged",
    "command_id": "cm_1",
    "import_id": "im_1",
}


async def prepared(host: Host) -> None:
    """A running enrolment and a queued command, so that every route has something to answer."""
    role, host.role = host.role, Role.OWNER
    for path in ("/v1/enrolments", "/v1/commands"):
        body = BODIES["POST", path]
        assert isinstance(body, dict)
        assert (await request(host, "POST", path, body | ({"serial": SERIAL} if "serial" in body else {}))) < 300
    host.role = role


async def request(host: Host, method: str, path: str, body: object = None) -> int:
    with reachable(host.socket) as name:
        async with (
            aiohttp.ClientSession(connector=aiohttp.UnixConnector(path=name)) as session,
            session.request(method, "http://x" + path, data=None if body is None else json.dumps(body)) as response,
        ):
            assert response.headers["X-Shopwarden-Api"] == "1"
            if response.status >= 300:
                problem = await response.json()
                assert set(problem) == {"code", "message", "hint", "exit_code"}
                assert problem["message"] and problem["hint"]
            return response.status


def test_every_route_of_the_app_is_in_the_table_with_a_permission(tmp_path: Path) -> None:
    server = ApiServer(FakeService(), lambda uid, language: None, tmp_path / "s", monotonic=lambda: 0.0)
    in_app = {
        (route.method, route.resource.canonical) for route in server.app().router.routes() if route.resource is not None
    }
    in_table = {(route.method, route.path) for route in ROUTES}
    assert in_app == in_table
    assert all(isinstance(route.permission, Permission) for route in ROUTES)


@pytest.mark.parametrize("role", [*Role, None])
async def test_each_role_gets_what_the_table_says(tmp_path: Path, role: Role | None) -> None:
    async with hosted(tmp_path) as host:
        await prepared(host)
        host.role = role
        for route in ROUTES:
            path = route.path.format_map(_Parts(PARTS))
            status = await request(host, route.method, path, BODIES.get((route.method, route.path)))
            is_allowed = role is not None and may(role, route.permission)
            expected = {403}
            if is_allowed:
                expected = {400, 404} if _is_of_a_desk(route) else {route.status}
            assert status in expected, (role, route.method, route.path)


class _Parts(dict[str, str]):
    def __missing__(self, part: str) -> str:
        return "x1"


def _is_of_a_desk(route: ApiRoute) -> bool:
    """The fake shop has no desks: who may call one hears that it is not there, or that the body is empty."""
    handler = getattr(route, "handler", None)
    return handler is not None and handler.__module__.endswith("_routes")


async def test_a_refused_call_never_reaches_the_service(tmp_path: Path) -> None:
    async with hosted(tmp_path, role=Role.ADMIN) as host:
        assert await request(host, "POST", "/v1/events/reveal", {"query": {}, "reason": "curious"}) == 403
        assert await request(host, "GET", "/v1/events") == 403
        assert await request(host, "GET", "/v1/audit") == 403
        assert host.service.calls == []
        host.role = None
        assert await request(host, "GET", "/v1/hello") == 403
        assert await request(host, "GET", "/v1/nowhere") == 403
        assert host.service.calls == []


async def test_a_route_outside_the_table_is_refused(tmp_path: Path) -> None:
    class Careless(ApiServer):
        def app(self) -> web.Application:
            app = super().app()

            async def leak(_request: web.Request) -> web.Response:
                return web.Response(text="content")

            app.router.add_get("/v1/leak", leak)
            return app

    async with hosted(tmp_path, server_class=Careless) as host:
        assert await request(host, "GET", "/v1/leak") == 403
        assert await request(host, "GET", "/v1/hello") == 200


async def test_the_uid_comes_from_the_kernel(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        await request(host, "GET", "/v1/hello")
        assert host.seen_uids == (os.getuid(),)


async def test_bad_requests_are_refused_with_their_reason(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        cases: list[tuple[str, str, object, int]] = [
            ("GET", "/v1/nowhere", None, 404),
            ("PUT", "/v1/hello", None, 405),
            ("GET", "/v1/events?limit=0", None, 400),
            ("GET", "/v1/events?limit=1001", None, 400),
            ("GET", "/v1/events?since=2026-03-01T00:00:00", None, 400),
            ("GET", "/v1/events?text=words", None, 400),
            ("GET", "/v1/alerts?status=gone", None, 400),
            ("GET", "/v1/devices/" + "x" * 400, None, 400),
            ("POST", "/v1/commands", {"device": SERIAL, "verb": "explode", "reason": "x"}, 400),
            ("POST", "/v1/commands", {"device": SERIAL, "verb": "lock", "reason": ""}, 400),
            ("POST", "/v1/commands", {"device": SERIAL, "verb": "lock", "reason": "x" * 501}, 400),
            ("POST", "/v1/commands", [1, 2], 400),
            ("POST", "/v1/enrolments", {"serial": SERIAL}, 400),
            ("POST", "/v1/alerts/al_1/gone", {}, 400),
            ("POST", "/v1/events/reveal", {"query": {}}, 400),
            ("POST", "/v1/events/search", {"text": "x" * (1024 * 1024 + 1)}, 413),
        ]
        for method, path, body, status in cases:
            assert await request(host, method, path, body) == status, path
        assert host.service.calls == []
