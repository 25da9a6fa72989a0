"""Words as the full-text index holds them: pairs of Han characters and emoji, three-digit pieces of numbers, whole
Latin words.

Pairs are made of all characters but those of numbers and Latin words, which is fast: pairs that begin with punctuation,
and the first characters of runs alone, are never asked for. The index only proposes candidates: `search` reads each
candidate's text and keeps it when the words stand in what the asker may see. Folding keeps the number of code points,
so that places in the folded text are places in the text.
"""

import re
import sys
from array import array
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Final

_GRAM = (
    "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\u3005-\u3007\u2e80-\u2fff"  # Han
    "\u3041-\u3096\u30a1-\u30fa\u3100-\u312f\u31f0-\u31ff"  # kana, bopomofo
    "\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7fb"  # Hangul
    "\u0e00-\u0eff\ua000-\ua4cf"  # Thai, Lao, Yi
)
"""Scripts that put no spaces between words."""
_PICTURES = (
    "\u2190-\u23ff\u25a0-\u2775\u2794-\u27bf\u2b00-\u2bff"  # arrows, technical and other signs, dingbats
    "\U0001f000-\U0001f0ff\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff"  # emoji, flags, skin tones
    "\u200d\u20e3\ufe0e\ufe0f"  # what joins them and chooses between them
)
"""Emoji and the like, none of them a letter or a figure: pairs of them are in the index as those of scripts are."""
_RUNS = re.compile(rf"([{_GRAM}{_PICTURES}]+)|([0-9]+)|([^\W\d_{_GRAM}]+)")
_FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0x0130: 0x69}
"""Full width to half width; U+0130 because its lower case has two code points."""
_DIGITS = re.compile(r"[^\D0-9]")
_OTHER_WORD = re.compile(rf"[^\W{_GRAM}]+")
"""Letters, digits and low lines of scripts that put spaces between words."""
_OTHER_RUNS = re.compile(rf"([0-9]+)|([^\W\d_{_GRAM}]+)")
_TOKEN = re.compile("[0-9a-z\x80-\U0010ffff]+")
_NOT_PLAIN = re.compile("[\uff10-\uff19\uff21-\uff3a\uff3f\uff41-\uff5a\u0130]|[^\\D0-9]")
"""Letters, digits and the low line that `fold` changes in more than their case; full-width punctuation is no term."""
_MOST_CHARACTERS = 20_000
_COMMON_PUNCTUATION: Final = "，。？！、：；…～"
_SHORT: Final = 500
_MOST_TOGETHER: Final = 500
_UTF32: Final = "utf-32-le" if sys.byteorder == "little" else "utf-32-be"
_CODE_POINT: Final = "I" if array("I").itemsize == 4 else "L"
_LONGEST_WORD = 64


def fold(text: str) -> str:
    """Case, width and digits of other scripts made one. Same number of code points as `text`."""
    if text.isascii():
        return text.lower()
    folded = text.translate(_FOLD).lower()
    if len(folded) != len(text):  # a lower case that grows, in a Unicode newer than this file
        folded = "".join([lower if len(lower := character.lower()) == 1 else character for character in text])
    return _DIGITS.sub(lambda match: str(int(match[0])), folded)


def index_terms(text: str) -> str:
    """The index's terms for a text, space separated; of its first 20,000 characters."""
    rest, words = _apart(text[:_MOST_CHARACTERS])
    return f"{_pairs_of_all((rest,))[0]} {words}"


def index_terms_of_all(texts: Iterable[str]) -> list[str]:
    """`index_terms` of each, faster: the pairs of many short texts are made together."""
    terms: list[str] = []
    places: list[int] = []
    waiting: list[str] = []
    for text in texts:
        if len(text) > _SHORT:
            terms.append(index_terms(text))
            continue
        rest, words = _apart(text)
        places.append(len(terms))
        waiting.append(rest)
        terms.append(words)
        if len(waiting) == _MOST_TOGETHER:
            _add_pairs(terms, places, waiting)
    _add_pairs(terms, places, waiting)
    return terms


def _add_pairs(terms: list[str], places: list[int], rests: list[str]) -> None:
    """Put the pairs of waiting texts before what else they have."""
    for place, pairs in zip(places, _pairs_of_all(rests), strict=True):
        terms[place] = f"{pairs} {words}" if (words := terms[place]) else pairs
    places.clear()
    rests.clear()


def _apart(text: str) -> tuple[str, str]:
    """A text with blanks for its numbers and the words of scripts with spaces, and the terms for those."""
    if _OTHER_WORD.search(text) is None:
        return text, ""
    folded = text.lower()
    if len(folded) != len(text) or _NOT_PLAIN.search(text) is not None:
        folded = fold(text)
    terms: list[str] = []
    for digits, word in _OTHER_RUNS.findall(folded):
        if digits:
            terms += [digits[at : at + 3] for at in range(len(digits))]
        else:
            terms.append(word[:_LONGEST_WORD])
    return _OTHER_WORD.sub(" ", folded), " ".join(terms)


def _spaced(text: str) -> str:
    """Fewer different pairs, a smaller index."""
    for mark in _COMMON_PUNCTUATION:
        text = text.replace(mark, " ")
    return text


def _pairs_of_all(texts: Sequence[str]) -> list[str]:
    """Each character of a text with the one after it, so that also the last is found by its beginning: `ab bc c`."""
    row = array(_CODE_POINT, _spaced(" ".join((*texts, ""))).encode(_UTF32, "replace"))
    spread = array(_CODE_POINT, (0x20,)) * (3 * len(row))
    view, source = memoryview(spread), memoryview(row)
    view[0::3] = source
    view[1:-3:3] = source[1:]
    pairs = spread.tobytes().decode(_UTF32)
    ends = accumulate(3 * (len(text) + 1) for text in texts)
    return [pairs[end - 3 * (len(text) + 1) : end - 3] for text, end in zip(texts, ends, strict=True)]


def tokens_of(terms: str) -> frozenset[str]:
    """Terms as SQLite's tokenizer `ascii` takes them apart: ASCII letters, digits and everything beyond ASCII."""
    return frozenset(_TOKEN.findall(terms))


def match_expression(query: str) -> str | None:
    """The FTS5 expression whose matches include every text that holds all words of `query`; None when it has none."""
    clauses: list[str] = []
    for gram, digits, word in _RUNS.findall(fold(query)):
        if gram:
            clauses += _pieces(gram, 2)
        elif digits:
            clauses += _pieces(digits, 3)
        else:
            clauses.append(_prefix(word[:_LONGEST_WORD]))
    return " AND ".join(dict.fromkeys(clauses)) or None


def is_broad(query: str) -> bool:
    """Whether all that a query asks of the index are beginnings of pieces so short that very many pieces have them."""
    pieces = _RUNS.findall(fold(query))
    return bool(pieces) and all(len(gram) == 1 or 0 < len(digits) < 3 for gram, digits, _ in pieces)


def find_spans(words: tuple[str, ...], visible: str) -> tuple[tuple[int, int], ...] | None:
    """Where folded `words` stand in a folded text, overlaps joined; None unless every word is there."""
    places: list[tuple[int, int]] = []
    for word in words:
        at = visible.find(word)
        if at < 0:
            return None
        while at >= 0:
            places.append((at, at + len(word)))
            at = visible.find(word, at + len(word))
    joined: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def _pieces(run: str, size: int) -> list[str]:
    if len(run) < size:
        return [_prefix(run)]
    return [_quoted(run[at : at + size]) for at in range(len(run) - size + 1)]


def _prefix(term: str) -> str:
    return _quoted(term) + "*"


def _quoted(term: str) -> str:
    return '"' + term.replace('"', '""') + '"'
