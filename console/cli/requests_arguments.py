"""The arguments of `requests`, `me`, `documents` and `incidents`."""

import argparse
from typing import TYPE_CHECKING

from daemon.api.rights import Outcome, RequestKind, RequestState

if TYPE_CHECKING:
    from .parser import Builder, Parser

_KINDS = tuple(kind.value for kind in RequestKind)
_STATES = tuple(state.value for state in RequestState)
_OUTCOMES = tuple(outcome.value for outcome in Outcome)
_LANGUAGES = ("en", "zh")


def add(builder: "Builder", commands: "argparse._SubParsersAction[Parser]") -> None:
    """Four subcommands about people's rights and the shop's papers."""
    _requests(builder, builder.add(commands, "requests"))
    _me(builder, builder.add(commands, "me"))
    _documents(builder, builder.add(commands, "documents"))
    _incidents(builder, builder.add(commands, "incidents"))


def _requests(builder: "Builder", requests: "Parser") -> None:
    actions = builder.actions(requests, "requests")
    new = builder.action(actions, "requests", "add")
    _kind(builder, new)
    builder.option(new, "--subject", "request_subject", dest="subject", required=True, metavar="WHO")
    builder.option(new, "--received", "request_received", dest="received", required=True, metavar="TIME")
    builder.option(new, "--channel", "request_channel", dest="channel", required=True, metavar="TEXT")
    builder.option(new, "--note", "request_note", dest="note", metavar="TEXT")
    for parser in (requests, builder.action(actions, "requests", "list")):
        builder.option(
            parser, "--in", "request_state", dest="request_state", choices=_STATES, metavar="STATE", listed=_STATES
        )
    for name in ("show", "reach"):
        _request(builder, actions, name)
    builder.option(_request(builder, actions, "assign"), "--to", "request_to", dest="to", required=True, metavar="NAME")
    builder.option(
        _request(builder, actions, "note"), "--text", "request_text", dest="text", required=True, metavar="TEXT"
    )
    answer = _reasoned(builder, actions, "answer")
    builder.option(
        answer, "--outcome", "request_outcome", dest="outcome", choices=_OUTCOMES, required=True, metavar="OUTCOME",
        listed=_OUTCOMES,
    )  # fmt: skip
    correct = _request(builder, actions, "correct")
    builder.argument(correct, "event_ids", nargs="+")
    builder.option(correct, "--text", "request_correction", dest="text", required=True, metavar="TEXT")
    for name in ("mark", "lift"):
        builder.option(_reasoned(builder, actions, name), "--conversation", "request_conversation",
                       dest="conversation", metavar="TOKEN")  # fmt: skip
    for name in ("extend", "close", "erase", "refuse"):
        _reasoned(builder, actions, name)
    copy = _request(builder, actions, "copy")
    builder.option(copy, "--output", "output", required=True, metavar="FILE")
    builder.option(_reasoned(builder, actions, "approve"), "--yes", "yes", action="store_true")


def _me(builder: "Builder", me: "Parser") -> None:
    actions = builder.actions(me, "me")
    ask = builder.action(actions, "me", "ask")
    _kind(builder, ask)
    builder.option(ask, "--note", "request_note", dest="note", metavar="TEXT")
    builder.action(actions, "me", "acknowledge")


def _documents(builder: "Builder", documents: "Parser") -> None:
    actions = builder.actions(documents, "documents")
    assessment = builder.action(actions, "documents", "assessment")
    steps = assessment.add_subparsers(dest="step", metavar="ACTION", title=builder.text("help.actions"))
    builder.action(steps, "assessment", "list")
    new, template = builder.action(steps, "assessment", "new"), builder.action(steps, "assessment", "template")
    builder.option(new, "--file", "assessment_file", dest="file", metavar="FILE")
    for parser in (new, template):
        _language(builder, parser)
    for name in ("show", "accept"):
        parser = builder.action(steps, "assessment", name)
        parser.add_argument(
            "assessment_version", type=int, metavar="VERSION", help=builder.text("argument.assessment_version")
        )
        if name == "accept":
            builder.option(parser, "--reason", "reason", required=True, metavar="TEXT")
    notices = builder.action(actions, "documents", "notices")
    builder.option(notices, "--acknowledged-by", "notice_acknowledged", dest="acknowledged_by", metavar="NAME")


def _incidents(builder: "Builder", incidents: "Parser") -> None:
    actions = builder.actions(incidents, "incidents")
    builder.action(actions, "incidents", "list")
    new = builder.action(actions, "incidents", "add")
    builder.option(new, "--what", "incident_what", dest="what", required=True, metavar="TEXT")
    builder.option(new, "--noticed", "incident_noticed", dest="noticed", required=True, metavar="TIME")
    builder.option(new, "--told", "incident_told", dest="told", metavar="WHO")
    for name in ("show", "note", "close", "template"):
        parser = builder.action(actions, "incidents", name)
        builder.argument(parser, "incident_id")
        if name == "note":
            builder.option(parser, "--text", "request_text", dest="text", required=True, metavar="TEXT")
            builder.option(parser, "--told", "incident_told", dest="told", metavar="WHO")
        if name == "close":
            builder.option(parser, "--reason", "reason", required=True, metavar="TEXT")
        if name == "template":
            _language(builder, parser)


def _kind(builder: "Builder", parser: "Parser") -> None:
    builder.option(
        parser, "--kind", "request_kind", dest="kind", choices=_KINDS, required=True, metavar="KIND", listed=_KINDS
    )


def _language(builder: "Builder", parser: "Parser") -> None:
    builder.option(parser, "--language", "document_language", dest="language", choices=_LANGUAGES, metavar="en|zh")


def _request(builder: "Builder", actions: "argparse._SubParsersAction[Parser]", name: str) -> "Parser":
    parser = builder.action(actions, "requests", name)
    builder.argument(parser, "request_id")
    return parser


def _reasoned(builder: "Builder", actions: "argparse._SubParsersAction[Parser]", name: str) -> "Parser":
    parser = _request(builder, actions, name)
    builder.option(parser, "--reason", "reason", required=True, metavar="TEXT")
    return parser
