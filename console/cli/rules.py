"""`policy rules` and `policy state`: the rules in force, and where they come from, as the daemon has them."""

from daemon.api.exit_codes import ExitCode
from daemon.api.policy_client import rules_in_force
from daemon.api.rule_state import RuleFileStatus
from daemon.api.rule_state_client import rules_state

from .context import Context
from .output import Format
from .table import Cell
from .times import shown

_COLUMNS = ("severity", "rule_hits", "rule", "category", "title")
_FILE_COLUMNS = ("rule_file_status", "rule_file", "rule_file_line", "rule_file_problem")
_STYLES = {RuleFileStatus.OK: "32", RuleFileStatus.REFUSED: "1;31", RuleFileStatus.IGNORED: "33"}


async def list_rules(context: Context) -> ExitCode:
    """Those in force, the busy ones of the last seven days first."""
    async with context.client() as client:
        found = await rules_in_force(client)
    rules = sorted(found.items, key=lambda one: (-(one.hits_7d or 0), one.rule_id))
    if context.output.format is not Format.TABLE:
        context.output.items(rules)
        return ExitCode.OK
    rows = [
        [
            Cell(context.word("severity", rule.severity)),
            Cell("-" if rule.hits_7d is None else str(rule.hits_7d), "1" if rule.hits_7d else "2"),
            Cell(rule.rule_id),
            Cell(rule.category),
            Cell(rule.title),
        ]
        for rule in rules
    ]
    if rows:
        context.output.table(_COLUMNS, rows)
    else:
        context.output.empty("empty.rules")
    context.output.say("rules_version", version=found.version)
    return ExitCode.OK


async def show_state(context: Context) -> ExitCode:
    """Packs, files and what is wrong with them. Exit 1 when a file is refused."""
    async with context.client() as client:
        state = await rules_state(client)
    if context.output.format is not Format.TABLE:
        context.output.items([state])
    else:
        context.output.facts(
            [
                ("rule_set", state.version),
                ("rule_count", str(state.rules)),
                ("rule_packs", ", ".join(state.packs) or "-"),
                ("rule_folder", state.watched_dir or "-"),
                ("rule_loaded", shown(state.loaded_at)),
            ]
        )
        if state.files:
            rows = [
                [
                    Cell(context.word("rule_file", one.status.value), _STYLES[one.status]),
                    Cell(one.name),
                    Cell("-" if one.line is None else str(one.line)),
                    Cell(one.problem or "-"),
                ]
                for one in state.files
            ]
            context.output.line("")
            context.output.table(_FILE_COLUMNS, rows)
    if state.problem is not None and context.output.format is Format.TABLE:
        context.output.error(state.problem)
    return ExitCode.OK if state.problem is None else ExitCode.PARTIAL
