"""Texts of a million characters made to be slow: for whatever runs over runs, gaps, digits, letters, cues."""

from collections.abc import Mapping
from typing import Final

SIZE: Final = 1_000_000


def _of(piece: str) -> str:
    return (piece * (SIZE // len(piece) + 1))[:SIZE]


HOSTILE: Final[Mapping[str, str]] = {
    name: _of(piece)
    for name, piece in {
        "one character": "加",
        "a word": "回扣",
        "a word's first half": "加我微",
        "spaced word": "回 扣 ",
        "symbols only": "*",
        "spaces only": " ",
        "line ends": "\n",
        "zero-width only": "\u200b",
        "zero-width between": "加\u200b" * 3 + "我\u200b微\u200b",
        "combining marks": "加\u0336\u0301\u20dd",
        "emoji": "👨\u200d👩\u200d👧",
        "hearts in words": "加❤我❤微❤",
        "digits": "1",
        "spaced digits": "1 ",
        "mobile numbers": "13800138000",
        "mobile numbers, commas": "13800138000,",
        "broken mobile numbers": "1380013800 ",
        "spoken digits": "幺三八零零",
        "one spoken digit": "一",
        "circled digits": "①③⑧",
        "brackets": "((((1",
        "letters": "a",
        "letters and digits": "a1",
        "at signs": "@",
        "mail addresses": "a@b.cn ",
        "broken mail addresses": "a.b@c.",
        "links": "http://a.cn/",
        "broken links": "http://a.b.c.",
        "pinyin": "jiawoweixin",
        "pinyin syllables": "hui ",
        "one vowel": "ang",
        "homophones": "佳偎新",
        "parts": "力口",
        "parts only": "口",
        "repeats of two": "微微信信",
        "cues": "微信号",
        "cues and digits": "微信号1",
        "id cards": "110101199003078419",
        "bank cards": "6222021234567890128",
        "addresses": "北京市海淀区中关村大街1号",
        "address ends": "路号室栋",
        "surnames": "王李张",
        "names": "王女士",
        "plates": "京A12345",
        "codes": "91310000552936878J",
        "above the planes": "\U000e0041",
        "lone surrogates": "\ud800",
        "percent escapes": "%31",
        "numbers told in parts": "138后面0013",
        "joined digits": "138杠0013杠8000",
        "digits and stickers": "138[微笑]",
        "words before places": "地址",
        "roads without a number": "路一",
        "titles": "王伟先生",
        "traces of accounts": "微",
        "letters after a cue": "加我a",
        "digits of two scripts": "一1二2",
        "hidden mail addresses": "a\u200b@q\u200bq.com",
    }.items()
}
