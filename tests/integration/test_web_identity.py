"""People who come by the web, at a real daemon's socket: each call is of the account's role, and leaves its name."""

import asyncio
from collections.abc import Awaitable
from contextlib import aclosing
from pathlib import Path

import pytest

from daemon.api.client import ApiClient
from daemon.api.errors import ApiClientError, ApiRefusedError
from daemon.api.requests import AuditQuery
from daemon.api.web import WebLogin, WebSession
from daemon.api.web_client import end_web_session, open_web_session
from daemon.api.wire import EventQuery, Role
from daemon.callers import callers_of
from daemon.config import Config, WebAccountSection, WebSection, load_config
from daemon.errors import ConfigError
from daemon.http import server
from daemon.web.passwords import new_hash
from daemon.web.sessions import IDLE_S

from .daemon_support import OWNER, quick_config, running

WORD = "correct horse 7"
HASH = str(new_hash(WORD))
ACCOUNTS = {
    "wang": WebAccountSection(role="reviewer", password=HASH),
    "boss": WebAccountSection(role="owner", password=HASH),
}


def with_web(config: Config, **web: object) -> Config:
    return Config(adb=config.adb, capture=config.capture, web=WebSection(accounts=ACCOUNTS, **web))  # type: ignore[arg-type]


async def code_of(call: Awaitable[object]) -> tuple[str, int]:
    with pytest.raises(ApiRefusedError) as refused:
        await call
    return refused.value.code, refused.value.http_status


async def test_a_session_is_of_its_account_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    socket = tmp_path / "state" / "api.sock"

    async def log_in(client: ApiClient, account: str = "wang", password: str = WORD) -> WebSession:
        return await open_web_session(client, WebLogin(account=account, password=password))

    async with running(tmp_path, with_web(quick_config())) as service, ApiClient(socket, "zh") as gate:
        assert await code_of(log_in(gate, password="wrong one")) == ("web.login_refused", 401)
        assert await code_of(log_in(gate, account="hunter2")) == ("web.login_refused", 401)
        session = await log_in(gate)
        assert (session.account, session.role) == ("wang", Role.REVIEWER)
        async with ApiClient(socket, "en", web_session=session.token) as web:
            assert (await web.hello()).role is Role.REVIEWER
            await web.events(EventQuery())
            assert await code_of(web.audit()) == ("permission.denied", 403)
            assert await code_of(web.connect("192.0.2.1:5555")) == ("permission.denied", 403)
            assert await code_of(log_in(web)) == ("permission.denied", 403)
            boss = await log_in(gate, "boss")
            async with ApiClient(socket, "en", web_session=boss.token) as owner:
                assert await code_of(log_in(owner)) == ("web.not_the_gate", 403), "nor from a session of an owner"
                assert await code_of(owner.reveal(EventQuery(event_ids=("ev_" + "a" * 26,)), "why")) == (
                    "event.not_found", 404,
                )  # fmt: skip
            with monkeypatch.context() as other:
                other.setattr(server, "peer_uid", lambda _request: OWNER.uid + 1)
                assert await code_of(web.hello()) == ("web.session_ended", 401), "a stolen token"
            assert (await web.hello()).role is Role.REVIEWER

            ended: list[ApiClientError] = []

            async def listen() -> None:
                async with aclosing(web.stream()) as items:
                    try:
                        async for _ in items:
                            first.set()
                    except ApiClientError as error:
                        ended.append(error)

            first = asyncio.Event()
            listening = asyncio.create_task(listen())
            await first.wait()
            book = service.desks.web.sessions
            monkeypatch.setattr(book, "_monotonic", lambda later=book._monotonic: later() + IDLE_S)
            await asyncio.wait_for(listening, 5)
            assert ended, "a stream ends with its session, which watching does not keep open"
            assert await code_of(web.hello()) == ("web.session_ended", 401)
            await end_web_session(web)
        again = await log_in(gate)
        async with ApiClient(socket, "en", web_session=again.token) as web:
            await end_web_session(web)
            assert await code_of(web.devices()) == ("web.session_ended", 401)
        assert await code_of(end_web_session(gate)) == ("web.session.not_found", 404)
        entries = [one for one in await service.audit(OWNER, AuditQuery(action="web.")) if one.action != "audit.read"]
        told = [(one.actor, one.action, one.target, one.outcome) for one in reversed(entries)]
        me = told[0][0]
        assert told == [
            (me, "web.login_failed", "wang", "refused"), (me, "web.login_failed", "-", "refused"),
            ("web:wang", "web.login", "wang", "ok"), ("web:boss", "web.login", "boss", "ok"),
            ("web:wang", "web.login", "wang", "ok"), ("web:wang", "web.logout", "wang", "ok"),
        ]  # fmt: skip
        assert entries[1].role == "reviewer"
        shown = str(await service.audit(OWNER, AuditQuery(limit=100)))
        assert WORD not in shown and "hunter2" not in shown and session.token not in shown


def test_the_gate_is_who_the_configuration_names(tmp_path: Path) -> None:
    identify = callers_of(with_web(Config(), user=4321), None)
    gate = identify(4321, "zh")
    assert gate is not None and gate.is_gate
    assert (gate.role, gate.employee) == (Role.EMPLOYEE, None), "it may let people in and nothing else"
    own = identify(OWNER.uid, "zh")
    assert own is not None and own.is_gate and own.role is Role.OWNER
    assert identify(4322, "zh") is None
    file = tmp_path / "shopwarden.toml"
    for text, key in (
        ('[web]\nuser = "nobody-by-this-name"\n', "web.user"),
        ("[web]\nusr = 1\n", "web.usr"),
        ('[web.accounts.wang]\nrole = "reviewer"\npassword = "hunter2"\n', "web.accounts.wang.password"),
        (f'[web.accounts.wang]\nrole = "employee"\npassword = "{HASH}"\n', "web.accounts"),
        (f'[web.accounts.wang]\nrole = "owner"\npasswort = "{HASH}"\n', "web.accounts.wang.passwort"),
        (f'[web.accounts."a b"]\nrole = "owner"\npassword = "{HASH}"\n', "web.accounts"),
    ):
        file.write_text(text)
        with pytest.raises(ConfigError) as refused:
            load_config(file)
        assert refused.value.key.startswith(key), text
        assert "hunter2" not in str(refused.value.values)
    file.write_text(f'[web.accounts."王店员"]\nrole = "auditor"\npassword = "{HASH}"\n')
    assert load_config(file).web.accounts["王店员"].given_role() is Role.AUDITOR
