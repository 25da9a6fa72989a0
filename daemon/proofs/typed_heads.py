"""Heads that somebody copied from paper: the size, the beginning of the root, and digits that show a slip of the hand.

    12345 a1b2 c3d4 e5f6 0718 + 9abc def0

What stands behind the `+` only this store can make for these figures. Without it a head that does not fit says nothing:
a mistyped digit looks like another history.
"""

import re
from dataclasses import dataclass
from typing import Final

from ..archive.archive import Archive
from ..archive.head_history import HeadStanding
from ..archive.witnessings import CHECK_DIGITS, ROOT_DIGITS

_TYPED: Final = re.compile(
    r"\s*([0-9][0-9 .,_']{0,24}?)[\s:;,/-]+([0-9a-fA-F][0-9a-fA-F\s-]{15,})(?:\+([0-9a-fA-F\s-]*))?", re.ASCII
)
_MOST_CHARACTERS: Final = 400
_MOST_ROOT_DIGITS: Final = 64
MISTYPED: Final = "heads.typed_mistaken"
UNPROVED: Final = "heads.typed_unproved"


class TypedHeadError(Exception):
    """A typed head that is not one of this store's. `code` names it to people."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedHead:
    """A head that somebody copied from paper: all of its size, the beginning of its root."""

    size: int
    root_digits: str
    """16 to 64 hexadecimal digits, lower case; with check digits the 16 that they are of."""
    check_digits: str
    """8 of them; empty when they were not typed."""


def typed_head(text: str) -> TypedHead | None:
    """`12345 a1b2 c3d4 e5f6 0718 + 9abc def0`; None when it is none. Blanks and hyphens between digits are skipped."""
    match = _TYPED.fullmatch(text[: _MOST_CHARACTERS + 1])
    if match is None:
        return None
    size, root, code = re.sub(r"\D", "", match[1]), _digits(match[2]), _digits(match[3] or "")
    if not ROOT_DIGITS <= len(root) <= _MOST_ROOT_DIGITS or (match[3] is not None and len(code) != CHECK_DIGITS):
        return None
    return TypedHead(size=int(size), root_digits=root[:ROOT_DIGITS] if code else root, check_digits=code)


def spelled(size: int, root: str, check_digits: str) -> str:
    """As it is printed. `root`: hexadecimal, 16 digits and more."""
    return f"{size} {_in_fours(root[:ROOT_DIGITS])} + {_in_fours(check_digits)}"


async def standing_of_typed(archive: Archive, typed: TypedHead) -> HeadStanding:
    """Against the ledger as it is now. What is not CONTINUED was signed by this store: the check digits say so.

    TypedHeadError: MISTYPED when they are others, UNPROVED when there are none and the head does not fit.
    """
    book = archive.witnesses
    if typed.check_digits and typed.check_digits != book.check_digits(typed.size, typed.root_digits):
        raise TypedHeadError(MISTYPED)
    root = await book.root_at(typed.size)
    if root is not None and root.hex().startswith(typed.root_digits):
        return HeadStanding.CONTINUED
    if not typed.check_digits:
        raise TypedHeadError(UNPROVED)
    return HeadStanding.ROLLED_BACK if root is None else HeadStanding.OTHER_HISTORY


def _digits(text: str) -> str:
    return re.sub(r"[\s-]", "", text).lower()


def _in_fours(digits: str) -> str:
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
