"""Every endpoint, as every role, over an archive full of one customer: nothing of them leaves to who may not see it."""

import asyncio
import contextlib
import io
import json
import re
import time
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Formatter

import aiohttp

from daemon.api.wire import Role
from daemon.archive.archive import Archive
from daemon.config import Config
from daemon.http.routes import ROUTES
from daemon.http.server import ApiLimits, ApiServer
from daemon.roles import Permission, may
from daemon.service import Caller
from daemon.service_impl import DaemonService
from policies.masking import mask_text
from policies.model import Hit, How, Severity, Verdict
from tests.archive_kit import PHONE, enrolment, id_of, ingest_of, sms
from tests.contract.cli_runner import shopwarden

from .daemon_support import quick_config, running
from .test_people import chat, contact

NAME, NUMBER, ACCOUNT, MAIL = "段正淳", "13912345678", "dzc_1978x", "duan.zc@qq.com"
PAPER, CARD, ADDRESS = "110101199003078419", "6222021234567890128", "上海市浦东新区张江路88号3楼"
TOLD = f"{NAME}的电话{NUMBER}，微信{ACCOUNT}，邮箱{MAIL}，身份证{PAPER}，卡号{CARD}，寄到{ADDRESS}"
DISGUISED = (
    "找段正淳：一三九 一二三四 五六七八，微❤：ｄｚｃ＿１９７８ｘ，邮箱duan.zc(at)qq.com，１３９-１２３４-５６７８，"
    "就是dzc_1978x"
)
SECRETS = (
    "正淳", "13912345678", "1391234", "12345678", "一二三四", "１２３４", "dzc_1978", "ｄｚｃ＿１", "duan.zc",
    "19900307", "2021234567", "张江路", "88号",
)  # fmt: skip
"""What of the customer is nowhere, in whatever disguise it was written."""
OPENS = frozenset(
    {
        ("POST", "/v1/events/reveal"),
        ("POST", "/v1/timeline/reveal"),
        ("POST", "/v1/proofs/reveal"),
        ("POST", "/v1/events/{event_id}/attachments/{number}"),
    }
)
"""Those that open content, with a reason and an audit entry, for who has the right."""
LEFT_OUT = frozenset({("GET", "/v1/openapi.json")})
"""Constant."""
RULES = """
[[rule]]
id = "own.number"
title = { en = "A number", zh = "号码" }
category = "off_platform_contact"
severity = "high"
words = ["@contact.mobile", "@contact.name", "电话"]
[rule.tests]
hit = ["电话"]
miss = ["你好"]
"""
SOON = datetime.now(UTC) + timedelta(days=30)


class Walk:
    """Asks as any role over a socket of its own."""

    def __init__(self, socket: Path, ids: dict[str, str]) -> None:
        self.role = Role.OWNER
        self.ids = ids
        self._socket = socket

    def identify(self, uid: int, language: str) -> Caller:
        employee = "林小雨" if self.role is Role.EMPLOYEE else None
        number = list(Role).index(self.role)
        return Caller(
            uid=uid + number, name=f"the {self.role.value}", role=self.role, language=language, employee=employee
        )

    async def ask(self, method: str, path: str, body: object | None, language: str) -> tuple[int, str]:
        status, said = await self.fetch(method, path, body, language)
        return status, said.decode("utf-8", "replace")

    async def fetch(self, method: str, path: str, body: object | None, language: str) -> tuple[int, bytes]:
        headers = {"Accept-Language": language, "Last-Event-ID": "0"}
        url = "http://daemon" + path.format_map(self.ids)
        connector = aiohttp.UnixConnector(path=str(self._socket))
        async with (
            aiohttp.ClientSession(connector=connector) as session,
            session.request(method, url, json=body, headers=headers) as answer,
        ):
            said = b""
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.3 if path == "/v1/stream" else 20):
                    async for piece in answer.content.iter_any():
                        said += piece
            return answer.status, said


def finding(text: str) -> Verdict:
    """An alert whose hits are the details themselves, found by detectors of the rules and of a shop's own."""
    found = [(one.start, one.end, f"@contact.{one.kind.value}") for one in mask_text(text).spans]
    found.append((text.index("会员号") + 3, text.index("会员号") + 11, "@member"))
    hits = tuple(
        Hit(start=start, end=end, rule_id="r.x", word=word, category="c", severity=Severity.HIGH, how=How.EXACT)
        for start, end, word in found
    )
    return Verdict(
        rule_id="r.x", rule_title={"en": "X", "zh": "甲"}, category="c", severity=Severity.HIGH, hits=hits,
        ruleset_version="t@1",
    )  # fmt: skip


async def fill(archive: Archive) -> dict[str, str]:
    """What phones say of the customer."""
    await archive.add_enrolment(replace(enrolment(PHONE)))
    now = datetime.now(UTC)
    text = f"{TOLD}，会员号88001234"
    plain, hidden = sms(1, text.encode(), at=now), sms(2, DISGUISED.encode(), at=now)
    own = sms(3, f"我是{NAME}，{NUMBER}".encode(), address=NUMBER.encode(), at=now)
    for event in (
        contact(1, f"{NAME} 老客户", NUMBER, note=f"微信{ACCOUNT}", emails=(MAIL,)),
        hidden, own, chat("0|com.tencent.mm|7|段正淳|10", NAME, f"{NAME}: {TOLD}"),
    ):  # fmt: skip
        await archive.ingest(ingest_of([event], source=event.source))
    await archive.ingest(ingest_of([plain], verdicts=[finding(text)]))
    return {"event_id": id_of(plain, archive.tokens), "own": id_of(own, archive.tokens)}


async def seeded(walk: Walk) -> None:
    """What people write about the customer while they work: reasons, notes, cases."""

    async def done(method: str, path: str, body: object, key: str | None = None) -> None:
        status, said = await walk.ask(method, path, body, "en")
        assert status < 300, (path, said)
        if key is not None:
            walk.ids[key] = json.loads(said)[key]

    walk.role = Role.OWNER
    note, received = f"致电{NUMBER}，{NAME}，{TOLD}"[:400], datetime.now(UTC).isoformat()
    _, alerts = await walk.ask("GET", "/v1/alerts", None, "en")
    walk.ids["alert_id"] = json.loads(alerts)["items"][0]["alert_id"]
    await done("POST", "/v1/alerts/{alert_id}/acknowledged", {"note": note})
    customer = {"kind": "correction", "subject": f"customer:{NUMBER}", "received_at": received, "channel": note[:80]}
    await done("POST", "/v1/requests", customer | {"note": note}, "request_id")
    await done("POST", "/v1/requests/{request_id}/note", {"text": note})
    await done("POST", "/v1/requests/{request_id}/correct", {"event_ids": [walk.ids["event_id"]], "text": note})
    hold = {"reason": note, "until": SOON.isoformat(), "peer": NUMBER}
    await done("POST", "/v1/holds", hold, "hold_id")
    await done("POST", "/v1/exports", {"case": note[:80], "reason": note, "peer": NUMBER}, "export_id")
    await done("POST", "/v1/rescans", {"reason": note}, "rescan_id")
    await done("POST", "/v1/incidents", {"what": note, "noticed_at": received}, "incident_id")
    await done("POST", "/v1/incidents/{incident_id}/note", {"text": note})
    query = {"event_ids": [walk.ids["event_id"]]}
    await done("POST", "/v1/events/reveal", {"query": query, "reason": note})


def bodies(ids: dict[str, str]) -> dict[str, object]:
    """What is asked where more than nothing must be said to be told something."""
    reveal = {"query": {"limit": 50}, "reason": "walk"}
    return {
        "/v1/events/search": {"text": "电话"},
        "/v1/events/reveal": reveal,
        "/v1/timeline": {"event_id": ids["own"]},
        "/v1/timeline/reveal": {"query": {"event_id": ids["own"]}, "reason": "walk"},
        "/v1/events/{event_id}/attachments/{number}": {"reason": "walk"},
        "/v1/proofs": {"event_id": ids["event_id"]},
        "/v1/proofs/reveal": {"event_id": ids["event_id"], "reason": "walk"},
        "/v1/verify": {},
        "/v1/heads/check": {"heads": "x"},
        "/v1/policy/explain": {"text": "加我微信"},
        "/v1/policy/trials": {"packs": ["retail-zh"]},
        "/v1/backups": {},
    }


@contextlib.asynccontextmanager
async def walking(folder: Path, config: Config | None = None) -> AsyncIterator[tuple[DaemonService, Walk]]:
    async with running(folder, config or quick_config()) as service:
        archive = service._archive  # noqa: SLF001 - what the phones said is what the test is about
        ids = {"serial": PHONE, "number": "1", "status": "resolved", "address": "x:1"} | await fill(archive)
        walk = Walk(folder / "api.sock", ids)
        limits = ApiLimits(reveals_per_minute=100_000, reveal_burst=100_000)
        server = ApiServer(service, walk.identify, folder / "api.sock", monotonic=time.monotonic, limits=limits)
        await server.start()
        try:
            await seeded(walk)
            yield service, walk
        finally:
            await server.stop()


def leaks(said: str) -> list[str]:
    """JSON may spell a character by its number."""
    plain = re.sub(r"\\u([0-9a-fA-F]{4})", lambda code: chr(int(code[1], 16)), said)
    return [secret for secret in SECRETS if secret in plain]


async def test_no_endpoint_tells_of_a_customer_to_who_may_not_know(tmp_path: Path) -> None:
    async with walking(tmp_path) as (_, walk):
        asked = bodies(walk.ids)
        for route in ROUTES:
            for _, key, _, _ in Formatter().parse(route.path):
                walk.ids.setdefault(key or "", "none")
        told: set[tuple[str, str]] = set()
        for number, (role, route) in enumerate((role, route) for role in Role for route in ROUTES):
            way = (route.method, route.path)
            if way in LEFT_OUT or _ends_something(*way):
                continue
            walk.role = role
            body = asked.get(route.path, {}) if route.method in {"POST", "PUT"} else None
            status, said = await walk.ask(route.method, route.path, body, ("en", "zh")[number % 2])
            assert (
                (status != 403)
                or not may(role, route.permission)
                or route.permission is Permission.SELF
                or (route.path.endswith(("/copy", "/approve", "/bundle")))
            ), (role, way, said)
            if 200 <= status < 300:
                told.add(way)
            if way in OPENS and may(role, Permission.EVENTS_REVEAL):
                continue
            assert not leaks(said), (role, way, leaks(said))
        assert told >= {("GET", one) for one in (
            "/v1/events", "/v1/alerts", "/v1/alerts/{alert_id}", "/v1/audit", "/v1/requests",
            "/v1/requests/{request_id}",
            "/v1/holds", "/v1/exports", "/v1/exports/{export_id}", "/v1/incidents", "/v1/incidents/{incident_id}",
            "/v1/stream", "/v1/me", "/v1/deletions", "/v1/devices", "/v1/health", "/v1/rescans",
        )}  # fmt: skip
        assert told >= {("POST", one) for one in ("/v1/events/search", "/v1/timeline", "/v1/events/reveal")}


def _ends_something(method: str, path: str) -> bool:
    """Calls that end what later ones of the walk look at, or change keys and take long; they answer with views that
    others of the walk show."""
    return method == "DELETE" or path.endswith(("/end", "/close", "/approve", "/refuse", "/cosignature", "/rotate"))


async def test_one_person_is_followed_without_learning_who(tmp_path: Path) -> None:
    async with walking(tmp_path) as (_, walk):
        await _readers_follow(walk)
        await _a_trial_of_rules(walk)
        await _a_masked_export(walk)
        await _the_command_line(walk, tmp_path)


async def _readers_follow(walk: Walk) -> None:
    walk.role = Role.REVIEWER
    _, said = await walk.ask("GET", "/v1/events", None, "zh")
    events = json.loads(said)["items"]
    own = next(one for one in events if one["event_id"] == walk.ids["own"])
    person = own["person"]
    assert person.startswith("客户·") and own["body"] == f"我是{person}(段**)，{person}(139****5678)"
    assert all(person in one["body"] for one in events if one["kind"] in {"message", "notification"})
    for typed in (person, person.lower(), person.removeprefix("客户·"), f"Customer·{person[-6:]}"):
        status, said = await walk.ask("POST", "/v1/events/search", {"person": typed}, "en")
        theirs = json.loads(said)["items"]
        assert status == 200 and {one["event_id"] for one in theirs} >= {own["event_id"]}
        assert {one["person"] for one in theirs} == {f"Customer·{person[-6:]}"}
        assert {one["kind"] for one in theirs} >= {"message", "contact", "notification"}
    status, said = await walk.ask("POST", "/v1/events/search", {"person": "000000"}, "en")
    assert status == 404 and json.loads(said)["code"] == "person.not_found"
    _, said = await walk.ask("POST", "/v1/events/search", {"person": person, "text": "电话"}, "zh")
    assert json.loads(said)["items"][0]["matched"]
    walk.role = Role.ADMIN
    _, said = await walk.ask("GET", "/v1/alerts", None, "zh")
    surfaces = [one["surface"] for one in json.loads(said)["items"][0]["evidence"]]
    assert any("*******5678" in surface for surface in surfaces) and not any("客户·" in one for one in surfaces)
    assert any("会员号********" in surface for surface in surfaces), "what a shop's own detector found is starred"
    walk.role = Role.AUDITOR
    _, said = await walk.ask("GET", "/v1/audit", None, "zh")
    reasons = [one["reason"] for one in json.loads(said)["items"] if one["action"] == "events.reveal"]
    assert reasons[0].startswith(
        "致电[手机号]，[姓名]，[姓名]的电话[手机号]，微信[微信号]，邮箱[邮箱]，身份证[身份证号]"
    )


async def _a_trial_of_rules(walk: Walk) -> None:
    for role in (Role.OWNER, Role.REVIEWER, Role.ADMIN):
        walk.role = role
        files = [{"name": "own.toml", "text": RULES}]
        status, said = await walk.ask("POST", "/v1/policy/trials", {"files": files}, "zh")
        if not may(role, Permission.POLICY_TRY):
            assert status == 403
            continue
        assert status < 300, said
        walk.ids["trial_id"] = json.loads(said)["trial_id"]
        while not json.loads(said)["is_done"]:
            await asyncio.sleep(0.05)
            _, said = await walk.ask("GET", "/v1/policy/trials/{trial_id}", None, "zh")
        examples = [one for rule in json.loads(said)["report"]["rules"] for one in rule["examples"]]
        assert examples and not leaks(said), leaks(said)


async def _a_masked_export(walk: Walk) -> None:
    walk.role = Role.REVIEWER
    status, said = await walk.ask("POST", "/v1/exports/{export_id}/approve", {"reason": f"致{NAME}"}, "zh")
    assert status == 200 and not leaks(said)
    walk.role = Role.OWNER
    status, packed = await walk.fetch("POST", "/v1/exports/{export_id}/bundle", {}, "zh")
    assert status == 200
    with zipfile.ZipFile(io.BytesIO(packed)) as bundle:
        said = "".join(bundle.read(name).decode("utf-8", "replace") for name in bundle.namelist())
    assert "客户·" in said and not leaks(said), leaks(said)


async def _the_command_line(walk: Walk, folder: Path) -> None:
    walk.role = Role.REVIEWER
    commands = (["events"], ["search", "电话"], ["alerts", "show", walk.ids["alert_id"]], ["timeline", walk.ids["own"]])
    ran = await asyncio.gather(*(shopwarden(folder, *command, "--lang", "zh") for command in commands))
    for command, one in zip(commands, ran, strict=True):
        assert one.code == 0 and not leaks(one.out + one.err), (command, leaks(one.out + one.err))
        assert "客户·" in one.out
