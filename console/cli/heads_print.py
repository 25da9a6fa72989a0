"""`heads print`: a head as QR code and in figures: in the terminal, as a picture, as a page to hang up or file."""

import html
import io
import sys

import msgspec
import segno

from daemon.api import proofs_client
from daemon.api.exit_codes import ExitCode
from daemon.api.proofs import HeadsReport, WitnessRecord

from .context import Context
from .heads import facts_of
from .output import Format
from .pairing import can_draw, drawn
from .proof_files import write_new

_QUIET_ZONE = 4
_PAGE = """<!doctype html>
<html lang="{language}"><meta charset="utf-8"><title>{title}</title>
<style>body{{font:14pt sans-serif;margin:15mm}}table{{border-spacing:6pt}}th{{text-align:left;vertical-align:top}}
td{{font-family:monospace;overflow-wrap:anywhere}}svg{{width:80mm;height:80mm}}pre{{font-size:9pt;white-space:pre-wrap;
overflow-wrap:anywhere}}</style>
<h1>{title}</h1>
<table>{rows}</table>
{code}
<p>{what_for}</p>
<pre>{note}</pre>
<p>{signature}: ______________________  {date}: ______________</p>
</html>
"""


class _Print(msgspec.Struct):
    ascii: bool = False
    png: str | None = None
    html: str | None = None
    witness: str | None = None


class PrintedHead(WitnessRecord, frozen=True, kw_only=True):
    """For `--json`: the record of the print, and what is on it."""

    typed: str
    note: str


async def print_head(context: Context) -> ExitCode:
    """Signs the ledger as it is, and records that the head is on paper."""
    arguments = context.take(_Print)
    async with context.client() as client:
        head = await proofs_client.sign_head(client)
        report = msgspec.structs.replace(await proofs_client.heads(client), newest=head)
        code = segno.make_qr(head.note, error="m")
        if arguments.png is not None:
            stream = io.BytesIO()
            code.save(stream, kind="png", scale=6, border=_QUIET_ZONE)
            write_new(arguments.png, stream.getvalue())
        if arguments.html is not None:
            write_new(arguments.html, page_of(context, report, head.note, code).encode())
        record = await proofs_client.witnessed(client, head.size, "print", arguments.witness or "print")
    if context.output.format is not Format.TABLE:
        context.output.items([PrintedHead(typed=head.typed, note=head.note, **msgspec.structs.asdict(record))])
        return ExitCode.OK
    context.output.facts(facts_of(report))
    if arguments.png is None and arguments.html is None:
        is_plain = arguments.ascii or not can_draw(sys.stdout.encoding)
        for line in ("", *drawn(head.note, is_ascii=is_plain).split("\n"), ""):
            context.output.line(line)
    context.output.say("head_printed", size=head.size)
    return ExitCode.OK


def page_of(context: Context, report: HeadsReport, note: str, code: segno.QRCode) -> str:
    """HTML with nothing from elsewhere in it."""
    stream = io.BytesIO()
    code.save(stream, kind="svg", border=_QUIET_ZONE, xmldecl=False, svgns=True)
    texts = context.texts

    def said(key: str) -> str:
        return html.escape(texts.get(f"cli.head_page.{key}"))

    rows = "".join(
        f"<tr><th>{html.escape(texts.get(f'cli.column.{name}'))}</th><td>{html.escape(value)}</td></tr>"
        for name, value in facts_of(report)
    )
    return _PAGE.format(
        language=texts.language.value,
        title=said("title"),
        rows=rows,
        code=stream.getvalue().decode("utf-8"),
        what_for=said("what_for"),
        note=html.escape(note),
        signature=said("signature"),
        date=said("date"),
    )
