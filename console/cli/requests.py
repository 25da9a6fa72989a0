"""`requests …` and `me …`."""

import msgspec

from daemon.api import rights_client
from daemon.api.exit_codes import ExitCode
from daemon.api.me import OwnRecords, OwnRequest
from daemon.api.rights import (
    AnswerRequest,
    AssignRequest,
    CloseRequest,
    CorrectRequest,
    ErasureRequest,
    ExtendRequest,
    Holding,
    MarkRequest,
    NewRequest,
    NoteRequest,
    Outcome,
    Reach,
    RequestKind,
    RequestState,
    SubjectRequest,
)
from daemon.api.words import word_of

from .context import NOT_DONE, Context, UsageError, ask, is_asking_possible
from .moments import moment_of
from .new_file import new_file
from .output import Format
from .table import Cell
from .times import shown

_COLUMNS = ("due_at", "days_left", "request_state", "request_kind", "request_subject", "request_id", "assignee")
_REACH = ("device", "data_class", "count", "first_at", "last_at", "kept_until")
_LOOKS = ("at", "actor", "role", "action", "certain", "reason")


class _Add(msgspec.Struct):
    kind: RequestKind
    subject: str
    received: str
    channel: str
    note: str | None = None


class _List(msgspec.Struct):
    request_state: RequestState | None = None


class _Request(msgspec.Struct):
    request_id: str
    reason: str = ""
    text: str = ""
    to: str = ""
    outcome: Outcome = Outcome.GRANTED
    event_ids: tuple[str, ...] = ()
    conversation: str | None = None
    yes: bool = False
    output: str = ""


class _Ask(msgspec.Struct):
    kind: RequestKind
    note: str | None = None


async def add(context: Context) -> ExitCode:
    """Keep a request."""
    arguments = context.take(_Add)
    request = NewRequest(
        kind=arguments.kind,
        subject=arguments.subject,
        received_at=moment_of(arguments.received),
        channel=arguments.channel,
        note=arguments.note,
    )
    async with context.client() as client:
        added = await rights_client.add_request(client, request)
    return _told(context, added, "requests.added", due=shown(added.due_at))


async def list_requests(context: Context) -> ExitCode:
    """Open ones first, by due date."""
    async with context.client() as client:
        found = await rights_client.requests(client, state=context.take(_List).request_state)
    if context.output.format is not Format.TABLE:
        context.output.items(found)
    elif found:
        context.output.table(_COLUMNS, [_row(context, one) for one in found])
    if not found:
        context.output.empty("empty.requests")
    return ExitCode.OK


async def show_request(context: Context) -> ExitCode:
    """One request with its steps."""
    async with context.client() as client:
        request = await rights_client.request(client, context.take(_Request).request_id)
    if context.output.format is not Format.TABLE:
        context.output.items([request])
    else:
        _facts(context, request)
    return ExitCode.OK


async def reach(context: Context) -> ExitCode:
    """What there is, what would go, what is held."""
    async with context.client() as client:
        found = await rights_client.reach(client, context.take(_Request).request_id)
    if context.output.format is not Format.TABLE:
        context.output.items([found])
        return ExitCode.OK
    _holdings(context, found.holdings)
    _say_held(context, found)
    return ExitCode.OK


async def assign(context: Context) -> ExitCode:
    """Somebody works on it."""
    arguments = context.take(_Request)
    return await _step(context, arguments.request_id, AssignRequest(to=arguments.to))


async def note(context: Context) -> ExitCode:
    """Something to remember."""
    arguments = context.take(_Request)
    return await _step(context, arguments.request_id, NoteRequest(text=arguments.text))


async def extend(context: Context) -> ExitCode:
    """More time, once."""
    arguments = context.take(_Request)
    return await _step(context, arguments.request_id, ExtendRequest(reason=reason_of(arguments.reason)))


async def answer(context: Context) -> ExitCode:
    """What the person was told."""
    arguments = context.take(_Request)
    body = AnswerRequest(outcome=arguments.outcome, reason=reason_of(arguments.reason))
    return await _step(context, arguments.request_id, body)


async def close(context: Context) -> ExitCode:
    """The end."""
    arguments = context.take(_Request)
    return await _step(context, arguments.request_id, CloseRequest(reason=reason_of(arguments.reason)))


async def correct(context: Context) -> ExitCode:
    """What the person says is right, beside records."""
    arguments = context.take(_Request)
    body = CorrectRequest(event_ids=arguments.event_ids, text=arguments.text)
    async with context.client() as client:
        changed = await rights_client.correct(client, arguments.request_id, body)
    return _told(context, changed, "requests.changed")


async def mark(context: Context) -> ExitCode:
    """Nothing more is collected."""
    arguments = context.take(_Request)
    body = MarkRequest(reason=reason_of(arguments.reason), conversation=arguments.conversation)
    async with context.client() as client:
        changed = await rights_client.mark(client, arguments.request_id, body)
    return _told(context, changed, "requests.marked")


async def lift(context: Context) -> ExitCode:
    """Collecting begins again."""
    arguments = context.take(_Request)
    body = MarkRequest(reason=reason_of(arguments.reason), conversation=arguments.conversation)
    async with context.client() as client:
        changed = await rights_client.lift(client, arguments.request_id, body)
    return _told(context, changed, "requests.lifted")


async def copy(context: Context) -> ExitCode:
    """The person's bundle into a new file, whole or not at all."""
    arguments = context.take(_Request)
    size = 0
    with new_file(arguments.output) as (file, keep):
        async with context.client() as client, rights_client.copy(client, arguments.request_id) as pieces:
            async for piece in pieces:
                file.write(piece)
                size += len(piece)
        keep()
    context.output.say("requests.copied", size=size, path=arguments.output)
    return ExitCode.OK


async def erase(context: Context) -> ExitCode:
    """Ask for the erasure."""
    arguments = context.take(_Request)
    body = ErasureRequest(reason=reason_of(arguments.reason))
    async with context.client() as client:
        changed = await rights_client.ask_erasure(client, arguments.request_id, body)
        found = await rights_client.reach(client, arguments.request_id)
    if context.output.format is Format.TABLE:
        _holdings(context, found.holdings)
        _say_held(context, found)
    return _told(context, changed, "requests.erasure_asked")


async def approve(context: Context) -> ExitCode:
    """Erase: the number of records is typed where somebody can."""
    arguments = context.take(_Request)
    body = ErasureRequest(reason=reason_of(arguments.reason))
    async with context.client() as client:
        if not arguments.yes:
            found = await rights_client.reach(client, arguments.request_id)
            count = str(found.records - found.held)
            if not is_asking_possible():
                raise UsageError("usage.erase_needs_yes")
            if not ask(context.texts, "ask.erase", wanted=count, count=count):
                context.output.say("not_done")
                return NOT_DONE
        changed = await rights_client.approve_erasure(client, arguments.request_id, body)
    return _told(context, changed, "requests.erased", certificates=changed.changes[-1].reference or "-")


async def refuse(context: Context) -> ExitCode:
    """Nothing is erased."""
    arguments = context.take(_Request)
    body = ErasureRequest(reason=reason_of(arguments.reason))
    async with context.client() as client:
        changed = await rights_client.refuse_erasure(client, arguments.request_id, body)
    return _told(context, changed, "requests.changed")


async def me(context: Context) -> ExitCode:
    """What is kept about the caller."""
    async with context.client() as client:
        own = await rights_client.own_records(client)
    if context.output.format is not Format.TABLE:
        context.output.items([own])
    else:
        _own(context, own)
    return ExitCode.OK


async def ask_for_me(context: Context) -> ExitCode:
    """A request about one's own records."""
    arguments = context.take(_Ask)
    async with context.client() as client:
        added = await rights_client.own_request(client, OwnRequest(kind=arguments.kind, note=arguments.note))
    return _told(context, added, "requests.added", due=shown(added.due_at))


async def acknowledge(context: Context) -> ExitCode:
    """The caller has read the present notice."""
    async with context.client() as client:
        await rights_client.acknowledge_own_notice(client)
    context.output.say("requests.acknowledged")
    return ExitCode.OK


def reason_of(text: str) -> str:
    """UsageError for an empty one."""
    if not text.strip():
        raise UsageError("usage.no_reason")
    return text


async def _step(context: Context, request_id: str, body: rights_client.StepBody) -> ExitCode:
    async with context.client() as client:
        changed = await rights_client.take_step(client, request_id, body)
    return _told(context, changed, "requests.changed")


def _told(context: Context, request: SubjectRequest, key: str, **values: str) -> ExitCode:
    if context.output.format is not Format.TABLE:
        context.output.items([request])
    else:
        state = context.word("request_state", request.state.value)
        context.output.say(key, request=request.request_id, state=state, **values)
    return ExitCode.OK


def _row(context: Context, one: SubjectRequest) -> list[Cell]:
    left = "-" if one.days_left is None else str(one.days_left)
    style = "1;31" if one.is_overdue else "33" if one.days_left is not None and one.days_left <= 3 else ""  # noqa: PLR2004
    return [
        Cell(shown(one.due_at), style),
        Cell(context.texts.get("cli.requests.overdue", days=left.lstrip("-")) if one.is_overdue else left, style),
        Cell(context.word("request_state", one.state.value)),
        Cell(context.word("request_kind", one.kind.value)),
        Cell(f"{context.word('subject_kind', one.subject_kind.value)} {one.subject}"),
        Cell(one.request_id),
        Cell(one.assignee or "-"),
    ]


def _facts(context: Context, one: SubjectRequest) -> None:
    outcome = "-" if one.outcome is None else context.word("outcome", one.outcome.value)
    context.output.facts(
        [
            ("request_id", one.request_id),
            ("request_kind", context.word("request_kind", one.kind.value)),
            ("request_subject", f"{context.word('subject_kind', one.subject_kind.value)} {one.subject}"),
            ("request_state", context.word("request_state", one.state.value)),
            ("received_at", shown(one.received_at)),
            ("due_at", shown(one.due_at)),
            ("channel", one.channel),
            ("note", one.note or "-"),
            ("assignee", one.assignee or "-"),
            ("outcome", outcome),
            ("private", context.texts.get("cli.yes" if one.is_marked else "cli.no")),
        ]
    )
    for change in one.changes:
        details = [
            change.text,
            change.assignee,
            change.reference,
            None if change.due_at is None else shown(change.due_at),
        ]
        told = " · ".join(detail for detail in details if detail)
        step = context.word("request_step", change.step.value)
        context.output.line(f"{shown(change.at)}  {change.actor}  {step}  {told}".rstrip())


def _holdings(context: Context, holdings: tuple[Holding, ...]) -> None:
    if not holdings:
        context.output.empty("empty.holdings")
        return
    context.output.table(
        _REACH,
        [
            [
                Cell(one.device),
                Cell(context.word("data_class", one.data_class)),
                Cell(str(one.count)),
                Cell(shown(one.first_at)),
                Cell(shown(one.last_at)),
                Cell(shown(one.kept_until)),
            ]
            for one in holdings
        ],
    )


def _say_held(context: Context, found: Reach) -> None:
    context.output.say("requests.reach", records=found.records, goes=found.records - found.held, held=found.held)
    for hold in found.holds:
        context.output.say(
            "requests.hold", hold=hold.hold_id, count=hold.count, until=shown(hold.until), reason=hold.reason
        )


def _own(context: Context, own: OwnRecords) -> None:
    context.output.facts(
        [
            ("employee", own.employee),
            *(
                ("notice_version", f"{one.notice_version}  {shown(one.acknowledged_at)}  {one.serial}")
                for one in own.enrolments
            ),
            ("must_acknowledge", context.texts.get("cli.yes" if own.must_acknowledge else "cli.no")),
        ]
    )
    context.output.line("")
    _holdings(context, own.holdings)
    context.output.line("")
    if own.looks:
        rows = [
            [
                Cell(shown(look.at)),
                Cell(look.actor),
                Cell(context.word("role", look.role)),
                Cell(word_of(context.texts, "action", look.action)),
                Cell(context.texts.get("cli.yes" if look.is_certain else "cli.unknown")),
                Cell(look.reason or "-"),
            ]
            for look in own.looks
        ]
        context.output.table(_LOOKS, rows)
    else:
        context.output.empty("empty.looks")
    if own.requests:
        context.output.line("")
        context.output.table(_COLUMNS, [_row(context, one) for one in own.requests])
