"""Several commands in one call: a call to a phone costs tens of milliseconds, starting a program on it hundreds."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from .errors import ParseError
from .samples import sample_hash
from .session import MIB, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What one command of a batch did."""

    output: bytes
    """stdout and stderr together, in the order they were written."""
    status: int


async def run_batch(
    session: Session, commands: Sequence[str], *, timeout_s: float, max_bytes: int = 2 * MIB
) -> tuple[Section, ...]:
    """Run commands one after the other, whatever each one's status, and give one section for each.

    The separator holds 64 random bits, so that nothing a phone prints (a user's name, an app's wake lock) can end a
    section.

    Raises:
        ParseError: a separator is missing.
        As `Session.shell`.
    """
    mark = f"@@{secrets.token_hex(8)}"
    line = "; ".join(f"{command} 2>&1; echo {mark} $?" for command in commands)
    output = await session.shell(line, timeout_s=timeout_s, max_bytes=max_bytes)
    return split_sections(output.stdout, mark.encode("ascii"), len(commands))


def split_sections(stdout: bytes, mark: bytes, count: int) -> tuple[Section, ...]:
    """Cut the answer at its marks.

    Raises:
        ParseError: not exactly `count` marks.
    """
    end = re.compile(re.escape(mark) + rb" ([0-9]{1,3})\n")
    sections: list[Section] = []
    position = 0
    for match in end.finditer(stdout):
        sections.append(Section(output=stdout[position : match.start()], status=int(match[1])))
        position = match.end()
    if len(sections) != count or position != len(stdout):
        raise ParseError("shell_batch", sample_sha256=sample_hash(stdout[:4096]), detail="a section is missing")
    return tuple(sections)
