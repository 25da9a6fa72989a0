"""`figures`, `policy rules`, `policy state`, the filters of `audit`, and `completion`, against the real API server."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from daemon.api.exit_codes import ExitCode
from daemon.api.figures import FigureName, FigureQuery, Figures, FigureSeries, Measure, Unit
from daemon.api.policy import RuleInForce, RulesInForce
from daemon.api.requests import AuditQuery
from daemon.api.rule_state import RuleFileState, RuleFileStatus, RulesState
from daemon.api.wire import AuditEntry
from daemon.desks import Desks
from daemon.service import Caller

from .api_host import hosted
from .cli_runner import Ran, shopwarden
from .fake_service import NOW, OTHER, SERIAL, FakeService

RULES = RulesInForce(
    version="retail-zh@1+ab",
    items=(
        RuleInForce(rule_id="a.quiet", title="Quiet", category="conduct", severity="low", advice="", hits_7d=0),
        RuleInForce(rule_id="a.busy", title="Busy", category="money", severity="high", advice="", hits_7d=7),
    ),
)


@dataclass
class Watched(FakeService):
    """Has the desks of figures and rules; keeps what it was asked."""

    audited: list[AuditQuery] = field(default_factory=list)
    asked: list[FigureQuery] = field(default_factory=list)

    @property
    def desks(self) -> Desks:
        return cast(Desks, SimpleNamespace(figures=self, workbench=self, rule_state=self))

    async def audit(self, caller: Caller, query: AuditQuery) -> tuple[AuditEntry, ...]:
        self.audited.append(query)
        return await super().audit(caller, query)

    async def figures(self, caller: Caller, query: FigureQuery) -> Figures:
        self.asked.append(query)
        many = tuple(
            FigureSeries(label=f"p{number}", measure=Measure.MEDIAN, unit=Unit.MINUTES, values=(None, 2.5))
            for number in range(9 if query.name is FigureName.REPLIES else 1)
        )
        return Figures(
            name=query.name, bucket_s=86400, since=NOW, until=NOW, starts=(NOW, NOW), series=many, known_since=NOW
        )  # fmt: skip

    async def rules(self, caller: Caller) -> RulesInForce:
        return RULES

    async def state(self, caller: Caller) -> RulesState:
        return RulesState(
            version="retail-zh@1+ab", packs=("retail-zh",), rules=2, watched_dir="/etc/rules", loaded_at=NOW,
            files=(RuleFileState(name="own.toml", status=RuleFileStatus.REFUSED, problem="no severity", line=7),),
            problem="own.toml:7: no severity",
        )  # fmt: skip


async def test_figures_are_columns_or_lines_and_battery_needs_a_phone(tmp_path: Path) -> None:
    service = Watched()
    async with hosted(tmp_path, service=service):
        few, many, as_json, nobody, bad = await asyncio.gather(
            shopwarden(tmp_path, "figures", "alerts", "--since", "2d", "--bucket", "hour"),
            shopwarden(tmp_path, "figures", "replies", "--lang", "zh"),
            shopwarden(tmp_path, "figures", "battery", "--device", SERIAL, "--json"),
            shopwarden(tmp_path, "figures", "battery"),
            shopwarden(tmp_path, "figures", "alerts", "--since", "soon"),
        )
    assert few.out.splitlines()[2].split()[-1] == "2.5"
    assert "Nothing is known from before" in few.err
    assert many.out.count("中位数") == 9
    assert as_json.items[0]["series"][0]["values"] == [None, 2.5]  # type: ignore[index]
    assert (nobody.code, bad.code) == (ExitCode.USAGE, ExitCode.USAGE)
    assert "--device" in nobody.err
    assert {query.name for query in service.asked} == set(FigureName)


async def test_rules_in_force_and_where_they_come_from(tmp_path: Path) -> None:
    async with hosted(tmp_path, service=Watched()):
        rules, as_json, state, chinese = await asyncio.gather(
            shopwarden(tmp_path, "policy", "rules"),
            shopwarden(tmp_path, "--json", "policy", "rules"),
            shopwarden(tmp_path, "policy", "state"),
            shopwarden(tmp_path, "policy", "state", "--lang", "zh"),
        )
    assert rules.out.index("a.busy") < rules.out.index("a.quiet")
    assert [item["rule_id"] for item in as_json.items] == ["a.busy", "a.quiet"]
    assert (state.code, chinese.code) == (ExitCode.PARTIAL, ExitCode.PARTIAL)
    assert "own.toml  7" in " ".join(state.out.split("\n")[-2:])
    assert "被拒" in chinese.out


async def test_the_audit_is_filtered_by_the_daemon(tmp_path: Path) -> None:
    service = Watched()
    async with hosted(tmp_path, service=service):
        found, bad = await asyncio.gather(
            shopwarden(tmp_path, "audit", "list", "--actor", "owner", "--action", "events.", "--target", "ev_",
                       "--outcome", "ok", "--since", "2026-01-01T00:00:00Z"),
            shopwarden(tmp_path, "audit", "--since", "soon"),
        )  # fmt: skip
    assert found.code == 0
    query = service.audited[0]
    assert (query.actor, query.action, query.target, query.outcome) == ("owner", "events.", "ev_", "ok")
    assert query.since is not None
    assert bad.code == ExitCode.USAGE


async def test_completion_prints_scripts_and_what_the_daemon_knows(tmp_path: Path) -> None:
    service = Watched(delays_s={"commands": 1.0})
    async with hosted(tmp_path, service=service):
        bash, slow = await asyncio.gather(*(shopwarden(tmp_path, "completion", what) for what in ("bash", "commands")))
        devices, alerts = [await answered(tmp_path, what) for what in ("devices", "alerts")]
    none = await shopwarden(tmp_path, "completion", "devices")
    assert bash.out.startswith("# bash completion") and "complete -o" in bash.out
    assert set(devices.out.split()) == {SERIAL, OTHER}
    assert len(alerts.out.split()) == 1
    assert {(one.code, one.err) for one in (bash, devices, alerts, slow, none)} == {(0, "")}
    assert slow.out == none.out == ""


async def answered(state: Path, what: str) -> Ran:
    """A busy machine may need more than the 0.3 s that a person is made to wait."""
    for _ in range(5):
        ran = await shopwarden(state, "completion", what)
        if ran.out:
            break
    return ran
