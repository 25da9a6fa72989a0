"""No text of an app can make a print of notifications say something else: the truth, or marked as not certain."""

from dataclasses import dataclass
from enum import Enum, auto

from hypothesis import example, given, settings
from hypothesis import strategies as st

from adb_bridge.collectors.notification_dump import read_dump, read_shapes
from adb_bridge.collectors.notification_extras import java_hash
from adb_bridge.collectors.notification_print import Shape, read_print, read_shape
from adb_bridge.collectors.notification_rows import (
    NotificationKey,
    parse_key,
    read_message,
    read_notification,
    source_key_of,
)
from adb_bridge.rows import NotificationRow

PACKAGE = "com.tencent.mm"
KEYS = tuple(f"0|{PACKAGE}|{number}|null|10123" for number in (1, 2, 3))
FRAME = {
    "android.reduced.images": "Boolean (true)",
    "android.showChronometer": "Boolean (false)",
    "android.progress": "Integer (0)",
    "android.showWhen": "Boolean (true)",
    "android.infoText": "null",
    "android.progressIndeterminate": "Boolean (false)",
}
_names = [
    "android.title=String (", "android.text=String (", "android.bigText=String (", "android.text=null",
    "android.progress=Integer (0)", "android.textLines=CharSequence[] (1)", "android.infoText=null",
    "android.title=String [length=3]", "[0] ", "[1] ",
]  # fmt: skip
_indents = ["\n" + " " * width for width in (8, 10, 12, 16, 18, 6, 2)]
PIECES = (
    *[indent + name for indent in _indents[:5] for name in _names], *[indent + "}" for indent in _indents],
    *[indent + "extras={" for indent in _indents], "\n    publicNotification=", "\n      publicNotification=\n",
    "\n      contentView=null", "\n    NotificationRecord(0x1: pkg=com.tencent.mm user=UserHandle{0} id=2)",
    "\n      key=" + KEYS[1], "\n  ", ")", "(", "金", "😀", "a", "\r", "\0", "null", "\n",
)  # fmt: skip
hostile = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=8).map("".join)
maybe = st.none() | hostile


class Layout(Enum):
    A11 = auto()
    A14 = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What an app put into a notification."""

    title: str | None
    text: str | None
    big_text: str | None
    lines: tuple[str, ...]
    ticker: str
    is_framed: bool


@st.composite
def shown(draw: st.DrawFn) -> Shown:
    return Shown(
        title=draw(maybe),
        text=draw(maybe),
        big_text=draw(maybe),
        lines=tuple(draw(st.lists(hostile, max_size=2))),
        ticker=draw(hostile),
        is_framed=draw(st.booleans()),
    )


def printed(one: Shown, key: str, *, indent: int, layout: Layout, is_redacted: bool) -> str:
    """NotificationRecord.dump."""
    outer = " " * (indent + 2)
    inner = outer * 2 if layout is Layout.A14 else outer
    entries = dict(FRAME) if one.is_framed else {}
    for name, text in (("title", one.title), ("text", one.text), ("bigText", one.big_text)):
        if text is not None:
            shortened = f"String [length={len(text.encode('utf-16-le')) // 2}]" if layout is Layout.A14 else "String"
            entries[f"android.{name}"] = shortened if is_redacted else f"String ({text})"
    if one.lines:
        items = "" if is_redacted else "".join(f"\n{inner}      [{at}] {line}" for at, line in enumerate(one.lines))
        entries["android.textLines"] = f"CharSequence[] ({len(one.lines)}){items}"
    block = [f"{inner}    {name}={entries[name]}" for name in sorted(entries, key=java_hash)]
    ticker = f"{one.ticker[:8]}..." if is_redacted else one.ticker
    fields = [
        f"{' ' * indent}NotificationRecord(0x1: pkg={PACKAGE} user=UserHandle{{0}} id=1 tag=null key={key}: N())",
        f"{outer}key={key}",
        *([f"{outer}notification="] if layout is Layout.A14 else []),
        f"{inner}when=5",
        f"{inner}tickerText={ticker or 'null'}",
        f"{inner}contentView=null",
        *([f"{inner}extras={{", *block, f"{inner}}}"] if block else []),
        *([f"{outer}publicNotification=", f"{inner}None"] if layout is Layout.A14 else []),
        f"{outer}stats=SingleNotificationStats{{posttimeElapsedMs=1}}",
    ]
    return "\n".join(fields) + "\n"


def is_truth(row: NotificationRow, one: Shown) -> bool:
    return (row.title, row.text, row.big_text, row.lines) == (one.title, one.text, one.big_text, one.lines)


def key_of(text: str) -> NotificationKey:
    key = parse_key(text)
    assert key is not None
    return key


@given(shown(), st.sampled_from(Layout))
@settings(max_examples=400)
@example(
    Shown(
        title="王", text="x)\n          android.bigText=String (假", big_text=None, lines=(), ticker="", is_framed=True
    ),
    Layout.A11,
)
@example(
    Shown(title="王", text="x)\n      }\n      extras={", big_text="b", lines=("a", "b"), ticker="t", is_framed=False),
    Layout.A11,
)
def test_what_is_certain_is_true(one: Shown, layout: Layout) -> None:
    lines = printed(one, KEYS[0], indent=0, layout=layout, is_redacted=False).split("\n")
    redacted = printed(one, KEYS[0], indent=4, layout=layout, is_redacted=True).split("\n")
    shape = read_shape(redacted)
    assert shape is not None
    for given_shape in (None, shape):
        reading = read_notification(lines, key_of(KEYS[0]), given_shape)
        assert reading is not None
        if reading.is_certain and (given_shape is not None or one.is_framed):
            assert is_truth(reading.row, one)
        if not reading.is_certain and given_shape is not None:
            assert reading.row.problem == "ambiguous"


harmless = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=8).filter(lambda t: "  " not in t)


@given(st.builds(Shown, title=harmless, text=harmless, big_text=harmless, lines=st.just(()), ticker=st.text(max_size=4),
                 is_framed=st.just(True)), st.sampled_from(Layout))  # fmt: skip
@settings(max_examples=100)
def test_plain_texts_are_certain_at_once(one: Shown, layout: Layout) -> None:
    lines = printed(one, KEYS[0], indent=0, layout=layout, is_redacted=False).split("\n")
    reading = read_notification(lines, key_of(KEYS[0]))
    assert reading is not None
    assert is_truth(reading.row, one)


@given(st.lists(shown(), max_size=3), st.sampled_from(Layout))
@settings(max_examples=200)
def test_a_dump_gives_every_record_or_marks_it(many: list[Shown], layout: Layout) -> None:
    dumps = [
        "Current Notification Manager state:\n  Notification List:\n"
        + "".join(
            printed(one, key, indent=4, layout=layout, is_redacted=is_redacted)
            for one, key in zip(many, KEYS, strict=False)
        )
        + "  \n  mArchive=Archive (0 notifications)\n"
        for is_redacted in (False, True)
    ]
    readings = read_dump(dumps[0].encode(), read_shapes(dumps[1].encode()), PACKAGE)
    by_key = {str(reading.row.key): reading for reading in readings}
    assert set(by_key) == set(KEYS[: len(many)])
    for one, key in zip(many, KEYS, strict=False):
        assert is_truth(by_key[key].row, one) or by_key[key].row.problem == "ambiguous"


@given(st.binary(max_size=300) | st.lists(st.sampled_from(PIECES), max_size=30).map(lambda p: "".join(p).encode()))
@settings(max_examples=200)
def test_parsers_are_total_on_any_bytes(noise: bytes) -> None:
    text = noise.decode("utf-8", "replace")
    head = f"NotificationRecord(0x1: pkg={PACKAGE} user=UserHandle{{0}} id=1 key={KEYS[0]}: N())\n"
    shape = Shape(key=KEYS[0], slots=(), blocks=1)
    for lines in (text.split("\n"), (head + text).split("\n")):
        read_print(lines)
        read_shape(lines)
        for given_shape in (None, shape, read_shape(lines)):
            reading = read_notification(lines, key_of(KEYS[0]), given_shape)
            if reading is not None:
                assert len(source_key_of(reading.row)) < 400
    state = b"Current Notification Manager state:\n  Notification List:\n"
    read_dump(state + noise, read_shapes(state + noise), PACKAGE)
    read_message(text)
    parse_key(text)
