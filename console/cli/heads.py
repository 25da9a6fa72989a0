"""`heads`: the ledger's signed heads, and getting them out of the shop and back for comparison."""

from pathlib import Path

import msgspec

from daemon.api import proofs_client
from daemon.api.client import ApiClient
from daemon.api.exit_codes import ExitCode
from daemon.api.proofs import CheckedHead, CheckHeadsRequest, CosignRequest, HeadsReport, witness_file_name

from .context import Context, UsageError
from .output import Format
from .proof_files import MAX_FILE_BYTES, read_text, replace_text, split_notes, write_new
from .table import Cell
from .times import shown

_COLUMNS = ("at", "way", "witness", "size", "outcome", "actor")
_AT_ONCE = 500
_FITS = "continued"


class _Export(msgspec.Struct):
    directory: str
    witness: str | None = None


class _Check(msgspec.Struct):
    files: tuple[str, ...] = ()
    text: str | None = None


class _Request(msgspec.Struct):
    last: str | None = None
    new: bool = False
    output: str | None = None


class _Import(msgspec.Struct):
    file: str


async def list_heads(context: Context) -> ExitCode:
    """Heads that left the shop, and those that came back and did not fit; newest first."""
    async with context.client() as client:
        report = await proofs_client.heads(client)
    if context.output.format is not Format.TABLE:
        context.output.items(report.outside)
    elif report.outside:
        rows = [
            [
                Cell(shown(one.at)),
                Cell(context.word("way", one.way)),
                Cell(one.witness),
                Cell(str(one.size)),
                Cell(context.word("standing", one.outcome), "" if one.outcome == _FITS else "1;31"),
                Cell(one.actor),
            ]
            for one in report.outside
        ]
        context.output.table(_COLUMNS, rows)
    else:
        context.output.empty("empty.heads")
    return ExitCode.OK


async def show_head(context: Context) -> ExitCode:
    """The newest head as it is signed."""
    async with context.client() as client:
        report = await proofs_client.heads(client)
    if context.output.format is not Format.TABLE:
        context.output.items([report])
    else:
        context.output.facts(facts_of(report))
        if report.newest is not None:
            for line in ("", *report.newest.note.rstrip("\n").split("\n")):
                context.output.line(line)
    return ExitCode.OK


async def export_head(context: Context) -> ExitCode:
    """Compare what is on the stick with the ledger, then put today's head on it. An alarm is exit 11."""
    arguments = context.take(_Export)
    directory = _directory(arguments.directory)
    async with context.client() as client:
        report = await proofs_client.heads(client)
        path = directory / witness_file_name(report.ledger)
        witness = (arguments.witness or directory.name or "usb")[:200]
        present = read_text(str(path), limit=MAX_FILE_BYTES) if path.exists() else ""
        checked = await _checked(client, split_notes(present), "", witness)
        if any(one.standing != _FITS for one in checked):
            return _tell_checked(context, checked)
        head = await proofs_client.sign_head(client)
        text = present if head.note in split_notes(present) else "\n".join([*split_notes(present), head.note])
        replace_text(path, text)
        if head.note not in split_notes(read_text(str(path))):
            raise UsageError("usage.output_unusable", path=str(path), problem="?")
        record = await proofs_client.witnessed(client, head.size, "file", witness)
    if context.output.format is not Format.TABLE:
        context.output.items([record])
    context.output.say("head_exported", path=str(path), size=head.size, checked=len(checked))
    return ExitCode.OK


async def check_heads(context: Context) -> ExitCode:
    """Heads from outside against the ledger."""
    arguments = context.take(_Check)
    if not arguments.files and not arguments.text:
        raise UsageError("usage.no_heads")
    text = arguments.text or ""
    notes = [note for file in arguments.files for note in split_notes(read_text(file))]
    if text.count("\n") >= 3 or "\N{EM DASH}" in text:  # a scanned head, not a typed one
        notes, text = [*notes, *split_notes(text)], ""
    async with context.client() as client:
        checked = await _checked(client, notes, text, _name_of(arguments.files))
    if not checked:
        raise UsageError("usage.no_heads")
    return _tell_checked(context, checked)


async def request_cosignature(context: Context) -> ExitCode:
    """A file for `cosign sign`."""
    arguments = context.take(_Request)
    last = read_text(arguments.last, limit=100_000) if arguments.last is not None else ""
    request = CosignRequest(last=last, witness="new" if arguments.new else "known")
    async with context.client() as client:
        document = await proofs_client.cosign_request(client, request)
    if arguments.output is not None:
        write_new(arguments.output, document.request.encode())
    if context.output.format is not Format.TABLE:
        context.output.items([document])
    elif arguments.output is None:
        for line in document.request.rstrip("\n").split("\n"):
            context.output.line(line)
    context.output.say("head_requested", old_size=document.old_size, size=document.size)
    return ExitCode.OK


async def import_cosignature(context: Context) -> ExitCode:
    """What `cosign sign` wrote."""
    note = read_text(context.take(_Import).file, limit=100_000)
    async with context.client() as client:
        record = await proofs_client.import_cosignature(client, note)
    if context.output.format is not Format.TABLE:
        context.output.items([record])
    context.output.say("head_cosigned", witness=record.witness, size=record.size)
    return ExitCode.OK


def facts_of(report: HeadsReport) -> list[tuple[str, str]]:
    """What people compare."""
    facts = [("store", report.store), ("ledger", report.ledger), ("fingerprint", report.fingerprint)]
    if report.newest is not None:
        at = report.newest.signed_at
        root = report.newest.root_sha256
        facts += [
            ("size", str(report.newest.size)),
            ("signed_at", "-" if at is None else shown(at)),
            ("root", " ".join(root[place : place + 4] for place in range(0, len(root), 4))),
            ("typed", report.newest.typed),
        ]
    return [*facts, ("public_key", report.public_key)]


def _directory(name: str) -> Path:
    directory = Path(name).expanduser().resolve()
    if not directory.is_dir():
        raise UsageError("usage.no_directory", path=name)
    return directory


async def _checked(client: ApiClient, notes: list[str], typed: str, witness: str) -> list[CheckedHead]:
    items: list[CheckedHead] = []
    while notes or typed:
        request = CheckHeadsRequest(heads="\n".join(notes[:_AT_ONCE]), typed=typed, witness=witness)
        items += (await proofs_client.check_heads(client, request)).items
        notes, typed = notes[_AT_ONCE:], ""
    return items


def _tell_checked(context: Context, checked: list[CheckedHead]) -> ExitCode:
    wrong = [one for one in checked if one.standing != _FITS]
    if context.output.format is not Format.TABLE:
        context.output.items(checked)
    for one in wrong:
        context.output.say(f"head_{one.standing}", size=one.size)
    if not wrong:
        context.output.say("heads_fit", count=len(checked))
    return ExitCode.INTEGRITY if wrong else ExitCode.OK


def _name_of(files: tuple[str, ...]) -> str:
    return (Path(files[0]).name if files else "typed")[:200] or "typed"
