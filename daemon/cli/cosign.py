"""`shopwardend cosign`: the head office's witness. Files in, files out; needs no shop's key and no daemon."""

import os
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from crypto.atomic_file import read_file
from crypto.errors import CryptoErrorCode, IntegrityError
from crypto.notes import fingerprint
from crypto.witnessing import MAX_REQUEST_CHARACTERS, WitnessRequest

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from ..errors import DaemonError
from ..proofs.cosigner import Cosigner, KnownLedger
from .narration import emit, emit_text, one_line, say

_MAX_BYTES: Final = 4 * MAX_REQUEST_CHARACTERS
_ALARMS: Final = frozenset({CryptoErrorCode.HEAD_ROLLBACK, CryptoErrorCode.HEAD_EQUIVOCATION})


class WitnessedLedger(msgspec.Struct, frozen=True, kw_only=True):
    """For `--json`: a shop's ledger as the witness knows it."""

    ledger: str
    public_key: str
    fingerprint: str
    size: int | None
    root_sha256: str | None


class WitnessAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One JSON object."""

    schema: int = 1
    items: list[WitnessedLedger]


def run(options: Namespace, texts: Texts) -> ExitCode:
    """OK; INTEGRITY when a request does not continue what was signed before."""
    witness = Cosigner(options.witness_dir.expanduser().absolute())
    match options.action:
        case "init":
            return _init(witness, options, texts)
        case "trust":
            return _trust(witness, options, texts)
        case "sign":
            return _sign(witness, options, texts)
        case "last":
            return _last(witness, options)
        case _:
            return _list(witness, options, texts)


def _init(witness: Cosigner, options: Namespace, texts: Texts) -> ExitCode:
    try:
        emit_text(witness.create(options.name))
    except ValueError:
        raise DaemonError("witness.bad_name", ExitCode.USAGE) from None
    say(texts.get("witness.made", state=str(options.witness_dir)))
    return ExitCode.OK


def _trust(witness: Cosigner, options: Namespace, texts: Texts) -> ExitCode:
    given = options.public_key
    key = given if given.count("+") >= 2 else _text(Path(given))
    try:
        ledger = witness.trust(key.strip())
    except ValueError:
        raise DaemonError("witness.bad_key", ExitCode.USAGE) from None
    say(texts.get("witness.trusted", ledger=one_line(ledger), fingerprint=fingerprint(key.strip())))
    return ExitCode.OK


def _sign(witness: Cosigner, options: Namespace, texts: Texts) -> ExitCode:
    try:
        request = WitnessRequest.from_text(_text(options.request))
        cosigned = witness.cosign(request, datetime.now(UTC))
    except IntegrityError as error:
        if error.code in _ALARMS:
            say(texts.get("witness.alarm"))
        raise
    _write(options.output, cosigned.note)
    say(texts.get("witness.signed", ledger=one_line(cosigned.origin), size=cosigned.size))
    return ExitCode.OK


def _last(witness: Cosigner, options: Namespace) -> ExitCode:
    last = witness.last(options.ledger)
    if last is None:
        raise DaemonError("witness.unknown_ledger", ExitCode.NOT_FOUND, ledger=one_line(options.ledger))
    _write(options.output, last.note)
    return ExitCode.OK


def _list(witness: Cosigner, options: Namespace, texts: Texts) -> ExitCode:
    items = [_item(one) for one in witness.known()]
    if options.json:
        emit(WitnessAnswer(items=items))
        return ExitCode.OK
    say(texts.get("witness.key", public_key=witness.public_key))
    for item in items:
        if options.jsonl:
            emit(item)
        else:
            emit_text(f"{one_line(item.ledger)}  {item.size if item.size is not None else '-'}  {item.fingerprint}")
    return ExitCode.OK


def _item(known: KnownLedger) -> WitnessedLedger:
    return WitnessedLedger(
        ledger=known.origin,
        public_key=known.public_key,
        fingerprint=fingerprint(known.public_key),
        size=None if known.last is None else known.last.size,
        root_sha256=None if known.last is None else known.last.root.hex(),
    )


def _text(file: Path) -> str:
    try:
        return read_file(file.expanduser(), max_bytes=_MAX_BYTES).decode("utf-8")
    except FileNotFoundError:
        problem = os.strerror(2)
        raise DaemonError("proof.unreadable", ExitCode.USAGE, file=str(file), problem=problem) from None
    except UnicodeDecodeError:
        raise IntegrityError(CryptoErrorCode.HEAD_MALFORMED, "request") from None


def _write(file: Path | None, text: str) -> None:
    """To stdout without a file; never over one."""
    if file is None:
        emit_text(text.removesuffix("\n"))
        return
    try:
        with file.expanduser().open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise DaemonError("proof.unwritable", ExitCode.USAGE, file=str(file), problem=error.strerror or "?") from error
