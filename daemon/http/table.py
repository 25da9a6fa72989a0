"""How a row of the route table is written."""

from collections.abc import Awaitable, Callable

from ..roles import Permission
from .call import AnswerT, ApiRoute, BodyT, Call, QueryT, Route


def json_route(
    *,
    method: str,
    path: str,
    permission: Permission,
    summary: str,
    handler: Callable[[Call, QueryT, BodyT], Awaitable[AnswerT]],
    query: type[QueryT],
    body: type[BodyT],
    answer: type[AnswerT],
    status: int = 200,
) -> ApiRoute:
    """A route with JSON both ways."""
    return Route(
        method=method, path=path, permission=permission, summary=summary, handler=handler,
        query=query, body=body, answer=answer, status=status,
    )  # fmt: skip
