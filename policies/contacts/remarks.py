"""What people write as the name of a contact, taken apart: A王小明 金镯, 李娜妈妈, 🌸小雨🌸, Amy Wong."""

import re

from .everyday import is_everyday_phrase, is_everyday_word
from .name_words import COMMON, TITLES, is_person

LONGEST = 64
"""Code points of a remark that are looked at."""
_PIECE = re.compile(r"[a-z]+(?:[ '’.\-][a-z]+)*|[^\W\d_a-z]+(?:[·•・][^\W\d_a-z]+)*")
_BEFORE = re.compile(r"(?:老客户|新客户|大客户|客户|老客|顾客|会员|买家|微信|朋友|同学|同事|邻居)(?=..)")
_BEHIND = re.compile(
    rf"(?<=..)(?:的?(?:妈妈|爸爸|老公|老婆|儿子|女儿|姐姐|妹妹|哥哥|弟弟|家属|朋友|同事|助理|司机)|老客户|客户|老客|会员|{TITLES}|"
    "[妈爸姐哥总姨叔嫂爷奶])$"
)
_SHORTEST_LATIN = 3


def names_in_remark(remark: str) -> frozenset[str]:
    """The names in a folded remark: all of it without what stands around it, and the persons in it.

    One of one character, of two Latin letters or without letters is none.
    """
    pieces = list(_PIECE.finditer(remark, 0, LONGEST))
    if not pieces:
        return frozenset()
    whole = remark[pieces[0].start() : pieces[-1].end()]
    found = {person for piece in pieces if (person := _person(piece.group())) is not None}
    if _is_long_enough(whole):
        found.add(whole)
    return frozenset(found)


def _person(piece: str) -> str | None:
    """The surname and given name that a piece of a remark is, perhaps with who else it is or whose relative."""
    for name in (piece, _BEFORE.sub("", piece, count=1), _BEHIND.sub("", piece)):
        if is_full_name(name):
            return name
    return None


def is_full_name(name: str) -> bool:
    """Surname and given name in Han, or two Latin words; no everyday word."""
    if name.isascii():
        return " " in name and not is_everyday_phrase(name.replace(" ", ""))
    return is_person(name) and (len(name) > 2 or name[0] in COMMON) and not is_everyday_word(name)


def _is_long_enough(name: str) -> bool:
    return len(name) >= (_SHORTEST_LATIN if name.isascii() else 2)
