"""The arguments of `employees`."""

import argparse
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .parser import Builder, Parser

HANDLERS: dict[tuple[str, str], str] = {
    ("employees", "list"): "employees:list_employees",
    ("employees", "show"): "employees:show_employee",
    ("employees", "leave"): "employees:leave_shop",
    ("employees", "leaving"): "leavings:step",
}
_STEPS: Final = ("list", "show", "undo", "confirm", "report")


def add(builder: "Builder", commands: "argparse._SubParsersAction[Parser]") -> None:
    """Employees, and those who leave."""
    actions = builder.actions(builder.add(commands, "employees"), "employees")
    builder.action(actions, "employees", "list")
    show = builder.action(actions, "employees", "show")
    _name(builder, show)
    leave = builder.action(actions, "employees", "leave")
    _name(builder, leave)
    builder.option(leave, "--to", "employees_to", dest="to", action="append", required=True, metavar="NAME[,NAME…]")
    builder.option(leave, "--return-date", "employees_return", dest="return_date", metavar="DATE")
    builder.option(leave, "--freeze-date", "employees_freeze", dest="freeze_date", metavar="DATE")
    builder.option(leave, "--reason", "reason", metavar="TEXT")
    builder.option(leave, "--check", "employees_check", dest="check", action="store_true")
    leaving = builder.action(actions, "employees", "leaving")
    leaving.add_argument(
        "step", nargs="?", choices=_STEPS, metavar="|".join(_STEPS), help=builder.text("argument.leaving_step")
    )
    leaving.add_argument("leaving_id", nargs="?", metavar="ID", help=builder.text("argument.leaving_id"))
    leaving.add_argument("item", nargs="?", metavar="ITEM", help=builder.text("argument.leaving_item"))
    builder.option(leaving, "--reason", "reason", metavar="TEXT")
    builder.option(leaving, "--note", "leaving_note", dest="note", metavar="TEXT")
    builder.option(leaving, "--out", "leaving_out", dest="out", metavar="FILE")


def _name(builder: "Builder", parser: "Parser") -> None:
    parser.add_argument("name", metavar="NAME", help=builder.text("argument.employee_name"))
