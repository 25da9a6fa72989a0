"""The arguments of `prove` and `heads`."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .parser import Builder, Parser


def add(builder: "Builder", commands: "argparse._SubParsersAction[Parser]") -> None:
    """Proofs, and heads that leave the shop and come back."""
    prove = builder.add(commands, "prove")
    prove.add_argument("record_id", metavar="ID", help=builder.text("argument.record_id"))
    builder.option(prove, "--reveal", "prove_reveal", dest="reveal", action="store_true")
    builder.option(prove, "--reason", "reveal_reason", dest="reason", metavar="TEXT")
    builder.option(prove, "--head", "prove_head", dest="heads", action="append", metavar="FILE")
    builder.option(prove, "--output", "prove_output", dest="output", metavar="FILE")
    actions = builder.actions(builder.add(commands, "heads"), "heads")
    builder.action(actions, "heads", "list")
    builder.action(actions, "heads", "show")
    shown = builder.action(actions, "heads", "print")
    builder.option(shown, "--ascii", "ascii", action="store_true")
    builder.option(shown, "--png", "head_png", dest="png", metavar="FILE")
    builder.option(shown, "--html", "head_html", dest="html", metavar="FILE")
    builder.option(shown, "--witness", "head_witness", dest="witness", metavar="TEXT")
    export = builder.action(actions, "heads", "export")
    export.add_argument("directory", metavar="DIR", help=builder.text("argument.witness_directory"))
    builder.option(export, "--witness", "head_witness", dest="witness", metavar="TEXT")
    check = builder.action(actions, "heads", "check")
    check.add_argument("files", nargs="*", metavar="FILE", help=builder.text("argument.head_files"))
    builder.option(check, "--text", "head_text", dest="text", metavar="TEXT")
    request = builder.action(actions, "heads", "request")
    builder.option(request, "--last", "head_last", dest="last", metavar="FILE")
    builder.option(request, "--new", "head_new", dest="new", action="store_true")
    builder.option(request, "--output", "prove_output", dest="output", metavar="FILE")
    answer = builder.action(actions, "heads", "import")
    answer.add_argument("file", metavar="FILE", help=builder.text("argument.cosigned_file"))
