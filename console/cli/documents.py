"""`documents …` and `incidents …`."""

import asyncio
from pathlib import Path
from typing import Literal

import msgspec

from daemon.api import rights_client
from daemon.api.documents import (
    AcceptAssessment,
    AcknowledgeNotice,
    Assessment,
    CloseIncident,
    Incident,
    IncidentNote,
    NewAssessment,
    NewIncident,
    NoticeVersion,
    Template,
)
from daemon.api.exit_codes import ExitCode

from .context import Context, UsageError
from .moments import moment_of
from .output import Format
from .requests import reason_of
from .table import Cell
from .times import shown

_MOST_BYTES = 100_000
_ASSESSMENTS = ("version", "written_at", "actor", "accepted_at", "current", "review_due_at", "sha256")
_NOTICES = ("notice_version", "current", "acknowledged", "missing", "sha256")
_INCIDENTS = ("incident_id", "noticed_at", "open", "told", "what")


class _Assessment(msgspec.Struct):
    step: str | None = None
    file: str | None = None
    language: Literal["en", "zh"] | None = None
    assessment_version: int = 0
    reason: str = ""


class _Notices(msgspec.Struct):
    acknowledged_by: str | None = None


class _Incident(msgspec.Struct):
    incident_id: str = ""
    what: str = ""
    noticed: str = ""
    told: str | None = None
    text: str = ""
    reason: str = ""
    language: Literal["en", "zh"] | None = None


async def assessment(context: Context) -> ExitCode:
    """The impact assessment: its versions, a new one, the template, a yes."""
    arguments = context.take(_Assessment)
    async with context.client() as client:
        match arguments.step:
            case "new":
                text = None if arguments.file is None else await asyncio.to_thread(_text, Path(arguments.file))
                new = NewAssessment(text=text, language=arguments.language)
                _one(context, await rights_client.write_assessment(client, new))
            case "accept":
                body = AcceptAssessment(reason=reason_of(arguments.reason))
                _one(context, await rights_client.accept_assessment(client, arguments.assessment_version, body))
            case "show":
                _one(context, await rights_client.assessment(client, arguments.assessment_version))
            case "template":
                _template(context, await rights_client.assessment_template(client, arguments.language))
            case _:
                _all(context, await rights_client.assessments(client))
    return ExitCode.OK


async def notices(context: Context) -> ExitCode:
    """Versions of the notice and who has not acknowledged the present one."""
    employee = context.take(_Notices).acknowledged_by
    async with context.client() as client:
        if employee is None:
            found = await rights_client.notices(client)
        else:
            found = await rights_client.acknowledge_notice(client, AcknowledgeNotice(employee=employee))
    if context.output.format is not Format.TABLE:
        context.output.items(found)
    else:
        context.output.table(_NOTICES, [_notice_row(context, one) for one in found])
    return ExitCode.OK


async def list_incidents(context: Context) -> ExitCode:
    """Newest first."""
    async with context.client() as client:
        found = await rights_client.incidents(client)
    if context.output.format is not Format.TABLE:
        context.output.items(found)
    elif found:
        context.output.table(_INCIDENTS, [_incident_row(context, one) for one in found])
    if not found:
        context.output.empty("empty.incidents")
    return ExitCode.OK


async def show_incident(context: Context) -> ExitCode:
    """One with its steps."""
    async with context.client() as client:
        _incident(context, await rights_client.incident(client, context.take(_Incident).incident_id))
    return ExitCode.OK


async def add_incident(context: Context) -> ExitCode:
    """A new entry."""
    arguments = context.take(_Incident)
    body = NewIncident(what=arguments.what, noticed_at=moment_of(arguments.noticed), told=arguments.told)
    async with context.client() as client:
        _incident(context, await rights_client.add_incident(client, body))
    return ExitCode.OK


async def note_incident(context: Context) -> ExitCode:
    """Found out, or somebody told."""
    arguments = context.take(_Incident)
    body = IncidentNote(text=arguments.text, told=arguments.told)
    async with context.client() as client:
        _incident(context, await rights_client.note_incident(client, arguments.incident_id, body))
    return ExitCode.OK


async def close_incident(context: Context) -> ExitCode:
    """The end."""
    arguments = context.take(_Incident)
    body = CloseIncident(reason=reason_of(arguments.reason))
    async with context.client() as client:
        _incident(context, await rights_client.close_incident(client, arguments.incident_id, body))
    return ExitCode.OK


async def notification(context: Context) -> ExitCode:
    """The letter to complete."""
    arguments = context.take(_Incident)
    async with context.client() as client:
        _template(context, await rights_client.notification(client, arguments.incident_id, arguments.language))
    return ExitCode.OK


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise UsageError("usage.document_unreadable", path=str(path), problem=f"> {_MOST_BYTES}")
        return content.decode("utf-8")
    except OSError as error:
        raise UsageError("usage.document_unreadable", path=str(path), problem=error.strerror or "?") from None
    except UnicodeDecodeError:
        raise UsageError("usage.document_unreadable", path=str(path), problem="UTF-8") from None


def _template(context: Context, template: Template) -> None:
    if context.output.format is not Format.TABLE:
        context.output.items([template])
        return
    _lines(context, template.text)


def _lines(context: Context, text: str) -> None:
    for line in text.splitlines():
        context.output.line(line)


def _all(context: Context, found: tuple[Assessment, ...]) -> None:
    if context.output.format is not Format.TABLE:
        context.output.items(found)
    elif found:
        context.output.table(_ASSESSMENTS, [_assessment_row(context, one) for one in found])
    if not found:
        context.output.empty("empty.assessments")


def _one(context: Context, one: Assessment) -> None:
    if context.output.format is not Format.TABLE:
        context.output.items([one])
        return
    context.output.table(_ASSESSMENTS, [_assessment_row(context, one)])
    if one.text is not None:
        context.output.line("")
        _lines(context, one.text)


def _assessment_row(context: Context, one: Assessment) -> list[Cell]:
    return [
        Cell(str(one.version)),
        Cell(shown(one.written_at)),
        Cell(one.written_by),
        Cell(shown(one.accepted_at)),
        _yes_no(context, "yes" if one.is_current else "no"),
        Cell(shown(one.review_due_at)),
        Cell(one.sha256[:16], "2"),
    ]


def _notice_row(context: Context, one: NoticeVersion) -> list[Cell]:
    return [
        Cell(one.version),
        _yes_no(context, "yes" if one.is_current else "no"),
        Cell(", ".join(one.acknowledged) or "-"),
        Cell(", ".join(one.missing) or "-", "33" if one.missing else ""),
        Cell(one.sha256[:16], "2"),
    ]


def _incident_row(context: Context, one: Incident) -> list[Cell]:
    return [
        Cell(one.incident_id),
        Cell(shown(one.noticed_at)),
        _yes_no(context, "yes" if one.is_open else "no"),
        Cell(", ".join(one.told) or "-"),
        Cell(one.what),
    ]


def _incident(context: Context, one: Incident) -> None:
    if context.output.format is not Format.TABLE:
        context.output.items([one])
        return
    context.output.facts(
        [
            ("incident_id", one.incident_id),
            ("noticed_at", shown(one.noticed_at)),
            ("authority_due_at", shown(one.authority_due_at)),
            ("open", context.texts.get("cli.yes" if one.is_open else "cli.no")),
            ("told", ", ".join(one.told) or "-"),
            ("what", one.what),
        ]
    )
    for step in one.steps[1:]:
        told = " · ".join(text for text in (step.told, step.text) if text)
        context.output.line(f"{shown(step.at)}  {step.actor}  {context.word('document_step', step.step.value)}  {told}")


def _yes_no(context: Context, word: Literal["yes", "no"]) -> Cell:
    return Cell(context.texts.get(f"cli.{word}"))
