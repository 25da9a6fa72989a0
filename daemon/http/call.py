"""One route and one call of it: decode, run the handler, encode. Types in, types out; JSON stays in here."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import msgspec
from aiohttp import web

from ..api.exit_codes import ExitCode
from ..api.requests import Nothing
from ..roles import Permission
from ..service import Caller, Service, ServiceError

QueryT = TypeVar("QueryT", bound=msgspec.Struct)
BodyT = TypeVar("BodyT", bound=msgspec.Struct)
AnswerT = TypeVar("AnswerT", bound=msgspec.Struct)

MAX_PATH_PART = 300
"""Characters of a serial, id or address in a path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Who asks what of whom."""

    service: Service
    caller: Caller
    path: Mapping[str, str]
    """The variable parts of the path, percent-decoded."""


class ApiRoute(Protocol):
    """What the app, the permission check and the OpenAPI document need to know of a route."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def permission(self) -> Permission: ...
    @property
    def summary(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def query(self) -> type[msgspec.Struct]: ...
    @property
    def body(self) -> type[msgspec.Struct]: ...
    @property
    def answer(self) -> type[msgspec.Struct]: ...
    @property
    def content_type(self) -> str: ...
    async def run(self, request: web.Request, payload: bytes, service: Service, caller: Caller) -> bytes:
        """The body of the answer. Raises ServiceError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Generic[QueryT, BodyT, AnswerT]):
    """A route with JSON both ways."""

    method: str
    path: str
    permission: Permission
    summary: str
    handler: Callable[[Call, QueryT, BodyT], Awaitable[AnswerT]]
    query: type[QueryT]
    body: type[BodyT]
    answer: type[AnswerT]
    status: int = 200

    @property
    def content_type(self) -> str:
        """Of the answer."""
        return "application/json"

    async def run(self, request: web.Request, payload: bytes, service: Service, caller: Caller) -> bytes:
        """The body of the answer. Raises ServiceError."""
        parts = dict(request.match_info)
        if any(len(part) > MAX_PATH_PART for part in parts.values()):
            raise invalid_request("path part too long")
        query = decode_query(request, self.query)
        try:
            body = self.body() if self.body is Nothing else msgspec.json.decode(payload, type=self.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise invalid_request(str(error)) from error
        answer = await self.handler(Call(service=service, caller=caller, path=parts), query, body)
        return msgspec.json.encode(answer)


def decode_query(request: web.Request, kind: type[QueryT]) -> QueryT:
    """The query string as `kind`; unknown names are ignored. Raises ServiceError."""
    try:
        return msgspec.convert(dict(request.query), type=kind, strict=False)
    except (msgspec.ValidationError, UnicodeDecodeError) as error:
        raise invalid_request(str(error)) from error


def invalid_request(problem: str) -> ServiceError:
    """A 400 with what is wrong; `problem` is of the caller's own making and goes back to nobody else."""
    return ServiceError("request.invalid", http_status=400, exit_code=ExitCode.USAGE, problem=problem[:300])
