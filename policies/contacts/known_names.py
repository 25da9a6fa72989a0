"""Names the archive knows, found in texts whatever case, width or script they are written in."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..folding.table import Fold, fold
from ..matching.automaton import ByteAutomaton
from .everyday import is_everyday_phrase, is_everyday_word, is_firm
from .name_words import TITLES
from .remarks import is_full_name, names_in_remark

_FOLD = Fold()
SHORTEST_ACCOUNT = 6
"""Code points: a shorter account is a word of many texts."""
_MOST_LAYERS = 8
_CALLED = re.compile(rf"{TITLES}|[姐哥总姨叔嫂](?![^\W\d_])")
_ANNOUNCED = re.compile(
    r"(?:(?:收货人|收件人|寄件人|联系人|姓名|客户|顾客|会员|@)[^\w\n]{0,2}(?:是|为|叫)?|(?P<own>我是|我叫|名叫|叫做))"
    r"[^\w\n]{0,2}$"
)
_ADDRESSED = re.compile(r"[,:!、 ]{1,2}(?:你|您|亲)")
_ENDS = re.compile(r"$|[^\w]|的|说|您|你")
_STOPS = re.compile(r"$|[^\w]")
_REACH = 12
"""Code points before an everyday word in which it may be announced as a name."""


@dataclass(frozen=True, slots=True)
class NameSpan:
    """A known name in a text; offsets in code points, end exclusive."""

    start: int
    end: int
    name: str
    """Folded, as `folded_names` gives it."""


@dataclass(frozen=True, slots=True)
class _Layer:
    """Names that came together."""

    machine: ByteAutomaton
    names: frozenset[str]
    everyday: frozenset[str]
    """Those that are said of other things as well."""
    loose: frozenset[str]
    """Two characters that are no surname and given name: 娜娜, 小美."""


class KnownNames:
    """An immutable set of persons' names. Build it once, ask it for every text; it may be used by several threads."""

    __slots__ = ("_layers",)

    def __init__(self, names: Iterable[str] = (), accounts: Iterable[str] = ()) -> None:
        """Names and remarks as they are written; accounts (dzc_1978, amy@shop.cn) are looked for as they are.

        One of one character or without letters is left out. An everyday word (高兴, 小雨, Sunny) and the name of a firm
        (老庙黄金) are looked for only where they are announced or addressed as a name: elsewhere they are honest talk.
        """
        self._layers = _layers((), _keys(names, accounts))

    def joined(self, names: Iterable[str], accounts: Iterable[str] = ()) -> "KnownNames":
        """These and more. Costs what the new ones cost, now and then more; what is there is shared, not copied."""
        fresh = {name for name in _keys(names, accounts) if name not in self}
        if not fresh:
            return self
        more = KnownNames()
        more._layers = _layers(self._layers, frozenset(fresh))
        return more

    def __len__(self) -> int:
        return sum(len(layer.names) for layer in self._layers)

    def __contains__(self, name: str) -> bool:
        """Whether a folded name is one of them."""
        return any(name in layer.names for layer in self._layers)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where the names stand, in order, the longest where some overlap; offsets in code points. Linear."""
        return self.spans_folded(fold(text, _FOLD))

    def spans_folded(self, flat: str) -> list[tuple[int, int]]:
        """As `spans`, of a text that is folded (`fold(text, Fold())`) already."""
        return [(span.start, span.end) for span in self.named_folded(flat)]

    def named_folded(self, flat: str) -> list[NameSpan]:
        """As `spans_folded`, with the names."""
        kept: list[NameSpan] = []
        edge = 0
        for start, negative_end in sorted((start, -end) for start, end in self._found(flat)):
            if start >= edge:
                edge = -negative_end
                kept.append(NameSpan(start, edge, flat[start:edge]))
        return kept

    def _found(self, flat: str) -> Iterator[tuple[int, int]]:
        for layer in self._layers:
            for start, end, number in layer.machine.find(flat):
                name = layer.machine.keys[number]
                if not _is_free(flat, start, end):
                    continue
                if (
                    _is_of_person(flat, start, end)
                    if name in layer.everyday
                    else not _is_split(flat, start, end, layer)
                ):
                    yield start, end


def folded(name: str) -> str:
    """A name as texts are searched for it."""
    return fold(name, _FOLD)


def folded_names(remark: str) -> frozenset[str]:
    """The names that a contact's name or remark stands for, as texts are searched for them."""
    return names_in_remark(folded(remark))


def _keys(names: Iterable[str], accounts: Iterable[str]) -> frozenset[str]:
    plain = (folded(account.strip()) for account in accounts)
    return frozenset().union(*map(folded_names, names), (one for one in plain if len(one) >= SHORTEST_ACCOUNT))


def _layers(before: tuple[_Layer, ...], fresh: frozenset[str]) -> tuple[_Layer, ...]:
    """A small layer joins the one before it as long as that is not much larger: each name is built in few times."""
    layers = list(before)
    names = set(fresh)
    while layers and (len(layers) >= _MOST_LAYERS or len(layers[-1].names) <= 2 * len(names)):
        names.update(layers.pop().names)
    return (*layers, _layer(names)) if names else tuple(layers)


def _layer(names: set[str]) -> _Layer:
    everyday = frozenset(name for name in names if _is_doubtful(name))
    loose = frozenset(name for name in names if len(name) == 2 and (name[0] == name[1] or not is_full_name(name)))
    return _Layer(ByteAutomaton(sorted(names)), frozenset(names), everyday, loose)


def _is_doubtful(name: str) -> bool:
    """Whether what a contact is called is said of other things, or of a firm, in honest talk."""
    return not is_full_name(name) and (is_everyday_phrase(name.replace(" ", "")) or is_firm(name))


def _is_free(flat: str, start: int, end: int) -> bool:
    """A Latin end of a name touches no Latin letter; Han ends are free."""
    return not (
        (_is_latin(flat[start]) and _is_latin(flat[start - 1 : start] if start else ""))
        or (_is_latin(flat[end - 1]) and _is_latin(flat[end : end + 1]))
    )


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _is_split(flat: str, start: int, end: int, layer: _Layer) -> bool:
    """Whether a name of two characters is the end of one word and the beginning of the next: 于明 in 对于明天."""
    if end - start != 2:
        return False
    is_end = start > 0 and is_everyday_word(flat[start - 1 : start + 1])
    is_beginning = end < len(flat) and is_everyday_word(flat[end - 1 : end + 1])
    return is_end or is_beginning if flat[start:end] in layer.loose else is_end and is_beginning


def _is_of_person(flat: str, start: int, end: int) -> bool:
    """Whether an everyday word is meant as a name: announced (收件人：小雨), with a title, addressed (小雨，您好)."""
    if _CALLED.match(flat, end):
        return start == 0 or not flat[start - 1].isalpha()
    if announced := _ANNOUNCED.search(flat, max(0, start - _REACH), start):
        return (_STOPS if announced["own"] else _ENDS).match(flat, end) is not None
    is_first = start == 0 or flat[start - 1] in "\n。!?"
    return is_first and _ADDRESSED.match(flat, end) is not None
