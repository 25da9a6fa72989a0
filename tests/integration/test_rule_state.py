"""Where the rules come from, as the desk tells it: packs, own files, which of them is wrong and where."""

from dataclasses import replace
from pathlib import Path

import pytest

from daemon.api.rule_state import RuleFileStatus
from daemon.api.texts import load_texts
from daemon.app import CATALOG
from daemon.judge import Judge
from daemon.rule_watch import WatchPace
from daemon.rules import engine_of
from daemon.service import ServiceError
from daemon.workbench.rule_state import RuleStateDesk
from tests.archive_kit import NOON, StepClock

from .daemon_support import AUDITOR, EMPLOYEE, OWNER, until
from .test_daemon_rules import changes, rule, watched

TEXTS = {language: load_texts(language, CATALOG) for language in ("zh", "en")}
CHINESE = replace(OWNER, language="zh")


async def test_each_file_says_whether_it_is_in_force(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    (folder / "sub").mkdir(parents=True)
    for name, word in (("a", "青金石"), ("b", "孔雀石"), ("sub/c", "绿松石")):
        (folder / f"{name}.toml").write_text(rule(f"own.{name[-1]}", word))
    async with watched(tmp_path, folder, WatchPace(quiet_s=0.1, look_s=0.3)) as (watch, judge, _):
        desk = RuleStateDesk(packs=("retail-zh",), judge=judge, watch=watch, clock=StepClock(), texts=TEXTS)

        async def is_read() -> bool:
            return all(one.is_in_force for one in watch.files())

        await until(is_read)
        state = await desk.state(AUDITOR)
        assert (state.packs, state.rules, state.watched_dir) == (("retail-zh",), 3, str(folder))
        assert (state.version, state.loaded_at, state.problem) == (judge.ruleset_version, NOON, None)
        assert {file.name: file.status for file in state.files} == dict.fromkeys(
            ("a.toml", "b.toml", "sub/c.toml"), RuleFileStatus.OK
        )
        (folder / "b.toml").write_text(rule("own.b", "孔雀石头"))
        (folder / "sub" / "c.toml").write_text(rule("own.c", "绿松石") + "\nunheard = 1\n")

        async def is_refused() -> bool:
            return watch.trouble is not None

        await until(is_refused)
        state = await desk.state(CHINESE)
        found = {file.name: file for file in state.files}
        assert {name: file.status for name, file in found.items()} == {
            "a.toml": RuleFileStatus.OK,
            "b.toml": RuleFileStatus.IGNORED,
            "sub/c.toml": RuleFileStatus.REFUSED,
        }
        refused = found["sub/c.toml"]
        lines = (folder / "sub" / "c.toml").read_text().splitlines()
        assert refused.line is not None and "unheard" in lines[refused.line - 1]
        assert refused.problem is not None and "没有这个键" in refused.problem and "unheard" in refused.problem
        assert str(folder) not in refused.problem and state.problem == refused.problem
        assert found["b.toml"].problem is None and found["b.toml"].line is None
        assert state.version == judge.ruleset_version and state.rules == 3
        await changes(judge, lambda: (folder / "sub" / "c.toml").unlink())

        async def is_well() -> bool:
            return watch.trouble is None

        await until(is_well)
        state = await desk.state(OWNER)
        assert [(file.name, file.status) for file in state.files] == [
            ("a.toml", RuleFileStatus.OK), ("b.toml", RuleFileStatus.OK),
        ]  # fmt: skip
        assert state.problem is None and state.loaded_at == watch.replaced_at
        with pytest.raises(ServiceError) as denied:
            await desk.state(EMPLOYEE)
        assert denied.value.code == "permission.denied"


async def test_a_shop_without_rules_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(rule("own.a", "青金石"))
    judge = Judge(engine_of([str(file)]))
    try:
        desk = RuleStateDesk(packs=("retail-zh",), judge=judge, watch=None, clock=StepClock(), texts=TEXTS)
        state = await desk.state(OWNER)
        assert (state.files, state.watched_dir, state.problem, state.loaded_at) == ((), None, None, NOON)
    finally:
        judge.close()
