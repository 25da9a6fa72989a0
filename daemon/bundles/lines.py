"""Records as JSON lines and as rows of a table for spreadsheets, and the lines of the proofs."""

import base64
import csv
import io
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from policies.display import safe_display

from .committed import fields_of
from .parts import BundleAttachment, BundleRecord

Json = None | int | float | str | list["Json"] | dict[str, "Json"]
_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")
_LONGEST_CELL: Final = 32_000
"""Spreadsheets break longer ones."""
CSV_COLUMNS: Final = (
    "ledger_index", "record_id", "kind", "page", "occurred_at", "received_at", "device", "employee", "source",
    "direction", "peer", "body", "absent_since", "files", "corrections", "watermark",
)  # fmt: skip


def time_text(moment: datetime) -> str:
    """`2026-11-22T08:15:03.120000Z`; always of one length, so it sorts."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def json_line(value: Mapping[str, Json]) -> bytes:
    """ASCII alone: nothing in it turns a terminal or an editor around."""
    return json.dumps(value, separators=(",", ":")).encode("ascii") + b"\n"


def header_line(schema: str, watermark: str, more: Mapping[str, Json] | None = None) -> bytes:
    """The first line of every file of lines."""
    return json_line({"schema": schema, "watermark": watermark, **(more or {})})


def record_line(record: BundleRecord, page: str, files: Mapping[str, str]) -> bytes:
    """A line of `records.jsonl`. `files`: name in the bundle by SHA-256."""
    fields: dict[str, Json] = {
        "ledger_index": record.ledger_index,
        "record_id": record.record_id,
        "kind": record.kind,
        "page": page,
        "occurred_at": time_text(record.occurred_at),
        "received_at": time_text(record.received_at),
        "device": record.device,
        "employee": record.employee,
        "source": record.source,
        "direction": record.direction,
        "peer": record.peer,
        "body": record.body,
        "absent_since": None if record.absent_since is None else time_text(record.absent_since),
        "attachments": [_attachment(one, files) for one in record.attachments],
        "corrections": [
            {"ledger_index": one.ledger_index, "at": time_text(one.at), "text": one.text} for one in record.corrections
        ],
        "committed": None,
    }
    if record.content is not None:
        committed: dict[str, Json] = {}
        for name, value in fields_of(record.content).items():
            committed[name] = dict(value) if isinstance(value, dict) else value
        fields["committed"] = committed
    return json_line(fields)


def _attachment(one: BundleAttachment, files: Mapping[str, str]) -> Json:
    file = files.get(one.sha256 or "") if one.text is None else None
    text = None if one.text is None else one.text.decode("utf-8", "replace")
    problem = one.problem
    if file is None and text is None and problem is None:
        problem = "not_included"
    return {
        "file": file,
        "sha256": one.sha256,
        "size_bytes": one.size_bytes,
        "content_type": one.content_type,
        "name": one.name,
        "text": text,
        "problem": problem,
    }


def csv_rows(rows: Iterable[Iterable[str]]) -> bytes:
    """Rows as UTF-8, every cell quoted."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(
        [_cell(one) for one in row] for row in rows
    )
    return text.getvalue().encode("utf-8", "replace")


def record_row(record: BundleRecord, page: str, files: Mapping[str, str], watermark: str) -> tuple[str, ...]:
    """A row under CSV_COLUMNS."""
    names = [files.get(one.sha256 or "") for one in record.attachments if one.text is None]
    return (
        str(record.ledger_index),
        record.record_id,
        record.kind,
        page,
        time_text(record.occurred_at),
        time_text(record.received_at),
        record.device,
        record.employee,
        record.source,
        record.direction,
        record.peer,
        record.body,
        "" if record.absent_since is None else time_text(record.absent_since),
        " ".join(name for name in names if name is not None),
        "\n".join(one.text for one in record.corrections),
        watermark,
    )


def _cell(text: str) -> str:
    """What a spreadsheet would take for a formula gets an apostrophe before it."""
    shown = safe_display(text, _LONGEST_CELL)
    return f"'{shown}" if shown.startswith(_FORMULA) or shown.lstrip().startswith(_FORMULA) else shown


def proven_line(record: BundleRecord) -> bytes:
    """A record's line of `proofs.jsonl`: its commitment alone, or what it is made of."""
    leaf = record.ledger_index - 1
    if record.opening is None or record.content is None:
        return json_line({"leaf": leaf, "commitment": record.commitment.hex()})
    content = base64.b64encode(record.content).decode("ascii")
    return json_line({"leaf": leaf, "opening": record.opening.hex(), "content": content})


def subtree_line(level: int, number: int, root: bytes) -> bytes:
    """The line of a subtree that is not of this bundle."""
    return json_line({"level": level, "number": number, "hash": root.hex()})
