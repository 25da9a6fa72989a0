"""`shopwardend verify-bundle`: checks a bundle that was handed over. Needs neither daemon nor key."""

from argparse import Namespace

import msgspec

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from ..bundles.verification import BundleReport, verify_bundle
from ..errors import DaemonError
from .narration import emit, emit_text, one_line


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with a file."""

    file: str
    """As the bundle names it; `zip` is the file as a whole."""
    problem: str
    """Stable word."""
    text: str


class BundleAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """For `--json`."""

    file: str
    ok: bool
    bundle_id: str
    watermark: str
    ledger: str
    key_fingerprint: str
    head_size: int
    files: int
    proven: int
    """Records whose content is proven."""
    placed: int
    """Records of which only the place is."""
    repacked: bool
    problems: tuple[Problem, ...]


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    schema: int = 1
    items: list[BundleAnswer]


def run(options: Namespace, texts: Texts) -> ExitCode:
    """OK when everything holds, else INTEGRITY."""
    if not options.file.exists():
        raise DaemonError("bundle.no_file", ExitCode.NOT_FOUND, path=str(options.file))
    answer = _answer(str(options.file), verify_bundle(options.file, options.key), texts)
    if options.jsonl:
        emit(answer)
    elif options.json:
        emit(_Answer(items=[answer]))
    else:
        _tell(answer, texts)
    return ExitCode.OK if answer.ok else ExitCode.INTEGRITY


def _answer(file: str, report: BundleReport, texts: Texts) -> BundleAnswer:
    return BundleAnswer(
        file=file,
        ok=report.ok,
        bundle_id=report.bundle_id,
        watermark=report.watermark,
        ledger=report.ledger,
        key_fingerprint=report.key_fingerprint,
        head_size=report.head_size,
        files=report.files,
        proven=report.proven,
        placed=report.placed,
        repacked=report.is_repacked,
        problems=tuple(
            Problem(file=name, problem=problem.value, text=texts.get(f"bundle.problem.{problem.value}"))
            for name, problem in report.problems.items()
        ),
    )


def _tell(answer: BundleAnswer, texts: Texts) -> None:
    for one in answer.problems:
        emit_text(f"! {one_line(one.file)}: {one.text}")
    emit_text(texts.get("bundle.holds" if answer.ok else "bundle.broken", bundle=one_line(answer.bundle_id) or "?"))
    for label in ("watermark", "ledger", "key_fingerprint"):
        if value := one_line(getattr(answer, label)):
            emit_text(f"  {texts.get(f'bundle.says.{label}')}: {value}")
    if answer.ok:
        emit_text(texts.get("bundle.proven", proven=answer.proven, placed=answer.placed, size=answer.head_size))
        emit_text(texts.get("bundle.compare"))
        if answer.repacked:
            emit_text(texts.get("bundle.repacked"))
