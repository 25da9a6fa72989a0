"""The digit view of a text: spoken, circled and escaped digits as 0-9, with the way back to the text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from ..folding.table import LIMIT, Fold, Table, fold_changes, fold_table
from .wording import first_and_tail

if TYPE_CHECKING:
    from ..folding.arrays import Points

HAN = "零〇洞一壹幺二贰两三叁四肆五伍六陆七柒拐八捌九玖勾〡〢〣〤〥〦〧〨〩ⅱⅲⅳⅵⅶⅷⅸ"
_HAN_VALUES = "00011122233445566777889991234567892346789"
_SPOKEN = dict(zip(map(ord, HAN), _HAN_VALUES, strict=True))
_SOUNDS = {
    ord(char): digit
    for group in (
        *("林灵铃凌另玲令龄领岭0", "腰妖要药夭邀衣亿伊依么医椅姨已1", "耳尔而儿迩2", "伞散山衫叄参珊3"),
        *("死寺斯丝思司私4", "舞武吴午屋吾无雾物5", "留溜流刘柳绿6", "器气其奇期妻漆戚棋骑起7"),
        *("吧巴爸扒拔发把叭芭疤罢8", "酒久就救旧舅韭纠9"),
    )
    for char, digit in ((char, group[-1]) for char in group[:-1])
}
"""Characters that sound like a digit, believed only inside a run of digits."""
_GAP = r"[^\w\n]{0,8}"
MANY = {chr(0x2469 + n): str(10 + n) for n in range(11)}
MANY |= {chr(0x247D + n): str(10 + n) for n in range(11)}
MANY |= {chr(0x2491 + n): str(10 + n) for n in range(11)}
MANY |= {chr(0x24EB + n): str(11 + n) for n in range(10)}
MANY |= {chr(0x3251 + n): str(21 + n) for n in range(15)}
MANY |= {chr(0x32B1 + n): str(36 + n) for n in range(15)}
MANY |= {"❿": "10", "➉": "10", "➓": "10", "🔟": "10"}
_SIGNS = "".join(MANY)
_SYLLABLES = {
    **dict.fromkeys(("ling", "dong"), "0"),
    **dict.fromkeys(("yi", "yao"), "1"),
    **dict.fromkeys(("er", "liang"), "2"),
    "san": "3",
    "si": "4",
    "wu": "5",
    "liu": "6",
    "ba": "8",
    **dict.fromkeys(("qi", "guai"), "7"),
    **dict.fromkeys(("jiu", "gou"), "9"),
}
_SYLLABLE = "|".join(_SYLLABLES)
_AND_ANOTHER = rf"{_GAP}(?:[{HAN}0-9]|{_SYLLABLE})"
_READ_OUT = rf"(?:i|ao){_AND_ANOTHER}"
"""Behind a y: a digit in pinyin, and another in whatever form."""
BAR = "丨"
"""A stroke that stands for 1, or parts the digits of a number."""
_PIPED = r"[|](?<![0-9|].)(?=[3-9][0-9]{0,8}[oli])[3-9][0-9oli]{9}(?![a-z0-9|])"
"""A bar for 1 where letters stand for digits too: a bar alone parts the columns of a table."""
_ROMAN = re.compile("[ⅱⅲⅳⅵ-ⅸ]")
_ROMAN_LETTERS = {"Ⅰ": "1", "ⅰ": "1", "Ⅴ": "5", "ⅴ": "5"}
"""Numerals that fold to letters."""
_BARRED = rf"[3-9][0-9{BAR}]{{9}}(?![0-9{BAR}])"
_PIPES = re.compile(_PIPED)
_BARS = re.compile(rf"[1{BAR}](?<![0-9{BAR}].){_BARRED}")
"""So many signs are a mobile number when the strokes are digits."""
SOUNDS = "".join(map(chr, _SOUNDS))
_HAN_AND_DIGITS = rf"{_GAP}[{HAN}0-9]{_GAP}[{HAN}{SOUNDS}0-9]"
# One class of first characters, then what must stand around each: the search skips everything else at once.
ODD_SIGNS = rf"{HAN}oliy{BAR}%&\\{_SIGNS}"
ODD_TAIL = (
    rf"(?:[0-9](?<=[oli].)|(?<=[0-9][oli])|i(?<=yi){_AND_ANOTHER}|ao(?<=yao){_AND_ANOTHER}|(?<![oliy])(?:"
    rf"(?<=[{HAN}])(?:{_HAN_AND_DIGITS}|(?<=[0-9 ].)(?<=[0-9][^\w\n].|.[0-9].))"
    rf"|(?<=[{BAR}%&\\{_SIGNS}])(?:(?<=[{_SIGNS}])|(?<={BAR}){_BARRED}|(?<=%)(?:3[0-9]|ef%bc%9)|(?<=&)#x?[345]|(?<=\\)u003)))"
)
_ODD = re.compile(f"[{ODD_SIGNS}](?:{ODD_TAIL})")
LAST_MARKS = "\u0300-\u036f\u20d0-\u20ff\ufe00-\ufe0f"
"""Signs of keycaps, strokes and the like, which belong to what stands before them; as the inside of a class."""
_JOINERS = f"{LAST_MARKS}\u200b-\u200f\u2060-\u2064\ufeff\u00ad"
_MARKS_TAIL = f"(?<=[a-z0-9{HAN}].)[{_JOINERS}]*"
_MARKED = re.compile(f"[{_JOINERS}]{_MARKS_TAIL}")
_CHANGED = re.compile(f"[{_JOINERS}{_SIGNS}](?:(?<=[{_SIGNS}])|{_MARKS_TAIL})")
_ESCAPES = tuple(
    (begin, re.compile(rf"{re.escape(begin)}(?=[0-9])"), "\0" * len(begin)) for begin in ("%3", "%ef%bc%9", "\\u003")
)
"""What stands before a digit in an escape that ends with it, and as many fillers."""
_ENTITY = re.compile(r"&#(?:x3[0-9]|4[89]|5[0-7]);?")
_ENTITIES = {
    f"{escape}{last}": f"{chr(0) * (len(escape) + len(last) - 1)}{digit}"
    for digit in range(10)
    for escape in (f"&#x3{digit}", f"&#{48 + digit}")
    for last in ("", ";")
}
_LETTERED = re.compile(
    r"[0-9oli](?<![a-z0-9].)(?:(?:(?<=[0-9])[0-9]*+[oli]|(?<=[oli])[oli]*+[0-9])[0-9oli]*+(?![a-z0-9])"
    r"|(?<=[0-9][ .-][oli])[oli]{1,3}(?=[ .-][0-9]))"
)
_LETTER = re.compile("[oli]")
_LETTERS = str.maketrans("oli", "011")
_LEET = re.compile(r"[1li](?<![a-z0-9].)[3-9](?=[0-9a-z]{0,8}[sbzgq])[0-9olisbzgq]{9}(?![a-z0-9])")
"""A mobile number in which more letters are digits; one of the usual ones must be among them, too."""
_LEET_LETTERS = str.maketrans("olisbzgq", "01158299")
_LEAST_PLAIN = 6
_SOUND = re.compile(f"[{SOUNDS}]")
_HEARD = f"[0-9{HAN}{SOUNDS}]"
_SOUNDED = re.compile(rf"{_HEARD}(?<!{_HEARD}.)[^\w\n。]{{0,3}}+(?:{_HEARD}[^\w\n。]{{0,3}}+){{10,}}+")
"""It begins where they do: what is too short from there on is so within."""
_REAL = re.compile(f"[0-9{HAN}]")
_SYLLABLE_FIRSTS, _SYLLABLE_TAIL = first_and_tail(_SYLLABLES)
_SYLLABLED = re.compile(
    rf"[{_SYLLABLE_FIRSTS}0-9{HAN}](?<![a-z].)(?:(?<=[0-9{HAN}])|{_SYLLABLE_TAIL})[^\w\n]{{0,3}}+"
    rf"(?:(?:[0-9{HAN}]|{_SYLLABLE})[^\w\n]{{0,3}}+){{10,}}+"
)
"""All that stand together: what letters follow is looked at afterwards, once and not from each of them again."""
_READ = re.compile(f"y{_READ_OUT}")
_ONE_SYLLABLE = re.compile(_SYLLABLE)
_COUNTED = re.compile(rf"一百([三四五六七八九])十([一二三四五六七八九])(?={_GAP}[{HAN}0-9]{{2}})")
"""The first three digits of a mobile number told as a number: 一百三十八 0013 8000."""
LEAST_REAL = 6
"""So many digits must be written plainly before neighbours that only sound like digits are read as such."""
LONG = 2_000
"""Characters from which on tables by code point, which take a while to make, are worth it."""


@dataclass(slots=True)  # not frozen, for speed: one is made for every text
class Spelled:
    """A text in which digits are digits. The three strings have the same length."""

    source: str
    """As written; it tells plain digits from others."""
    flat: str
    """Folded; it tells what the words around say."""
    digits: str
    """Folded, with every digit as 0-9."""
    origin: tuple[int, ...] | None
    """Offset in the text of every character, and the text's length; None where they are the same."""


def spelled(text: str, flat: str) -> Spelled:
    """The digit view of `text`, whose folded form is `flat`. Linear."""
    source, origin = text, None
    if _CHANGED.search(flat):
        source, flat, origin = _changed(text, flat)
    if BAR not in flat and not _ODD.search(flat):
        return Spelled(source, flat, flat, origin)
    digits = flat
    if "%" in digits or "&#" in digits or "\\u" in digits:
        digits = _unescaped(digits)
    if BAR in digits:
        digits = _BARS.sub(lambda found: found.group().replace(BAR, "1"), digits)
    if _LETTER.search(digits):
        digits = _PIPES.sub(lambda found: f"1{found.group()[1:].translate(_LETTERS)}", digits)
        digits = _LEET.sub(_by_shape, _LETTERED.sub(lambda found: found.group().translate(_LETTERS), digits))
    if "y" in digits and _READ.search(digits):
        digits = _SYLLABLED.sub(_by_syllable, digits)
    if "百" in digits:
        digits = _COUNTED.sub("\0\0一\\1\\2", digits)
    if _ROMAN.search(digits):
        digits = "".join(map(_roman, source, digits))
    if _SOUND.search(digits):
        digits = _SOUNDED.sub(_by_sound, digits)
    return Spelled(source, flat, _figures_of(digits), origin)


def _figures_of(digits: str) -> str:
    if len(digits) <= LONG:
        return digits.translate(_SPOKEN)
    from ..folding.arrays import code_points, text_of  # numpy is loaded by the first long text

    return text_of(_spoken_array().take(code_points(digits)))


@lru_cache(maxsize=1)
def _spoken_array() -> "Points":
    """`_SPOKEN` for folded text as an array: reads long texts thirty times as fast."""
    from .points import array_of  # as above

    return array_of(_listed(_SPOKEN))


@lru_cache(maxsize=1)
def _sounds_table() -> Table:
    return _listed(_SOUNDS)


def _listed(figures: Mapping[int, str]) -> Table:
    table = [*fold_table(Fold())]  # which leaves folded text as it is
    for sign, digit in (*figures.items(), (0, "\0")):
        table[sign] = ord(digit)
    return table


def digit_of_han(point: int) -> int:
    """The code point of the digit that a Han digit means; any other code point as it is."""
    return ord(_SPOKEN[point]) if point in _SPOKEN else point


def spoken_figures(flat: str) -> str:
    """Folded text with Chinese digits as ASCII ones; the same length."""
    return flat.translate(_SPOKEN)


@lru_cache(maxsize=1)
def digit_signs() -> str:
    """All characters but plain and full-width ones and Han digits that fold to a digit."""
    changes = fold_changes(Fold())
    return "".join(
        chr(source)
        for source, target in changes.items()
        if 0x30 <= target <= 0x39 and not 0xFF10 <= source <= 0xFF19 and source < LIMIT
    ) + "".join(MANY)


@lru_cache(maxsize=1)
def han_signs() -> str:
    """Han digits in all forms."""
    wanted = set(map(ord, HAN))
    return HAN + "".join(chr(source) for source, target in fold_changes(Fold()).items() if target in wanted)


def has_marks(flat: str) -> bool:
    """Whether signs of keycaps and the like stand behind digits or letters, or strokes that may be digits."""
    return BAR in flat or _MARKED.search(flat) is not None


def _changed(text: str, flat: str) -> tuple[str, str, tuple[int, ...]]:
    """The text as written and folded, without marks behind digits and letters, signs of two digits as two."""
    sources: list[str] = []
    flats: list[str] = []
    origin: list[int] = []
    edge = 0
    for found in _CHANGED.finditer(flat):
        at, end = found.span()
        digits = MANY.get(flat[at], "")
        sources += (text[edge:at], text[at] * len(digits))
        flats += (flat[edge:at], digits)
        origin += (*range(edge, at), *[at] * len(digits))
        edge = end
    origin += range(edge, len(text) + 1)
    return "".join([*sources, text[edge:]]), "".join([*flats, flat[edge:]]), tuple(origin)


def _unescaped(digits: str) -> str:
    """Escaped digits as digits, with fillers before each so that offsets stay."""
    for begin, before, fillers in _ESCAPES:
        if begin in digits:
            digits = before.sub(fillers, digits)
    return _ENTITY.sub(lambda found: _ENTITIES[found.group()], digits) if "&#" in digits else digits


def _by_syllable(found: re.Match[str]) -> str:
    if "a" <= found.string[found.end() : found.end() + 1] <= "z":
        return found.group()
    return _ONE_SYLLABLE.sub(lambda one: "\0" * (len(one.group()) - 1) + _SYLLABLES[one.group()], found.group())


def _by_shape(found: re.Match[str]) -> str:
    number = found.group()
    plain = sum(map(number.count, "0123456789"))
    return number.translate(_LEET_LETTERS) if plain >= _LEAST_PLAIN and _LETTER.search(number) else number


def _roman(source: str, char: str) -> str:
    return _ROMAN_LETTERS.get(source, char)


def _by_sound(found: re.Match[str]) -> str:
    run = found.group()
    real = sum(1 for _ in islice(_REAL.finditer(run), LEAST_REAL))
    if real < LEAST_REAL:
        return run
    return run.translate(_sounds_table() if len(run) > LONG else _SOUNDS)
