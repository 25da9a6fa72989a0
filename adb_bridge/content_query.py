"""`content query`: the command, how its failure shows, and parsing that no message text can fool.

What it prints (AOSP cmds/content/…/Content.java, Android 11; field samples of 8-14 agree):
`Row: <i> <column>=<value>, <column>=<value>…\\n`, columns as projected, values raw and unquoted, NULL as the word NULL.
A null cursor and an empty one both print `No result found.`; exceptions go to stderr and the status stays 0.

Rules:
- stderr decides about success, never the status alone: an exception is a failure whatever was printed. What else stands
  there (a linker's or a vendor's start-up warning) is passed over beside rows; beside none, words of a refusal count.
- Columns that hold only digits or hex cannot be forged: one expression matches the whole row.
- Text columns of strict providers are accepted from a bulk answer only when exactly one reading exists, given the row
  ids that a separate query returned; otherwise nothing is returned and the caller asks row by row.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .errors import BridgeErrorCode, ParseError, ShellCommandError
from .samples import sample_hash
from .session import MIB, Session, ShellOutput, quote

NULL = b"NULL"
"""How a NULL prints; the text NULL prints the same."""

_NO_ROWS = b"No result found.\n"
_NUMBER = rb"(-?[0-9]{1,19}|NULL)"
_DENIED = re.compile(rb"SecurityException|Permission Denial")
_TOO_BIG = re.compile(rb"SQLiteBlobTooBigException|CursorWindow|TransactionTooLargeException")
_INVALID_COLUMN = re.compile(rb"Invalid column ([A-Za-z_0-9]{1,64})")
_FAILED = re.compile(
    rb"Error while accessing provider|SecurityException|Permission Denial|\[ERROR\]|^usage: "
    rb"|^(?:Caused by: |Exception in thread [^\n]{0,200}?)?[a-zA-Z_][\w$]*(?:\.[\w$]+)+(?:Exception|Error)\b"
    rb"|^\s+at [\w.$<>]+\([^\n]*\)|content: (?:inaccessible or )?not found",
    re.MULTILINE,
)
"""What `content` itself, its Java VM and the shell print when they fail."""
_WARNING = re.compile(rb"WARNING: |\S*(?:linker|cutils-trace|JAVA_TOOL_OPTIONS)\b|Picked up ")
_DOUBTFUL = re.compile(
    rb"exception|error|fail|den(?:y|ied)|refus|reject|forbid|not (?:allowed|permitted|found)|restrict|block|abort|kill"
    rb"|crash|fatal|unable|cannot|could not",
    re.IGNORECASE,
)
_TIMEOUT_S = 30.0


class InvalidColumnError(ShellCommandError):
    """A strict provider does not have the column."""

    def __init__(self, column: str, *, stderr_sha256: str) -> None:
        super().__init__(
            BridgeErrorCode.SHELL_FAILED, exit_code=0, stderr_sha256=stderr_sha256, detail="invalid column"
        )
        self.column = column


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentQuery:
    """One read of a provider. `where` and `sort` are SQL of ours: nothing a phone said may be put into them."""

    uri: str
    projection: tuple[str, ...] = ()
    """Column names or expressions without a colon; empty asks for all columns."""
    where: str | None = None
    sort: str | None = None

    def command(self) -> str:
        """The command line for the phone's sh."""
        parts = ["content query --uri", quote(self.uri)]
        if self.projection:
            parts += ["--projection", quote(":".join(self.projection))]
        if self.where is not None:
            parts += ["--where", quote(self.where)]
        if self.sort is not None:
            parts += ["--sort", quote(self.sort)]
        return " ".join(parts)


async def read_rows(
    session: Session, query: ContentQuery, *, timeout_s: float = _TIMEOUT_S, max_bytes: int = MIB
) -> bytes:
    """What the query printed; b"" when it printed that there is nothing (or that its cursor was null).

    Raises:
        ShellCommandError: PERMISSION_DENIED, STORAGE_LOCKED, OUTPUT_TOO_LARGE (also: a row over the phone's own limit),
            SHELL_FAILED; InvalidColumnError among them.
        ParseError: neither rows nor their absence; a half answer.
        DeviceUnavailableError, ServerUnavailableError: as `Session.shell`.
    """
    async with session.polls:
        output = await session.shell(query.command(), timeout_s=timeout_s, max_bytes=max_bytes)
    try:
        return judge(output, source=query.uri)
    except ShellCommandError as error:
        if error.code is BridgeErrorCode.SHELL_FAILED and await is_storage_locked(session):
            raise ShellCommandError(
                BridgeErrorCode.STORAGE_LOCKED, exit_code=error.exit_code, stderr_sha256=error.stderr_sha256
            ) from error
        raise


def judge(output: ShellOutput, *, source: str) -> bytes:
    """Decide whether an answer is one. See `read_rows`; pure, total on any bytes but for its errors."""
    require_accepted(output)
    stdout = output.stdout
    if stdout == _NO_ROWS:
        if _is_doubtful(output.stderr):
            raise _refused(output, BridgeErrorCode.SHELL_FAILED)
        return b""
    if not stdout.startswith(b"Row: 0 ") or not stdout.endswith(b"\n"):
        raise ParseError(source, sample_sha256=sample_hash(stdout[:4096]), detail="no whole rows")
    return stdout


def require_accepted(output: ShellOutput) -> None:
    """Raise what `content` complains of, whichever verb was used. ShellCommandError as `read_rows`; pure, total."""
    stderr, stdout = output.stderr, output.stdout
    if _TOO_BIG.search(stderr) and not _DENIED.search(stderr):
        raise _refused(output, BridgeErrorCode.OUTPUT_TOO_LARGE)
    if _FAILED.search(stderr) or (not stdout and _is_doubtful(stderr)):
        if _DENIED.search(stderr):
            raise _refused(output, BridgeErrorCode.PERMISSION_DENIED)
        if (unknown := _INVALID_COLUMN.search(stderr)) is not None:
            raise InvalidColumnError(unknown[1].decode("ascii"), stderr_sha256=sample_hash(stderr))
        raise _refused(output, BridgeErrorCode.SHELL_FAILED)
    if output.exit_code != 0 or stdout.startswith((b"[ERROR]", b"\n[ERROR]", b"usage:")):
        raise _refused(output, BridgeErrorCode.SHELL_FAILED)


def _is_doubtful(stderr: bytes) -> bool:
    """Whether a line that is no known warning may speak of a refusal."""
    lines = stderr.splitlines()
    return any(_DOUBTFUL.search(line) is not None and _WARNING.match(line.lstrip()) is None for line in lines)


def _refused(output: ShellOutput, code: BridgeErrorCode) -> ShellCommandError:
    fingerprint = sample_hash(output.stderr or output.stdout[:4096])
    return ShellCommandError(code, exit_code=output.exit_code, stderr_sha256=fingerprint)


async def is_storage_locked(session: Session) -> bool:
    """True before the first unlock after a boot: adb is up, but providers' storage is still encrypted.

    Asked only after a provider failed or showed nothing at all; a phone that says neither counts as locked.

    `sys.user.0.ce_available` is `true` once the main user was unlocked (Android 7+, set by the user controller; some
    vendors leave it empty), `am get-started-user-state 0` prints RUNNING_LOCKED or RUNNING_UNLOCKED (7+).
    """
    output = await session.shell("getprop sys.user.0.ce_available", timeout_s=_TIMEOUT_S)
    if output.stdout.strip() == b"true":
        return False
    output = await session.shell("am get-started-user-state 0", timeout_s=_TIMEOUT_S)
    return output.stdout.strip() != b"RUNNING_UNLOCKED"


def parse_ids(stdout: bytes, *, column: str = "_id", source: str) -> tuple[int, ...]:
    """The values of a query for one whole-number column.

    Raises:
        ParseError: anything else.
    """
    return tuple(row[0] for row in parse_numbers(stdout, (column,), source=source) if row[0] is not None)


def parse_numbers(stdout: bytes, columns: Sequence[str], *, source: str) -> list[tuple[int | None, ...]]:
    """The rows of a query for whole-number columns only; cannot be forged.

    Raises:
        ParseError: anything else.
    """
    pattern = re.compile(rb"Row: ([0-9]{1,9}) " + b", ".join(_numeric(name) for name in columns) + rb"\n")
    rows: list[tuple[int | None, ...]] = []
    position = 0
    while position < len(stdout):
        match = pattern.match(stdout, position)
        if match is None or int(match[1]) != len(rows):
            raise ParseError(source, sample_sha256=sample_hash(stdout[position : position + 4096]))
        rows.append(tuple(number(value) for value in match.groups()[1:]))
        position = match.end()
    return rows


def number(value: bytes) -> int | None:
    """A matched number or NULL."""
    return None if value == NULL else int(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRow:
    """A row of a strict provider whose reading is the only one possible."""

    row_id: int
    numbers: tuple[int | None, ...]
    texts: tuple[bytes, ...]
    """As printed; NULL means either a NULL or that word."""


def parse_bulk(
    stdout: bytes, ids: Sequence[int], *, numbers: Sequence[str], texts: Sequence[str]
) -> tuple[BulkRow, ...] | None:
    """Rows of a query for `_id`, `numbers` and `texts` in this order, or None when the text allows another reading.

    `ids` are the row ids in order, from a query for `_id` alone. Every true row border prints as
    `\\nRow: <i> _id=<ids[i]>, `; when cutting at the first such border for each i leaves no `\\nRow: ` anywhere, every
    border was true, since a false one would have left the true one behind. Inside a row the same holds for the
    column names: each occurs at least once, so exactly once means the true one. Total on any bytes.
    """
    pieces = _cut(stdout, ids)
    if pieces is None:
        return None
    separators = [f", {name}=".encode() for name in texts]
    head = re.compile(rb", ".join(_numeric(name) for name in numbers)) if numbers else None
    rows: list[BulkRow] = []
    for row_id, piece in zip(ids, pieces, strict=True):
        if head is None:
            values: tuple[int | None, ...] = ()
            rest = b", " + piece
        else:
            match = head.match(piece)
            if match is None:
                return None
            values = tuple(number(value) for value in match.groups())
            rest = piece[match.end() :]
        parts = _part(rest, separators)
        if parts is None:
            return None
        rows.append(BulkRow(row_id=row_id, numbers=values, texts=parts))
    return tuple(rows)


def parse_single(stdout: bytes, column: str, *, source: str) -> bytes:
    """The one text column of the one row that was asked for, as printed: nothing follows it, so nothing is ambiguous.

    Raises:
        ParseError: not such an answer.
    """
    prefix = f"Row: 0 {column}=".encode()
    if not stdout.startswith(prefix) or not stdout.endswith(b"\n"):
        raise ParseError(source, sample_sha256=sample_hash(stdout[:4096]))
    return stdout[len(prefix) : -1]


def column_names(stdout: bytes, wanted: Sequence[str]) -> frozenset[str]:
    """Which of `wanted` a row without projection shows. Text may forge a name: a query for it then fails by name."""
    shown = b", " + stdout.removeprefix(b"Row: 0 ")
    return frozenset(name for name in wanted if f", {name}=".encode() in shown)


def _numeric(name: str) -> bytes:
    return re.escape(name.encode()) + b"=" + _NUMBER


def _cut(stdout: bytes, ids: Sequence[int]) -> list[bytes] | None:
    if not ids:
        return [] if not stdout else None
    if not stdout.endswith(b"\n"):
        return None
    pieces: list[bytes] = []
    text = b"\n" + stdout[:-1]
    position = 0
    for index, row_id in enumerate(ids):
        border = b"\nRow: %d _id=%d, " % (index, row_id)
        if not text.startswith(border, position):
            return None
        position += len(border)
        if index + 1 < len(ids):
            end = text.find(b"\nRow: %d _id=%d, " % (index + 1, ids[index + 1]), position)
            if end < 0:
                return None
        else:
            end = len(text)
        piece = text[position:end]
        if b"\nRow: " in piece:
            return None
        pieces.append(piece)
        position = end
    return pieces


def _part(rest: bytes, separators: Sequence[bytes]) -> tuple[bytes, ...] | None:
    """The values between separators that each occur once, in order, the first at the very start."""
    if not separators:
        return () if not rest else None
    position = 0
    starts: list[int] = []
    for separator in separators:
        if rest.count(separator) != 1:
            return None
        found = rest.find(separator, position)
        if found < 0 or (not starts and found != 0):
            return None
        starts.append(found)
        position = found + len(separator)
    ends = [*starts[1:], len(rest)]
    return tuple(
        rest[start + len(separator) : end] for separator, start, end in zip(separators, starts, ends, strict=True)
    )
