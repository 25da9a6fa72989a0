"""`verify-ack`: judges the signed acknowledgement of an employee with public material only, needs neither daemon nor
key."""

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from ..errors import DaemonError
from ..provisioning.statements import MAX_RECEIPT_BYTES, ReceiptError, judge, judge_qr, read_receipt
from .narration import emit, emit_text, one_line, say

_MAX_KEY_BYTES: Final = 4_096
_QR: Final = b"shopwarden-notice/1;"


class AckReport(msgspec.Struct, frozen=True, kw_only=True):
    """For `--json`."""

    file: str
    ok: bool
    problem: str | None
    """Stable word; None when it holds."""
    text: str
    store: str | None = None
    key_fingerprint: str | None = None
    key_given: bool = False
    fields: Mapping[str, str] = {}


class AckAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One JSON object."""

    schema: int = 1
    items: list[AckReport]


def run(options: Namespace, texts: Texts) -> ExitCode:
    """OK when it holds, else INTEGRITY."""
    content = _read(options.file, MAX_RECEIPT_BYTES)
    key = None if options.public_key is None else _key(options.public_key)
    try:
        report = _judged(str(options.file), content, key, texts)
    except ReceiptError as error:
        problem = error.problem.value
        report = AckReport(file=str(options.file), ok=False, problem=problem, text=texts.get(f"ack.problem.{problem}"))
    if options.jsonl:
        emit(report)
    elif options.json:
        emit(AckAnswer(items=[report]))
    else:
        emit_text(one_line(report.text))
        for name, value in report.fields.items():
            emit_text(f"  {texts.get(f'ack.field.{name}')}: {one_line(value)}")
        if report.key_fingerprint is not None:
            emit_text(f"  {texts.get('ack.field.key')}: {report.key_fingerprint}")
        say(texts.get("ack.hint_given" if report.key_given else "ack.hint_key") if report.ok else texts.get("ack.hint"))
    return ExitCode.OK if report.ok else ExitCode.INTEGRITY


def _judged(file: str, content: bytes, key: str | None, texts: Texts) -> AckReport:
    if content.startswith(_QR):
        if key is None:
            raise DaemonError("ack.key_needed", ExitCode.USAGE)
        fields = judge_qr(content.decode("utf-8", "replace"), key)
        text = texts.get("ack.offer_holds")
        return AckReport(file=file, ok=True, problem=None, text=text, key_given=True, fields=fields)
    judged = judge(read_receipt(content), key)
    return AckReport(
        file=file,
        ok=True,
        problem=None,
        text=texts.get("ack.holds"),
        store=judged.store,
        key_fingerprint=judged.key_fingerprint,
        key_given=judged.is_key_given,
        fields=judged.fields,
    )


def _key(given: str) -> str:
    path = Path(given)
    if "+" in given and not path.exists():
        return given
    return _read(path, _MAX_KEY_BYTES).decode("utf-8", "replace").strip()


def _read(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise DaemonError("proof.unreadable", ExitCode.USAGE, file=str(path), problem=error.strerror or "?") from None
