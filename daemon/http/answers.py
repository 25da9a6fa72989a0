"""Answers with the headers that all of ours have, and errors as `ApiError` in the caller's language."""

from functools import lru_cache

import msgspec
from aiohttp import web

from ..api.exit_codes import ExitCode
from ..api.texts import Language, Texts
from ..api.transport import VERSION_HEADER
from ..api.wire import API_VERSION, ApiError
from ..api.words import in_words
from ..service import ServiceError

HEADERS = {
    VERSION_HEADER: str(API_VERSION),
    "Server": "shopwarden",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


def answer(payload: bytes, *, status: int, content_type: str) -> web.Response:
    """A finished answer."""
    return web.Response(body=payload, status=status, headers=HEADERS | {"Content-Type": content_type})


def refusal(error: ServiceError, language: Language) -> web.Response:
    """`error` with its texts from the catalogs; a code that the catalogs lack is shown by itself."""
    texts = texts_in(language)
    key = f"error.{error.code}"
    known = texts.has(f"{key}.message")
    values = in_words(texts, error.values)
    body = ApiError(
        code=error.code,
        message=texts.get(f"{key}.message", **values) if known else texts.get("error.other.message", code=error.code),
        hint=texts.get(f"{key}.hint", **values) if known else texts.get("error.other.hint"),
        exit_code=error.exit_code,
    )
    return answer(msgspec.json.encode(body), status=error.http_status, content_type="application/json")


def internal_error(case: str) -> ServiceError:
    """What a caller is told of a fault of ours: a number to look for in the log."""
    return ServiceError("daemon.internal", http_status=500, exit_code=ExitCode.PARTIAL, case=case)


@lru_cache(maxsize=len(Language))
def texts_in(language: Language) -> Texts:
    """The shared catalog, read once a language."""
    return Texts(language)
