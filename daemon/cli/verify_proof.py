"""`shopwardend verify-proof`: judges a proof file with public material only, needs neither daemon nor key."""

import hashlib
from argparse import Namespace
from pathlib import Path
from typing import Final

import msgspec

from crypto.checkpoints import SignedHead
from crypto.errors import IntegrityError
from crypto.witnessing import read_notes

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from ..attachments import attachments_in
from ..errors import DaemonError
from ..proofs.proof_check import Proven, Trust, check_proof
from ..proofs.proof_fields import FieldValue
from ..proofs.proof_file import MAX_PROOF_BYTES, decode_proof
from ..proofs.proof_problems import ProofError, ProofProblem
from ..proofs.typed_heads import TypedHeadError, typed_head
from .narration import emit, emit_text, one_line, say

_MAX_KEY_BYTES: Final = 4_096
_MAX_HEADS_BYTES: Final = 64 * 1024 * 1024


class Witnessed(msgspec.Struct, frozen=True, kw_only=True):
    """A witness's statement."""

    witness: str
    at: str
    size: int
    holds_record: bool


class ProofReport(msgspec.Struct, frozen=True, kw_only=True):
    """For `--json`."""

    file: str
    ok: bool
    problem: str | None
    """Stable word; None when the proof holds."""
    text: str
    ledger: str | None = None
    ledger_index: int | None = None
    kind: str | None = None
    fields: dict[str, FieldValue] = {}
    head_size: int | None = None
    root_sha256: str | None = None
    key_fingerprint: str | None = None
    key_given: bool = False
    earlier_heads: tuple[int, ...] = ()
    heads_given: tuple[int, ...] = ()
    witnessed: tuple[Witnessed, ...] = ()
    files: tuple[str, ...] = ()
    """SHA-256 of the given files that the record names."""
    shows: tuple[str, ...] = ()
    does_not_show: tuple[str, ...] = ()


class ProofAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One JSON object."""

    schema: int = 1
    items: list[ProofReport]


def run(options: Namespace, texts: Texts) -> ExitCode:
    """OK when the proof holds with everything that was given, else INTEGRITY."""
    typed = {given: typed_head(given) for given in options.head or ()}
    trust = Trust(
        public_key=None if options.public_key is None else _key(options.public_key),
        heads=tuple(head for given in options.head or () if typed[given] is None for head in _heads(Path(given))),
        typed=tuple(one for one in typed.values() if one is not None),
        witness_keys=tuple(_key(key) for key in options.witness_key or ()),
    )
    content = _read(options.file, MAX_PROOF_BYTES + 1)
    try:
        proven = check_proof(decode_proof(content), trust)
        files = tuple(_file_of(proven, file) for file in options.attachment or ())
    except TypedHeadError:
        raise DaemonError("proof.typed_differs", ExitCode.USAGE) from None
    except ProofError as error:
        report = ProofReport(
            file=str(options.file),
            ok=False,
            problem=error.problem.value,
            text=texts.get(f"proof.problem.{error.problem.value}"),
        )
    else:
        report = _report(str(options.file), proven, files, texts)
    _tell(report, options, texts)
    return ExitCode.OK if report.ok else ExitCode.INTEGRITY


def _tell(report: ProofReport, options: Namespace, texts: Texts) -> None:
    if options.jsonl:
        emit(report)
    elif options.json:
        emit(ProofAnswer(items=[report]))
    else:
        emit_text(one_line(report.text))
        for name, value in report.fields.items():
            if value is not None:
                emit_text(f"  {name}: {one_line(str(value).replace(chr(10), ' / '))}")
        for line in report.shows:
            emit_text(f"+ {one_line(line)}")
        for line in report.does_not_show:
            emit_text(f"- {one_line(line)}")
    if not report.ok:
        say(f"{texts.get('cli.hint')} {texts.get('proof.hint')}")


def _report(file: str, proven: Proven, files: tuple[str, ...], texts: Texts) -> ProofReport:
    shows = [texts.get("proof.shows.record" if proven.kind is not None else "proof.shows.place", **_values(proven))]
    does_not = [texts.get("proof.lacks.truth")]
    if proven.kind is None:
        does_not.append(texts.get("proof.lacks.content"))
    if proven.is_key_given:
        shows.append(texts.get("proof.shows.key", fingerprint=proven.key_fingerprint))
    else:
        does_not.append(texts.get("proof.lacks.key", fingerprint=proven.key_fingerprint))
    if proven.earlier_sizes:
        shows.append(texts.get("proof.shows.grew", sizes=_sizes(proven.earlier_sizes)))
    if proven.given_sizes:
        shows.append(texts.get("proof.shows.given", sizes=_sizes(proven.given_sizes)))
    for one in proven.witnessed:
        key = "proof.shows.witnessed" if one.holds_record else "proof.shows.witnessed_before"
        shows.append(texts.get(key, witness=one.witness, at=one.at.isoformat(), size=one.size))
    if not proven.given_sizes and not proven.witnessed:
        does_not.append(texts.get("proof.lacks.outside"))
    shows += [texts.get("proof.shows.file", sha256=sha256) for sha256 in files]
    does_not.append(texts.get("proof.lacks.completeness"))
    return ProofReport(
        file=file,
        ok=True,
        problem=None,
        text=texts.get("proof.holds", **_values(proven)),
        ledger=proven.ledger,
        ledger_index=proven.ledger_index,
        kind=proven.kind,
        fields=proven.fields,
        head_size=proven.size,
        root_sha256=proven.root.hex(),
        key_fingerprint=proven.key_fingerprint,
        key_given=proven.is_key_given,
        earlier_heads=proven.earlier_sizes,
        heads_given=proven.given_sizes,
        witnessed=tuple(
            Witnessed(witness=one.witness, at=one.at.isoformat(), size=one.size, holds_record=one.holds_record)
            for one in proven.witnessed
        ),
        files=files,
        shows=tuple(shows),
        does_not_show=tuple(does_not),
    )


def _values(proven: Proven) -> dict[str, str | int]:
    return {"index": proven.ledger_index, "ledger": proven.ledger, "size": proven.size, "kind": proven.kind or ""}


def _sizes(sizes: tuple[int, ...]) -> str:
    return ", ".join(map(str, sizes))


def _file_of(proven: Proven, file: Path) -> str:
    """Its hash, when the record names it. ProofError(FILE_OTHER)."""
    digest = hashlib.sha256()
    try:
        with file.open("rb") as stream:
            while piece := stream.read(1024 * 1024):
                digest.update(piece)
    except OSError as error:
        raise DaemonError("proof.unreadable", ExitCode.USAGE, file=str(file), problem=error.strerror or "?") from error
    named = {one.sha256 for one in attachments_in(str(proven.fields.get("attributes") or ""))}
    if digest.hexdigest() not in named:
        raise ProofError(ProofProblem.FILE_OTHER)
    return digest.hexdigest()


def _key(given: str) -> str:
    """A verifier key as it is, or the file that holds one."""
    if given.count("+") >= 2:
        return given.strip()
    return _read(Path(given), _MAX_KEY_BYTES).decode("utf-8", "replace").strip()


def _heads(file: Path) -> tuple[SignedHead, ...]:
    try:
        return read_notes(_read(file, _MAX_HEADS_BYTES).decode("utf-8"))
    except (IntegrityError, UnicodeDecodeError):
        raise DaemonError("proof.no_heads", ExitCode.USAGE, file=str(file)) from None


def _read(file: Path, limit: int) -> bytes:
    try:
        with file.expanduser().open("rb") as stream:
            return stream.read(limit)
    except OSError as error:
        raise DaemonError("proof.unreadable", ExitCode.USAGE, file=str(file), problem=error.strerror or "?") from error
