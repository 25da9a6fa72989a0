"""Whatever the audit can name as done has a word in both languages: employees read there who looked at theirs."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from daemon.api.documents import DocumentStep
from daemon.api.rights import RequestStep
from daemon.api.texts import load_texts
from daemon.api.wire import AlertStatus, Verb
from daemon.api.words import word_of
from daemon.archive.export_steps import ExportStepKind
from daemon.denials import NOTED
from daemon.rights.looks import LOOKING

DAEMON = Path(__file__).parents[2] / "daemon"
FAMILIES = {
    "alert.": [one.value for one in AlertStatus],
    "command.": [one.value for one in Verb],
    "consoles.": ["revoke", "renew"],
    "denied.": [one.value for one in NOTED],
    "device.wireless.": ["on", "off"],
    "export.": [one.value for one in ExportStepKind],
    "incidents.": [DocumentStep.NOTED.value, DocumentStep.TOLD.value, DocumentStep.CLOSED.value],
    "requests.": [one.value for one in RequestStep],
}
"""Actions that are put together of a name and a step."""
_NAME = re.compile(r"[a-z_]+(\.[a-z_]+)*")


def actions() -> Iterator[str]:
    for path in sorted(DAEMON.rglob("*.py")):
        if "audit" not in (text := path.read_text(encoding="utf-8")).lower():
            continue
        tree = ast.parse(text)
        named = {
            target.id: node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and (action := _action_of(node)) is not None:
                yield from _spelled(named.get(action.id, action) if isinstance(action, ast.Name) else action)


def _action_of(call: ast.Call) -> ast.expr | None:
    written = ast.unparse(call.func)
    if re.search(r"audit\.write$", written) or written == "self._audit":
        return call.args[1] if len(call.args) > 1 and "caller" in ast.unparse(call.args[0]) else call.args[0]
    if written in {"_by", "_audit"} and len(call.args) > 1:
        return call.args[1]
    if written in {"self._tell", "order.audit", "_by_daemon"} and call.args:
        return call.args[0]
    if written.endswith("AuditDraft"):
        return next(one.value for one in call.keywords if one.arg == "action")
    return None


def _spelled(action: ast.expr) -> Iterator[str]:
    match action:
        case ast.Constant(value=str(name)) if _NAME.fullmatch(name):
            yield name
        case ast.JoinedStr(values=[ast.Constant(value=str(head)), ast.FormattedValue()]):
            yield from (head + step for step in FAMILIES[head])
        case ast.IfExp(body=first, orelse=second):
            yield from _spelled(first)
            yield from _spelled(second)
        case _:
            pass  # handed on: where it was handed over it was looked at


def test_every_action_has_a_word_in_both_languages() -> None:
    english, chinese = load_texts("en"), load_texts("zh")
    found = set(actions()) | LOOKING
    assert len(found) > 70
    for action in found:
        assert english.has(f"word.action.{action}"), action
        assert re.search("[\u4e00-\u9fff]", word_of(chinese, "action", action)), action
    known = {key.removeprefix("word.action.") for key in english.keys() if key.startswith("word.action.")}  # noqa: SIM118
    assert known - found == set(), "nothing does these"
