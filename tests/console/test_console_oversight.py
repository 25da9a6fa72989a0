"""Screens 6 and 7: checks with advice, the closed vault, the audit in pages, the check of the record, figures."""

from datetime import timedelta

import msgspec
from textual.widgets import Input

from console.app.app import ShopwardenApp
from console.app.dialogs.unlock import UnlockDialog
from console.app.health_times import Certainty, HealthTimes
from console.app.work import LongWork
from console.safe_text import safe_text
from daemon.api.errors import ApiRefusedError
from daemon.api.exit_codes import ExitCode
from daemon.api.figures import Bucket, FigureName, Figures, FigureSeries, Measure, Unit
from daemon.api.policy import RuleInForce, RulesInForce
from daemon.api.rescans import Rescan, RescanRequest, RescanStatus
from daemon.api.rule_state import RuleFileState, RuleFileStatus, RulesState
from daemon.api.texts import Language
from daemon.api.unlocking import SealedState, UnlockRequest
from daemon.api.wire import AuditEntry, Health, HealthCheck, Page, Role, StreamItem, StreamKind, VerifyReport
from daemon.api.wire_base import Wire

from . import sample_shop as sample
from .fake_client import FakeClient
from .stage import running, screen_text, settled, typed

PASSPHRASE = "correct horse jade ring"
CHECKS = (
    HealthCheck(name="clock", status="ok", detail="The clock is right.", advice=None),
    HealthCheck(name="disk", status="fail", detail="0.2 GiB free.", advice="Make room on the disk."),
    HealthCheck(name="backup", status="warn", detail="No backup for 9 days.", advice="Run shopwarden backup DIR."),
)


def health(checks: tuple[HealthCheck, ...] = CHECKS) -> Health:
    return msgspec.structs.replace(sample.health(), checks=checks)


def entry(number: int, **changes: object) -> AuditEntry:
    base: dict[str, object] = {
        "audit_id": number, "ledger_index": 1000 + number, "at": sample.ago(minutes=1000 - number), "actor": "owner",
        "role": "owner", "action": "events.reveal", "target": f"ev_{number:04d}", "reason": "customer complaint",
        "outcome": "ok",
    }  # fmt: skip
    return AuditEntry(**{**base, **changes})  # type: ignore[arg-type]


def entries(count: int) -> list[AuditEntry]:
    """Newest first; every tenth a refused look of somebody else."""
    return [
        entry(number, actor="wang", action="audit.read", outcome="refused") if number % 10 == 0 else entry(number)
        for number in range(count, 0, -1)
    ]


class OversightClient(FakeClient):
    """Answers health, audit, verify, unlock and figures."""

    def __init__(self, *, language: str = "en", role: Role = Role.OWNER, count: int = 450) -> None:
        super().__init__(language=language, role=role)
        self.checks: tuple[HealthCheck, ...] = CHECKS
        self.audit = entries(count)
        self.answers[("GET", "/v1/audit")] = self._audit
        self.answers[("GET", "/v1/figures")] = lambda body: figures()
        self.answers[("POST", "/v1/verify")] = lambda body: VerifyReport(
            ok=False, ledger_size=77, root_sha256="ab" * 32, records_checked=70, heads_checked=3,
            first_bad="ledger:12", problem="ledger_damaged", text="Record 12 was changed.",
        )  # fmt: skip

    async def health(self) -> Health:
        self._asked("health", None)
        return health(self.checks)

    def queries(self) -> list[dict[str, str]]:
        return [asked for asked in self.calls("GET /v1/audit") if isinstance(asked, dict)]

    def _audit(self, body: Wire | None) -> Page[AuditEntry]:
        query = self.queries()[-1]
        found = [
            one
            for one in self.audit
            if ("before" not in query or one.audit_id < int(query["before"]))
            and query.get("actor", one.actor) == one.actor
            and one.action.startswith(query.get("action", ""))
            and query.get("outcome", one.outcome) == one.outcome
        ]
        return Page(items=tuple(found[: int(query.get("limit", "200"))]))


def figures() -> Figures:
    return Figures(
        name=FigureName.ALERTS, bucket_s=3600, since=sample.ago(days=7), until=sample.NOW,
        starts=(sample.ago(hours=2), sample.ago(hours=1)),
        series=(FigureSeries(label="high", measure=Measure.TOTAL, unit=Unit.COUNT, values=(3.0, 12.0)),),
    )  # fmt: skip


def sealed() -> ApiRefusedError:
    return ApiRefusedError("vault.sealed", "The vault is closed.", "shopwarden unlock", ExitCode.VAULT, 503)


async def test_what_is_wrong_stands_first_with_what_to_do_in_both_languages() -> None:
    client = OversightClient()
    async with running(client, size=(160, 48)) as (app, pilot):
        await pilot.press("6")
        await settled(pilot)
        text = screen_text(app)
        assert text.index("FAIL") < text.index("warn") < text.index("ok")
        assert "Make room on the disk." in text
        assert "queue 0 · disk 9.3 GiB free · 500 records" in text
        assert "most 12" in text
        client.checks = CHECKS[:1]
        client.emit(StreamItem(kind=StreamKind.HEALTH, ledger_index=None, health=health(CHECKS[:1])))
        await settled(pilot)
        assert "all well" in screen_text(app)
        app.set_language(Language.ZH)
        await settled(pilot, 0.1)
        text = screen_text(app)
        assert "时钟" in text
        assert "一切正常" in text
        await pilot.press("f")
        await settled(pilot)
        assert "最近 7 天" in screen_text(app)
        await pilot.press("t")
        await settled(pilot)
        assert "最近 30 天" in screen_text(app)
        asked = [query for query in client.calls("GET /v1/figures") if isinstance(query, dict)]
        assert asked[-1]["bucket"] == Bucket.DAY
        await pilot.press("escape")


async def test_a_closed_vault_is_opened_and_the_passphrase_is_kept_nowhere() -> None:
    client = OversightClient()
    given: list[str] = []

    def answer(body: Wire | None) -> SealedState:
        assert isinstance(body, UnlockRequest)
        given.append(body.passphrase)
        if len(given) == 1:
            raise ApiRefusedError("vault.wrong", "This does not open the vault.", "Try again.", ExitCode.VAULT, 403)
        return SealedState(is_sealed=False, phones_connected=None, batches=4, is_disk_full=False, problem=None)

    client.answers[("POST", "/v1/unlock")] = answer
    client.go_refused(sealed())
    async with running(client) as (app, pilot):
        await pilot.press("6")
        await settled(pilot)
        assert "× vault closed" in screen_text(app) and "phones are still read" in screen_text(app)
        for attempt in range(2):
            if attempt == 0:
                await pilot.press("U")
                await settled(pilot)
                assert isinstance(app.screen, UnlockDialog)
            await typed(pilot, PASSPHRASE)
            assert PASSPHRASE not in screen_text(app)
            field = app.screen.query_one(Input)
            await pilot.press("enter")
            assert field.value == ""
            await settled(pilot)
            if attempt == 0:
                assert "This does not open the vault." in screen_text(app)
        assert given == [PASSPHRASE, PASSPHRASE]
        assert not isinstance(app.screen, UnlockDialog)
        assert PASSPHRASE not in "".join(run.what.plain for run in app.run_log)
        client.go_online()
        await settled(pilot)
        await pilot.press("U")
        await settled(pilot)
        assert not isinstance(app.screen, UnlockDialog)


async def test_the_audit_comes_in_pages_and_is_looked_through_by_keys_and_words() -> None:
    client = OversightClient()
    async with running(client, size=(160, 48)) as (app, pilot):
        await pilot.press("7")
        await settled(pilot)
        assert "200+ entries" in screen_text(app)
        assert len(client.queries()) == 1
        await pilot.press("G")
        await settled(pilot)
        await pilot.press("G")
        await settled(pilot)
        assert "450 entries" in screen_text(app)
        assert [query.get("before") for query in client.queries()] == [None, "251", "51"]
        whole = await app.stage.current.shown(LongWork(safe_text(""), lambda: None))
        assert len(whole.rows) == 450
        await filtered(app, "actor:wang outcome:refused")
        await settled(pilot)
        assert client.queries()[-1]["actor"] == "wang"
        assert "45 of 45 entries looked through" in screen_text(app)
        await filtered(app, "!actor:wang complaint")
        await settled(pilot, 0.2)
        assert client.queries()[-1].keys() <= {"limit", "before"}
        assert "read the audit" not in screen_text(app)
        assert "180 of 200+ entries looked through" in screen_text(app)
        await pilot.press("enter")
        await settled(pilot)
        assert "customer complaint" in screen_text(app)
        await pilot.press("escape", "J")
        await settled(pilot)
        await typed(pilot, "2025-11-20")
        await pilot.press("enter")
        await settled(pilot)
        assert client.queries()[-1]["until"].startswith("2025-11-2")
        await pilot.press("home")
        await settled(pilot)
        assert "until" not in client.queries()[-1]


async def filtered(app: ShopwardenApp, line: str) -> None:
    assert app.stage.current.set_filter(line)


async def test_verifying_tells_what_is_damaged_and_what_to_do() -> None:
    client = OversightClient(count=3)
    async with running(client) as (app, pilot):
        await pilot.press("7")
        await settled(pilot)
        await pilot.press("v")
        await settled(pilot)
        text = screen_text(app)
        assert "NOT whole" in text
        assert "ledger:12" in text


async def test_a_role_without_the_right_is_told_so() -> None:
    client = OversightClient(role=Role.REVIEWER)

    def refuse(body: Wire | None) -> Page[AuditEntry]:
        raise ApiRefusedError("permission.denied", "No.", "Ask the owner.", ExitCode.NOT_PERMITTED, 403)

    client.answers[("GET", "/v1/audit")] = refuse
    async with running(client) as (app, pilot):
        await pilot.press("7")
        await settled(pilot)
        assert "Ask the owner." in screen_text(app)
        await pilot.press("v")
        await settled(pilot)
        assert client.calls("POST /v1/verify") == []


async def test_without_a_daemon_the_doctor_of_this_machine_is_named() -> None:
    client = OversightClient()
    client.first_link = None
    client.errors["health"] = ApiRefusedError("x", "", "", ExitCode.PARTIAL, 500)
    async with running(client) as (app, pilot):
        client.go_offline()
        await settled(pilot)
        await pilot.press("6")
        await settled(pilot)
        assert "shopwarden doctor" in screen_text(app)


RULES = RulesInForce(
    version="retail-zh@1+ab12cd34",
    items=(
        RuleInForce(
            rule_id="retail-zh.kickback", title="Kickback", category="money", severity="high", advice="", hits_7d=7
        ),
        RuleInForce(
            rule_id="shop.quiet", title="Quiet", category="conduct", severity="critical", advice="", hits_7d=0
        ),
    ),
)  # fmt: skip
STATE = RulesState(
    version="retail-zh@1+ab12cd34", packs=("retail-zh",), rules=2, watched_dir="/etc/shop/rules", loaded_at=sample.NOW,
    files=(RuleFileState(name="own.toml", status=RuleFileStatus.REFUSED, problem="no severity", line=7),),
    problem="own.toml:7: no severity",
)  # fmt: skip


def rescan(status: RescanStatus = RescanStatus.RUNNING, **changes: object) -> Rescan:
    base: dict[str, object] = {
        "rescan_id": "rs_1", "status": status, "asked_at": sample.NOW, "asked_by": "owner", "reason": "new rules",
        "old_version": "a@1", "new_version": "b@2", "since": None, "until": None, "device": None, "source": None,
        "is_told": False, "events": 100, "done": 40, "found": 3, "per_s": 12.0, "ended_at": None, "ended_by": None,
    }  # fmt: skip
    return Rescan(**{**base, **changes})  # type: ignore[arg-type]


async def test_rules_lead_to_their_alerts_tell_where_they_come_from_and_are_tried_on_the_archive() -> None:
    client = OversightClient()
    runs: list[Rescan] = []

    def start(body: Wire | None) -> Rescan:
        assert isinstance(body, RescanRequest)
        assert body.since is not None
        runs.append(rescan(reason=body.reason))
        return runs[-1]

    def cancel(body: Wire | None) -> Rescan:
        runs[-1] = rescan(RescanStatus.CANCELLED)
        return runs[-1]

    client.answers |= {
        ("GET", "/v1/policy/rules"): lambda body: RULES,
        ("GET", "/v1/policy/state"): lambda body: STATE,
        ("GET", "/v1/rescans"): lambda body: Page(items=tuple(runs)),
        ("POST", "/v1/rescans"): start,
        ("POST", "/v1/rescans/rs_1/cancel"): cancel,
    }
    async with running(client) as (app, pilot):
        await pilot.press("5")
        await settled(pilot)
        assert "1 rule files not in force" in screen_text(app)
        await pilot.press("S")
        await settled(pilot)
        assert screen_text(app).index("Quiet") < screen_text(app).index("Kickback")
        await pilot.press("s")
        await settled(pilot)
        text = screen_text(app)
        assert "own.toml:7" in text
        assert "/etc/shop/rules" in text
        await pilot.press("escape", "n")
        await settled(pilot)
        assert "Press n" in screen_text(app)
        await pilot.press("n")
        await settled(pilot)
        await typed(pilot, "7d")
        await pilot.press("enter")
        await typed(pilot, "rules of monday")
        await pilot.press("enter")
        await settled(pilot)
        assert "40 of 100 records, 3 new alerts" in screen_text(app)
        await pilot.press("x")
        await settled(pilot)
        await typed(pilot, "asked too early")
        await pilot.press("enter")
        await settled(pilot)
        assert "ended early" in screen_text(app)
        await pilot.press("escape", "end", "L")
        await settled(pilot)
        assert app.stage.current.NAME == "alerts"
        assert app.stage.current.filter.line == "rule:retail-zh.kickback"


def test_since_when_a_check_stands_as_it_does_is_no_better_known_than_it_was_seen() -> None:
    times = HealthTimes()
    good = HealthCheck(name="disk", status="ok", detail="", advice=None)
    bad = msgspec.structs.replace(good, status="fail")
    start = sample.NOW
    times.take((good,), start)
    first = times.since("disk")
    assert first is not None
    assert first.certainty is Certainty.EARLIER
    times.take((bad,), start + timedelta(seconds=30))
    seen = times.since("disk")
    assert seen is not None
    assert (seen.certainty, seen.moment) == (Certainty.AT, start + timedelta(seconds=30))
    times.take((good,), start + timedelta(hours=1))
    later = times.since("disk")
    assert later is not None
    assert (later.certainty, later.moment) == (Certainty.LATER, start + timedelta(seconds=30))
    assert times.since("other") is None
