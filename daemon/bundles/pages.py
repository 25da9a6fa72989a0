"""The pages of a bundle: HTML for any browser, without scripts, without anything from elsewhere.

Whatever a phone or a person wrote is cleaned and escaped, in an element of its own for the direction of its text.
"""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from policies.display import safe_display

from ..api.texts import Language, Texts, read_catalogs
from .lines import time_text
from .media_names import shown_as
from .parts import BundleAttachment, BundleOrder, BundleRecord

RECORDS_PER_PAGE: Final = 200
_ENTRIES: Final = read_catalogs(Path(__file__).parent / "catalog")
_ZH: Final = Texts(Language.ZH, _ENTRIES)
_EN: Final = Texts(Language.EN, _ENTRIES)
_LONGEST_TITLE: Final = 200

_HEAD: Final = """<!DOCTYPE html>
<html lang="zh"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
img-src 'self' file:; media-src 'self' file:; form-action 'none'; base-uri 'none'">
<meta name="referrer" content="no-referrer"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>
body{{font:15px/1.5 sans-serif;max-width:60em;margin:1em auto;padding:0 1em;color:#111;background:#fff}}
table{{border-collapse:collapse}}th,td{{text-align:left;vertical-align:top;padding:.2em .8em .2em 0}}
.r{{border-top:1px solid #bbb;padding:.5em 0;break-inside:avoid}}.m{{color:#555;font-size:.85em}}
.b{{white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:isolate}}.out{{margin-left:4em}}
bdi{{unicode-bidi:isolate;overflow-wrap:anywhere}}img{{max-width:100%;max-height:30em}}
.w{{font-size:.75em;color:#555;border-top:1px solid #bbb;border-bottom:1px solid #bbb;overflow-wrap:anywhere}}
.s{{position:fixed;top:45%;left:0;right:0;text-align:center;transform:rotate(-24deg);font-size:1.4em;color:#000;
opacity:.08;pointer-events:none;overflow-wrap:anywhere}}
@media print{{a{{color:inherit;text-decoration:none}}nav,audio,video{{display:none}}}}
</style></head><body>
<div class="s" aria-hidden="true">{watermark}</div><p class="w">{watermark}</p>
"""
_FOOT: Final = '<p class="w">{watermark}</p></body></html>\n'


def clean(text: str) -> str:
    """Text of others in a page: nothing in it is markup, hides itself or turns the line around."""
    return html.escape(safe_display(text, max(1, len(text))), quote=True)


def both(key: str) -> str:
    """A text of ours in both languages."""
    zh, en = _ZH.get(f"bundle.{key}"), _EN.get(f"bundle.{key}")
    return html.escape(zh if zh == en else f"{zh} · {en}")


def word(group: str, value: str) -> str:
    """A stable word in both languages where the catalog has it."""
    return both(f"word.{group}.{value}") if _EN.has(f"bundle.word.{group}.{value}") else clean(value)


def watermark_of(order: BundleOrder) -> str:
    """One line: case, who asked, who approved, when, which bundle."""
    people = order.requested_by if order.approved_by is None else f"{order.requested_by} / {order.approved_by}"
    line = f"{order.case} | {people} | {time_text(order.made_at)} | {order.bundle_id}"
    return " ".join(safe_display(line, 1_000).split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a section."""

    title: str
    number: int
    of_pages: int
    section_no: int


def page_name(section_no: int, number: int) -> str:
    """A page's file name in the bundle; sections and pages are counted from 1."""
    return f"conversations/{section_no:05}-{number:04}.html"


def section_page(page: Page, records: Sequence[BundleRecord], files: Mapping[str, str], watermark: str) -> bytes:
    """A conversation's page."""
    title = clean(page.title[:_LONGEST_TITLE])
    parts = [_HEAD.format(title=title, watermark=clean(watermark)), _links(page)]
    parts.append(f'<h1><bdi dir="auto">{title}</bdi></h1>\n')
    parts.append(f'<p class="m">{both("label.page")} {page.number}/{page.of_pages}. {both("note.times")}</p>\n')
    parts += [_record(record, files) for record in records]
    parts += [_links(page), _FOOT.format(watermark=clean(watermark))]
    return "".join(parts).encode("utf-8", "replace")


def _links(page: Page) -> str:
    links = [f'<a href="../index.html">{both("label.index")}</a>']
    if page.number > 1:
        links.append(f'<a href="{page.section_no:05}-{page.number - 1:04}.html">{both("label.previous")}</a>')
    if page.number < page.of_pages:
        links.append(f'<a href="{page.section_no:05}-{page.number + 1:04}.html">{both("label.next")}</a>')
    return f"<nav>{' | '.join(links)}</nav>\n"


def _record(record: BundleRecord, files: Mapping[str, str]) -> str:
    side = " out" if record.direction == "out" else ""
    who = [one for one in (record.peer, record.employee, record.device) if one]
    people = " / ".join(f'<bdi dir="auto">{clean(one)}</bdi>' for one in who)
    lines = [
        f'<div class="r{side}" id="l{record.ledger_index}"><div class="m">{time_text(record.occurred_at)} '
        f"{word('kind', record.kind)} {word('direction', record.direction)} {people}</div>\n"
        f'<div class="b" dir="auto">{clean(record.body)}</div>\n'
    ]
    lines += [_attachment(one, files) for one in record.attachments]
    lines += [
        f'<div class="m">{both("label.correction")} {time_text(one.at)}, '
        f"{both('label.ledger_index')} {one.ledger_index}:</div>\n"
        f'<div class="b" dir="auto">{clean(one.text)}</div>\n'
        for one in record.corrections
    ]
    if record.absent_since is not None:
        lines.append(f'<div class="m">{both("label.absent_since")} {time_text(record.absent_since)}</div>\n')
    lines.append(
        f'<div class="m">{both("label.ledger_index")} {record.ledger_index} · {clean(record.record_id)} · '
        f"{both('label.received_at')} {time_text(record.received_at)}</div></div>\n"
    )
    return "".join(lines)


def _attachment(one: BundleAttachment, files: Mapping[str, str]) -> str:
    if one.text is not None:
        return f'<div class="b" dir="auto">{clean(one.text.decode("utf-8", "replace"))}</div>\n'
    name = clean(one.name) or clean(one.content_type)
    file = files.get(one.sha256 or "")
    if file is None:
        return f'<div class="m"><bdi dir="auto">{name}</bdi>: {both("label.no_file")}</div>\n'
    link = f'<a href="../{file}"><bdi dir="auto">{name}</bdi></a> <span class="m">SHA-256 {one.sha256}</span>'
    match shown_as(file):
        case "img":
            return f'<div><img src="../{file}" alt="{name}" loading="lazy"><br>{link}</div>\n'
        case "audio" | "video" as player:
            return f'<div><{player} controls preload="none" src="../{file}"></{player}><br>{link}</div>\n'
        case _:
            return f"<div>{link}</div>\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionLine:
    """A section on the first page."""

    title: str
    first_page: str
    records: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What the first page counts."""

    records: int
    corrections: int
    """Of the records: those that say something of another."""
    media_files: int
    head_size: int
    key_fingerprint: str


def index_page(order: BundleOrder, totals: Totals, watermark: str) -> bytes:
    """The first page down to the list of sections, which `index_line`s and `index_end` follow."""
    title = both(f"title.{order.purpose.value}")
    rows = [
        (both("label.store"), order.store),
        (both("label.case"), order.case),
        (both("label.reason"), order.reason),
        (both("label.requested_by"), order.requested_by),
        *([] if order.approved_by is None else [(both("label.approved_by"), order.approved_by)]),
        (both("label.made_at"), time_text(order.made_at)),
        (both("label.bundle_id"), order.bundle_id),
        *((html.escape(f"{line.name_zh} · {line.name_en}"), line.value) for line in order.scope),
        (both("label.counted"), str(order.counted)),
        (both("label.records"), str(totals.records)),
        (both("label.files"), str(totals.media_files)),
        (both("label.head"), str(totals.head_size)),
        (both("label.key"), totals.key_fingerprint),
    ]
    table = "".join(f'<tr><th>{name}</th><td><bdi dir="auto">{clean(value)}</bdi></td></tr>\n' for name, value in rows)
    content = f"<tr><th>{both('label.disclosure')}</th><td>{word('disclosure', order.disclosure.value)}</td></tr>\n"
    notes = [both("note.verify"), both("note.times"), both("note.pages")]
    if totals.records - totals.corrections < order.counted:
        notes.append(both("note.gone"))
    return (
        _HEAD.format(title=title, watermark=clean(watermark))
        + f"<h1>{title}</h1>\n<table>{table}{content}</table>\n"
        + "".join(f"<p>{note}</p>\n" for note in notes)
        + f'<p><a href="README.zh.txt">README.zh.txt</a> <a href="README.en.txt">README.en.txt</a></p>\n'
        f"<h2>{both('label.sections')}</h2>\n<ol>\n"
    ).encode("utf-8", "replace")


def index_line(section: SectionLine) -> bytes:
    """A section's line."""
    title = clean(section.title[:_LONGEST_TITLE]) or "-"
    line = f'<li><a href="{section.first_page}"><bdi dir="auto">{title}</bdi></a> ({section.records})</li>\n'
    return line.encode("utf-8", "replace")


def index_end(watermark: str) -> bytes:
    """The end of the first page."""
    return f"</ol>\n{_FOOT.format(watermark=clean(watermark))}".encode("utf-8", "replace")
