"""Logs: JSON lines on stderr from an allow list of fields, so that no message text, number or key can slip in.

Everything that is not on the list is dropped and counted (`dropped_fields` of the line). Phones appear as short keyed
tokens: the same within one installation, meaningless outside of it. Lines that repeat without end, as of a phone with a
loose cable, are held back and counted (`held_back`).
"""

import hashlib
import hmac
import logging
import re
import sys
import time
from collections import OrderedDict
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import TextIO, cast

import structlog

from .operating.log_file import LogFile

Log = structlog.typing.FilteringBoundLogger
_Fields = MutableMapping[str, object]

ALLOWED = frozenset(
    {
        "event", "level", "ts", "device", "source", "code", "task", "command_id", "verb", "state", "duration_s", "rows",
        "alerts", "ledger_size", "retry_s", "tries", "version", "phones", "port", "uid", "role", "action", "transports",
        "bytes", "free_bytes", "queue_depth", "error_type", "where", "pid", "signal", "checks", "lag", "packs", "rules",
        "rule_problem", "held_back", "held", "keys", "needs_confirmation",
    }
)  # fmt: skip
_SAME = ("event", "task", "device", "source", "code", "state")
_BURST, _WINDOW_S, _MOST_KEYS = 20, 600.0, 4_096
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_WORD = re.compile(r"[A-Za-z0-9_.:+@/ <>=,-]{0,160}")
# The second net behind the allow list: a field that is allowed may still not carry a number of a person or an address.
_PERSONAL = re.compile(r"(?<![0-9a-f])\+?\d{11,19}[Xx]?(?![0-9a-f])|[\w.+-]+@[\w-]+\.[\w.]+|wxid_", re.IGNORECASE)


class DeviceTokens:
    """Short names for serials in logs: HMAC-SHA256 under a key of this installation."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def token(self, serial: str) -> str:
        """8 hex digits."""
        return hmac.new(self._key, b"log/device\0" + serial.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:8]


class HoldBack:
    """Of lines that tell the same about the same, `_BURST` in `_WINDOW_S`; the next window's first says how many more
    there were. `debug` lines pass: who asks for them wants all.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._seen: OrderedDict[tuple[str, ...], tuple[float, int]] = OrderedDict()

    def __call__(self, _logger: object, method: str, fields: _Fields) -> _Fields:
        """A structlog processor."""
        if method == "debug":
            return fields
        now_s = self._monotonic()
        key = tuple(str(fields.get(name)) for name in _SAME)
        since_s, count = self._seen.get(key, (now_s, 0))
        if now_s - since_s >= _WINDOW_S:
            if count > _BURST:
                fields["held_back"] = count - _BURST
            since_s, count = now_s, 0
        self._seen[key] = (since_s, count + 1)
        self._seen.move_to_end(key)
        if len(self._seen) > _MOST_KEYS:
            self._seen.popitem(last=False)
        if count >= _BURST:
            raise structlog.DropEvent
        return fields


class _Output:
    """Of the process."""

    level = logging.INFO
    file: LogFile | None = None


def configure_logs(level: str, stream: TextIO | None = None, file: Path | None = None) -> None:
    """Once per process, before the first line. `file`: instead of the stream, which is then for trouble with it."""
    otherwise = stream or sys.stderr
    _Output.file = None if file is None else LogFile(file, otherwise)
    set_level(level)
    structlog.configure(
        processors=[
            _loud_enough,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
            only_allowed,
            HoldBack(),
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, _Output.file) if _Output.file else otherwise),
        cache_logger_on_first_use=False,
    )


def set_level(level: str) -> None:
    """For every logger, also those that are there already."""
    _Output.level = _LEVELS[level]


def reopen_log() -> None:
    """The log's file, if it has one; what was written before stays where it was moved to."""
    if _Output.file is not None:
        _Output.file.reopen()


def _loud_enough(_logger: object, method: str, fields: _Fields) -> _Fields:
    if _LEVELS.get(method, logging.ERROR) < _Output.level:
        raise structlog.DropEvent
    return fields


def log_for(task: str) -> Log:
    """The logger of one part of the daemon."""
    logger: Log = structlog.get_logger(task=task)
    return logger


def only_allowed(_logger: object, _method: str, fields: _Fields) -> _Fields:
    """Drop what is not on the list, and whatever on the list is not a plain short word or number."""
    kept: dict[str, object] = {}
    dropped = 0
    for name, content in fields.items():
        if name not in ALLOWED:
            dropped += 1
        elif _is_plain(content):
            kept[name] = content
        else:
            dropped += 1
    if dropped:
        kept["dropped_fields"] = dropped
    return kept


def _is_plain(content: object) -> bool:
    if isinstance(content, str):
        return bool(_WORD.fullmatch(content)) and not _PERSONAL.search(content)
    return content is None or isinstance(content, bool | int | float)


def where(error: BaseException) -> str:
    """File and line that raised, for a log: never the message, which may quote a phone."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return "?"
    code = traceback.tb_frame.f_code
    return f"{code.co_filename.rsplit('/', 1)[-1]}:{traceback.tb_lineno}"
