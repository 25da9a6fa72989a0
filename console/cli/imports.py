"""`import`: files of this machine, sent to the daemon one by one."""

import asyncio
import stat
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path

import msgspec

from daemon.api.client import ApiClient
from daemon.api.errors import ApiRefusedError
from daemon.api.exit_codes import ExitCode
from daemon.api.importing import ImportKind, ImportReport, ImportRequest

from .context import Context, UsageError
from .output import Format
from .table import Cell

_COLUMNS = (
    "import_file", "import_kind", "import_records", "import_new", "import_already_imported",
    "import_already_archived", "import_refused", "sha256",
)  # fmt: skip
_PIECE_BYTES = 1024 * 1024
_TOLD_EVERY_S = 2.0
_MOST_FILES = 100_000
_SHOWN_ROWS = 20


class _Import(msgspec.Struct):
    files: list[str]
    device: str
    kind: ImportKind = ImportKind.AUTO
    check: bool = False


class _Imported(ImportReport, frozen=True, kw_only=True):
    file: str


async def import_files(context: Context) -> ExitCode:
    """Import every file; those that cannot be imported are named, the others go on."""
    arguments = context.take(_Import)
    paths = [path for name in arguments.files for path in _files(Path(name))]
    reports: list[_Imported] = []
    is_partial = False
    async with context.client() as client:
        for path in paths:
            try:
                report = await _import(context, client, arguments, path)
            except ApiRefusedError as refusal:
                if len(paths) == 1 or not refusal.code.startswith("import."):
                    raise
                context.output.say("import.file_refused", file=str(path), message=refusal.message)
                is_partial = True
                continue
            is_partial |= report.problem is not None or report.refused > 0
            reports.append(_Imported(file=str(path), **msgspec.structs.asdict(report)))
    if context.output.format is not Format.TABLE:
        context.output.items(reports)
    else:
        context.output.table(_COLUMNS, [_row(one) for one in reports])
        for one in reports:
            _say_troubles(context, one)
    if arguments.check:
        context.output.say("import.checked")
    return ExitCode.PARTIAL if is_partial else ExitCode.OK


async def _import(context: Context, client: ApiClient, arguments: _Import, path: Path) -> ImportReport:
    try:
        found = await asyncio.to_thread(path.stat)
    except OSError as error:
        raise _unreadable(path, error) from None
    request = ImportRequest(
        device=arguments.device,
        name=path.name.encode("utf-8", "replace").decode()[:255],
        size_bytes=found.st_size,
        modified_s=max(0, int(found.st_mtime)),
        kind=arguments.kind,
        is_check=arguments.check,
    )
    told_s = asyncio.get_running_loop().time()
    async with aclosing(client.import_file(request, _content(path))) as reports:
        async for report in reports:
            if report.is_done:
                return report
            now_s = asyncio.get_running_loop().time()
            if sys.stderr.isatty() and now_s - told_s >= _TOLD_EVERY_S:
                told_s = now_s
                percent = 100 * report.read_bytes // max(1, report.size_bytes)
                context.output.say("import.progress", file=str(path), percent=percent, records=report.records)
    raise AssertionError("the client ends with the last report or an error")


async def _content(path: Path) -> AsyncIterator[bytes]:
    try:
        with path.open("rb") as file:
            while piece := await asyncio.to_thread(file.read, _PIECE_BYTES):
                yield piece
    except OSError as error:
        raise _unreadable(path, error) from None


def _files(path: Path) -> Iterator[Path]:
    """A file itself; of a folder all regular files below it that are not hidden, by name."""
    if not path.is_dir():
        yield path
        return
    found: list[Path] = []
    for one in path.rglob("*"):
        is_hidden = any(part.startswith(".") for part in one.relative_to(path).parts)
        if not is_hidden and stat.S_ISREG(one.lstat().st_mode):
            found.append(one)
        if len(found) > _MOST_FILES:
            raise UsageError("usage.import_unreadable", path=str(path), problem=f"> {_MOST_FILES}")
    if not found:
        raise UsageError("usage.import_nothing", path=str(path))
    yield from sorted(found)


def _unreadable(path: Path, error: OSError) -> UsageError:
    return UsageError("usage.import_unreadable", path=str(path), problem=error.strerror or "?")


def _row(one: _Imported) -> list[Cell]:
    counts = (one.records, one.new, one.already_imported, one.already_archived)
    return [
        Cell(one.file),
        Cell(one.kind.value),
        *(Cell(str(count)) for count in counts),
        Cell(str(one.refused), "33" if one.refused else ""),
        Cell(one.sha256, "2"),
    ]


def _say_troubles(context: Context, one: _Imported) -> None:
    for row in one.refused_rows[:_SHOWN_ROWS]:
        reason = context.texts.get(f"import.refused.{row.reason}")
        context.output.say("import.refused_row", file=one.file, line=row.line, reason=reason)
    if one.refused > _SHOWN_ROWS:
        context.output.say("import.more_refused", file=one.file, count=one.refused - _SHOWN_ROWS)
    if one.problem is not None:
        message = context.texts.get(f"import.problem.{one.problem}", line=one.problem_line or 0)
        context.output.say("import.file_refused", file=one.file, message=message)
