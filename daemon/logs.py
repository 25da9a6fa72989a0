"""Logs: JSON lines on stderr from an allow list of fields, so that no message text, number or key can slip in.

Everything that is not on the list is dropped and counted (`dropped_fields` of the line). Phones appear as short keyed
tokens: the same within one installation, meaningless outside of it.
"""

import hashlib
import hmac
import logging
import re
import sys
from collections.abc import MutableMapping
from typing import TextIO

import structlog

Log = structlog.typing.FilteringBoundLogger
_Fields = MutableMapping[str, object]

ALLOWED = frozenset(
    {
        "event", "level", "ts", "device", "source", "code", "task", "command_id", "verb", "state", "duration_s", "rows",
        "alerts", "ledger_size", "retry_s", "tries", "version", "phones", "port", "uid", "role", "action", "transports",
        "bytes", "free_bytes", "queue_depth", "error_type", "where", "pid", "signal", "checks", "lag", "packs", "rules",
        "rule_problem",
    }
)  # fmt: skip
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_WORD = re.compile(r"[A-Za-z0-9_.:+@/ <>=,-]{0,160}")
# The second net behind the allow list: a field that is allowed may still not carry a phone number or an address.
_PERSONAL = re.compile(r"(?<![0-9a-f])(?:\+?86)?1[3-9]\d{9}(?![0-9a-f])|[\w.+-]+@[\w-]+\.[\w.]+")


class DeviceTokens:
    """Short names for serials in logs: HMAC-SHA256 under a key of this installation."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def token(self, serial: str) -> str:
        """8 hex digits."""
        return hmac.new(self._key, b"log/device\0" + serial.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:8]


def configure_logs(level: str, stream: TextIO | None = None) -> None:
    """Once per process, before the first line."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
            only_allowed,
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )


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
