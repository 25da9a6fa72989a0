"""Several `content` queries in one command: each costs the phone a Java VM, but only one call over the wire.

stdout and stderr are kept apart per query, because only stderr tells a refused query from an empty table.
"""

import re
import secrets
from collections.abc import Sequence

from .content_query import ContentQuery, judge
from .errors import ParseError
from .samples import sample_hash
from .session import MIB, Session, ShellOutput


async def read_many(
    session: Session, queries: Sequence[ContentQuery], *, timeout_s: float, max_bytes: int = 4 * MIB
) -> list[bytes]:
    """What each query printed, as `read_rows` gives it.

    The separator holds 64 random bits, so that nothing a phone prints can end an answer.

    Raises:
        ParseError: a separator is missing.
        As `read_rows`, for the first query that was refused.
    """
    if not queries:
        return []
    mark = f"@@{secrets.token_hex(8)}"
    line = "; ".join(f"{query.command()}; echo {mark} $?; echo {mark} >&2" for query in queries)
    async with session.polls:
        output = await session.shell(line, timeout_s=timeout_s, max_bytes=max_bytes)
    answers = split_answers(output, mark.encode("ascii"), len(queries))
    return [judge(answer, source=query.uri) for query, answer in zip(queries, answers, strict=True)]


def split_answers(output: ShellOutput, mark: bytes, count: int) -> list[ShellOutput]:
    """Cut both streams at their marks. Pure.

    Raises:
        ParseError: not exactly `count` marks.
    """
    pieces = re.split(re.escape(mark) + rb" ([0-9]{1,3})\n", output.stdout)
    errors = output.stderr.split(mark + b"\n")
    if len(pieces) != 2 * count + 1 or pieces[-1] or len(errors) != count + 1:
        raise ParseError(
            "content_batch", sample_sha256=sample_hash(output.stdout[:4096]), detail="an answer is missing"
        )
    # What the shell itself complains of comes last and belongs to all.
    rest = errors.pop()
    errors[-1] += rest
    return [
        ShellOutput(stdout=pieces[2 * index], stderr=errors[index], exit_code=int(pieces[2 * index + 1]))
        for index in range(count)
    ]
