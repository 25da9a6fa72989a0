"""The arguments of `provision`."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from .numbers import bounded

if TYPE_CHECKING:
    from .parser import Builder, Parser

HANDLERS: dict[tuple[str, str], str] = {
    ("provision", "run"): "provision:run_plan",
    ("provision", "list"): "provision:list_runs",
    ("provision", "show"): "provision:show_run",
    ("provision", "cancel"): "provision:cancel",
    ("provision", "confirm"): "provision_bench:confirm",
    ("provision", "notice"): "provision_bench:show_notice",
    ("provision", "acknowledge"): "provision_bench:take_acknowledgement",
    ("provision", "bench"): "provision_walk:walk",
    ("provision", "receipt"): "provision_bench:save_receipt",
    ("provision", "schema"): "provision_texts:print_schema",
    ("provision", "example"): "provision_texts:print_example",
}
ACTIONS: Final = frozenset({action for _, action in HANDLERS} | {"verify-ack"})
_TAKE_VALUE: Final = frozenset(
    {"--state", "--socket", "--lang", "--jobs", "--report", "--employees", "--wait-for-phones", "--theme"}
)


def add(builder: "Builder", commands: "argparse._SubParsersAction[Parser]") -> None:
    """Phones brought into service from a plan."""
    actions = builder.actions(builder.add(commands, "provision"), "provision")
    run = builder.action(actions, "provision", "run")
    run.add_argument("plan", metavar="PLAN.toml", help=builder.text("argument.plan"))
    builder.option(run, "--check", "provision_check", dest="check", action="store_true")
    builder.option(run, "--resume", "provision_resume", dest="resume", action="store_true")
    builder.option(run, "--jobs", "provision_jobs", dest="jobs", type=_jobs, metavar="N")
    builder.option(run, "--employees", "provision_employees", dest="employees", metavar="FILE.csv")
    builder.option(run, "--report", "provision_report", dest="report", metavar="FILE")
    builder.option(run, "--wait-for-phones", "provision_wait", dest="wait_for_phones", type=_wait, metavar="SECONDS")
    builder.action(actions, "provision", "list")
    show = builder.action(actions, "provision", "show")
    _run_id(builder, show)
    builder.option(show, "--report", "provision_report", dest="report", metavar="FILE")
    cancel = builder.action(actions, "provision", "cancel")
    _run_id(builder, cancel)
    builder.option(cancel, "--reason", "reason", metavar="TEXT")
    confirm = builder.action(actions, "provision", "confirm")
    _run_id(builder, confirm)
    _serial(builder, confirm)
    confirm.add_argument("item", metavar="ITEM", help=builder.text("argument.provision_item"))
    builder.option(confirm, "--note", "provision_note", dest="note", metavar="TEXT")
    for name in ("notice", "acknowledge"):
        parser = builder.action(actions, "provision", name)
        _run_id(builder, parser)
        _serial(builder, parser)
        builder.option(parser, "--at-bench", "provision_at_bench", dest="at_bench", action="store_true")
        builder.option(parser, "--ascii", "ascii", action="store_true")
        if name == "acknowledge":
            builder.option(parser, "--employee", "provision_employee", dest="employee", metavar="NAME")
            builder.option(parser, "--code", "provision_code", dest="code", metavar="CODE")
            builder.option(parser, "--output", "provision_output", dest="output", metavar="FILE")
    bench = builder.action(actions, "provision", "bench")
    bench.add_argument("run_id", nargs="?", default="last", metavar="RUN", help=builder.text("argument.provision_run"))
    builder.option(bench, "--ascii", "ascii", action="store_true")
    receipt = builder.action(actions, "provision", "receipt")
    _serial(builder, receipt)
    builder.option(receipt, "--output", "provision_output", dest="output", metavar="FILE")
    builder.action(actions, "provision", "schema")
    builder.action(actions, "provision", "example")


def with_action(arguments: Sequence[str]) -> list[str]:
    """`provision PLAN.toml …` is `provision run PLAN.toml …`: a first word that names no action is a file."""
    given = list(arguments)
    at = 0
    while at < len(given) and given[at].startswith("-"):
        at += 2 if given[at] in _TAKE_VALUE else 1
    if at >= len(given) or given[at] != "provision":
        return given
    start = at = at + 1
    while at < len(given) and given[at].startswith("-"):
        at += 2 if given[at] in _TAKE_VALUE else 1
    if at < len(given) and given[at] not in ACTIONS:
        given.insert(start, "run")
    return given


def _run_id(builder: "Builder", parser: "Parser") -> None:
    parser.add_argument("run_id", metavar="RUN", help=builder.text("argument.provision_run"))


def _serial(builder: "Builder", parser: "Parser") -> None:
    parser.add_argument("serial", metavar="SERIAL", help=builder.text("argument.serial"))


def _jobs(text: str) -> int:
    return int(bounded(text, 1, 64))


def _wait(text: str) -> float:
    return bounded(text, 0, 86_400)
