"""The archive looked through with other rules: everything once, marked, told to nobody, whatever happens meanwhile."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from adb_bridge.clock import SystemClock
from crypto.database import OpenMode
from crypto.head_log import HeadLog
from crypto.keyring import create_keyring, open_keyring
from crypto.secrets import KeyFileSecret, create_key_file
from daemon.api.client import ApiClient
from daemon.api.errors import ApiRefusedError
from daemon.api.requests import AlertQuery, AuditQuery
from daemon.api.rescans import Rescan, RescanCancel, RescanRequest, RescanStatus
from daemon.api.rescans_client import cancel_rescan, rescan, rescans, start_rescan
from daemon.api.wire import StreamKind
from daemon.archive.archive import Archive
from daemon.archive.drafts import AlertFilter
from daemon.archive.errors import IllegalTransitionError
from daemon.archive.rescans import RescanScope
from daemon.bus import Bus
from daemon.config import AdbSection, Config, PolicySection
from daemon.events import CollectedEvent
from daemon.judge import Judge
from daemon.logs import log_for
from daemon.outbox import Outbox
from daemon.paths import StatePaths, prepare_state, state_paths
from daemon.rescans import Rescans
from daemon.rights.guard import PrivacyGuard
from daemon.rules import engine_of
from daemon.service import ServiceError
from daemon.service_impl import DaemonService
from daemon.supervise import RetryPolicy, Supervision
from policies.engine import Engine
from policies.model import Subject, Verdict
from tests.archive_kit import NOON, PHONE, archive_in, enrolment, ingest_of, sms
from tests.integration.running_daemon import RunningDaemon, new_state, opened_archive

from .daemon_support import ADMIN, AUDITOR, OWNER, REVIEWER, Watching, running, until
from .test_daemon_rules import rule

BULK = 1_000
EVERY = 10


def spoken(count: int) -> list[CollectedEvent]:
    """Every tenth says the word; the last two say it together."""
    bodies = [f"孔雀石手串 {n}" if n % EVERY == 0 else f"您好，周末来店里吗 {n}" for n in range(count - 2)]
    return [
        *(sms(n + 1, body.encode(), at=NOON + timedelta(minutes=5 * n), kind=2) for n, body in enumerate(bodies)),
        sms(count - 1, "要孔".encode(), at=NOON + timedelta(days=400), kind=2),
        sms(count, "雀石".encode(), at=NOON + timedelta(days=400, seconds=20), kind=2),
    ]


def expected(count: int) -> int:
    return len(range(0, count - 2, EVERY)) + 1


async def filled(paths: StatePaths, key: Path, count: int) -> None:
    """An archive with messages that nobody's rules found anything in."""
    archive = Archive.open(
        paths.archive,
        open_keyring(paths.keyring, KeyFileSecret(path=key)),
        clock=SystemClock(),
        heads=HeadLog(paths.heads),
        mode=OpenMode.READ_WRITE if paths.archive.exists() else OpenMode.CREATE,
    )
    try:
        await archive.add_enrolment(enrolment())
        events = spoken(count)
        for start in range(0, count, 500):
            await archive.ingest(ingest_of(events[start : start + 500]))
    finally:
        await archive.close()


async def shop(folder: Path, count: int) -> Config:
    """A state with an archive, and a folder of rules."""
    paths, key = StatePaths(folder / "state"), folder / "shop.key"
    prepare_state(paths)
    create_key_file(key)
    create_keyring(paths.keyring, KeyFileSecret(key))
    await filled(paths, key, count)
    (folder / "rules").mkdir()
    (folder / "rules" / "own.toml").write_text(rule("own.first", "青金石"))
    policy = PolicySection(packs=(), dir=str(folder / "rules"))
    return Config(adb=AdbSection(connect=(), discovery="off"), policy=policy)


async def ended(service: DaemonService, rescan_id: str) -> Rescan:
    async def is_over() -> bool:
        return (await service.desks.rescans.one(OWNER, rescan_id)).status is not RescanStatus.RUNNING

    await until(is_over)
    return await service.desks.rescans.one(OWNER, rescan_id)


def request(**given: object) -> RescanRequest:
    return RescanRequest(reason="new words", **given)  # type: ignore[arg-type]


async def actions(service: DaemonService) -> list[str]:
    entries = await service.audit(AUDITOR, AuditQuery(limit=100))
    return [entry.action for entry in reversed(entries) if entry.action.startswith(("rescan", "rules"))]


async def test_new_rules_find_what_is_archived_once_and_alarm_nobody(tmp_path: Path) -> None:
    config = await shop(tmp_path, 120)
    async with running(tmp_path, config) as service:
        desk = service.desks.rescans
        old = (await service.health(OWNER)).checks
        nothing = await ended(service, (await desk.start(ADMIN, request())).rescan_id)
        assert (nothing.status, nothing.done, nothing.events, nothing.found) == (RescanStatus.DONE, 120, 120, 0)

        async def is_new() -> bool:
            return [one.detail for one in (await service.health(OWNER)).checks if one.name == "rules"] != [
                one.detail for one in old if one.name == "rules"
            ]

        (tmp_path / "rules" / "own.toml").write_text(rule("own.second", "孔雀石"))
        await until(is_new)
        stream = Watching(service, REVIEWER)
        await stream.until_begun()
        asked = await desk.start(ADMIN, request())
        done = await ended(service, asked.rescan_id)
        assert (done.status, done.done, done.found) == (RescanStatus.DONE, 120, expected(120))
        assert done.old_version == nothing.new_version != done.new_version
        assert (done.asked_by, done.reason) == ("admin", "new words")
        alerts = await service.alerts(OWNER, AlertQuery(limit=100))
        assert len(alerts) == expected(120)
        assert {alert.rescan for alert in alerts} == {done.rescan_id}
        assert {piece.ruleset for alert in alerts for piece in alert.evidence} == {done.new_version}
        (split,) = [piece for alert in alerts for piece in alert.evidence if piece.how == "split"]
        assert (split.earlier, split.surface) == ((1,), "雀石")
        await asyncio.sleep(0.2)
        assert not [item for item in stream.items if item.kind is StreamKind.ALERT], "nobody is alarmed"
        await stream.stop()

        again = await ended(service, (await desk.start(ADMIN, request())).rescan_id)
        assert (again.done, again.found) == (120, 0)
        assert len(await service.alerts(OWNER, AlertQuery(limit=100))) == expected(120)
        assert await actions(service) == [
            "rescan.start", "rescan.end", "rules.replace", "rescan.start", "rescan.end", "rescan.start", "rescan.end",
        ]  # fmt: skip
        assert (await service.verify(AUDITOR, None)).ok
        assert [one.rescan_id for one in await desk.all(OWNER)] == [again.rescan_id, done.rescan_id, nothing.rescan_id]


async def test_scope_telling_and_refusals(tmp_path: Path) -> None:
    config = await shop(tmp_path, 60)
    (tmp_path / "rules" / "own.toml").write_text(rule("own.second", "孔雀石"))
    async with running(tmp_path, config) as service:
        desk = service.desks.rescans
        for caller in (REVIEWER, AUDITOR):
            with pytest.raises(ServiceError) as refused:
                await desk.start(caller, request())
            assert refused.value.code == "permission.denied"
        for given, code in (
            ({"source": "fax"}, "request.invalid"),
            ({"device": "NOPE"}, "device.not_found"),
            ({"since": NOON, "until": NOON}, "rescan.no_time"),
        ):
            with pytest.raises(ServiceError) as refused:
                await desk.start(OWNER, request(**given))
            assert refused.value.code == code
        with pytest.raises(ServiceError) as refused:
            await desk.cancel(OWNER, "rs_0", RescanCancel(reason="x"))
        assert refused.value.code == "rescan.not_found"
        with pytest.raises(ServiceError) as refused:
            await desk.one(OWNER, "rs_0")
        assert refused.value.code == "rescan.not_found"

        elsewhere = await ended(service, (await desk.start(OWNER, request(source="mms"))).rescan_id)
        assert (elsewhere.events, elsewhere.done, elsewhere.found) == (0, 0, 0)
        stream = Watching(service, REVIEWER)
        await stream.until_begun()
        hour = request(since=NOON, until=NOON + timedelta(minutes=101), device=PHONE, source="sms", is_told=True)
        told = await ended(service, (await desk.start(OWNER, hour)).rescan_id)
        assert (told.events, told.done, told.found) == (21, 21, 3)

        async def is_told() -> bool:
            return sum(item.kind is StreamKind.ALERT for item in stream.items) >= 3

        await until(is_told)
        await stream.stop()
        with pytest.raises(ServiceError) as refused:
            await desk.cancel(OWNER, told.rescan_id, RescanCancel(reason="too late"))
        assert refused.value.code == "rescan.ended"


async def test_a_kill_costs_nothing(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "own.toml").write_text(rule("own.second", "孔雀石"))
    state = new_state(tmp_path, [], f'[policy]\npacks = []\ndir = "{rules}"\n')
    await filled(state_paths(state, {}), tmp_path / "shop.key", BULK)
    daemon = RunningDaemon(state)
    try:
        await daemon.start()
        async with ApiClient(daemon.socket, "en") as client:
            asked = await start_rescan(client, request())
            with pytest.raises(ApiRefusedError) as refused:
                await start_rescan(client, request())
            assert refused.value.code == "rescan.running"
            before = await _after(client, asked.rescan_id, 200)
        await daemon.kill()
        assert before.status is RescanStatus.RUNNING, "it ended before the kill: the kill proved nothing"
        await daemon.start()
        async with ApiClient(daemon.socket, "en") as client:
            now = await rescan(client, asked.rescan_id)
            assert now.done >= before.done
            done = await _after(client, asked.rescan_id, BULK + 1)
            assert (done.status, done.done, done.found) == (RescanStatus.DONE, BULK, expected(BULK))
            assert (await client.verify(None)).ok

            asked = await start_rescan(client, request())
            cancelled = await cancel_rescan(client, asked.rescan_id, "enough")
            assert cancelled.status is RescanStatus.CANCELLED
            assert (cancelled.ended_by, [one.rescan_id for one in await rescans(client)][0]) == (
                asked.asked_by,
                asked.rescan_id,
            )
        assert await daemon.stop() == 0
        async with opened_archive(state) as archive:
            alerts = await archive.alerts(AlertFilter(limit=10_000))
            about = [(alert.archived.event.event_id, alert.verdict.rule_id) for alert in alerts]
            assert len(about) == len(set(about)) == expected(BULK)
            entries = await archive.audit_entries(limit=100)
            assert sum(entry.action == "rescan.end" for entry in entries) == 1
            assert [entry.reason for entry in entries if entry.action == "rescan.cancel"] == ["enough"]
    finally:
        await daemon.kill()


class Impatient(Judge):
    """Other rules come into force after some pieces were judged."""

    def __init__(self, engine: Engine, other: Engine, pieces: int) -> None:
        super().__init__(engine)
        self._other = other
        self._pieces = pieces
        self.versions: list[str] = []

    def verdicts(self, engine: Engine, subjects: Sequence[Subject]) -> list[tuple[Verdict, ...]]:
        self.versions.append(engine.version)
        if len(self.versions) == self._pieces:
            self.replace_engine(self._other)
        return super().verdicts(engine, subjects)


async def test_other_rules_meanwhile_begin_it_anew(tmp_path: Path) -> None:
    count = 600
    engines = []
    for word in ("孔雀石", "您好"):
        folder = tmp_path / word
        folder.mkdir()
        (folder / "own.toml").write_text(rule(f"own.{word == '您好'}", word))
        engines.append(engine_of([str(folder)]))
    async with archive_in(tmp_path) as archive:
        await archive.ingest(ingest_of(spoken(count)))
        judge, bus = Impatient(engines[0], engines[1], pieces=6), Bus()
        jobs = Rescans(
            archive=archive, judge=judge, guard=PrivacyGuard(archive), outbox=Outbox(archive, bus), bus=bus,
            clock=SystemClock(),
        )  # fmt: skip
        task = asyncio.create_task(
            jobs.run(
                Supervision(
                    clock=SystemClock(), log=log_for("test"), policy=RetryPolicy(), on_trouble=lambda _trouble: None
                )
            )
        )
        try:
            asked = await jobs.begin(await jobs.draft(RescanScope(), "owner", "new words"))
            with pytest.raises(IllegalTransitionError):
                await jobs.draft(RescanScope(), "owner", "another")

            async def is_over() -> bool:
                return await archive.rescans.running() is None

            await until(is_over)
            done = await archive.rescans.one(asked.rescan_id)
            assert done is not None
            assert (done.new_version, done.done) == (engines[1].version, count)
            greeted = count - 2 - (expected(count) - 1)
            by_version = Counter(one.verdict.ruleset_version for one in await archive.alerts(AlertFilter(limit=5_000)))
            assert by_version == {engines[0].version: 40, engines[1].version: greeted}, "each by one version"
            assert done.found == 40 + greeted
            assert judge.versions == sorted(judge.versions, key=lambda version: version != engines[0].version)
            anew = [one.target for one in await archive.audit_entries(limit=50) if one.action == "rescan.anew"]
            assert anew == [f"{asked.rescan_id} {engines[0].version} {engines[1].version}"]
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            judge.close()


async def _after(client: ApiClient, rescan_id: str, done: int) -> Rescan:
    """Once so many are looked at, or it ended."""
    async with asyncio.timeout(30):
        while True:
            found = await rescan(client, rescan_id)
            if found.done >= done or found.status is not RescanStatus.RUNNING:
                return found
            await asyncio.sleep(0.01)
