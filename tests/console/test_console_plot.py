"""Plots: what is drawn, in how many cells, and what is said beside it; layouts of columns as pure functions."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import ComposeResult

from console.app.access import AccessMode
from console.app.app import CATALOG
from console.app.calls import CallingApp
from console.app.clipboard import MOST_BYTES, fit_to_copy
from console.app.desk import Desk
from console.app.ordering import Order, in_order
from console.app.settings import Settings, Symbols
from console.app.times import Times
from console.app.widgets.columns import GAP, Column, laid_out_wide, steps_of
from console.app.widgets.plot import ASCII_BLOCKS, BLOCKS, Plot, Series, Unit, blocks
from console.safe_text import safe_text
from daemon.api.texts import load_texts

VALUES = st.lists(st.none() | st.floats(0, 1e6, allow_nan=False), max_size=300)


@given(VALUES, st.integers(1, 120), st.sampled_from(Unit), st.sampled_from(Symbols))
def test_blocks_fit_and_tell_nothing_from_unknown(
    values: list[float | None], room: int, unit: Unit, symbols: Symbols
) -> None:
    drawn = blocks(values, room, unit, symbols)
    glyphs = ASCII_BLOCKS if symbols is Symbols.ASCII else BLOCKS
    assert cell_len(drawn) == min(len(values), room) and set(drawn) <= {*glyphs, " "}
    if len(values) <= room:
        for value, glyph in zip(values, drawn, strict=True):
            assert (glyph == " ") == (value is None)
            assert (glyph == glyphs[0]) == (value == 0), "only nothing stands at the bottom"
    known = [value for value in values if value is not None]
    if known and max(known) > 0 and unit is not Unit.PERCENT:
        assert glyphs[-1] in drawn, "the greatest is seen however many steps there are"


async def test_a_plot_says_its_numbers_in_both_languages_and_without_blocks() -> None:
    series = (
        Series(label=safe_text("critical"), values=(0.0, 2.0, None, 4.0), unit=Unit.COUNT),
        Series(label=safe_text("median"), values=(1.5, 240.0), unit=Unit.MINUTES),
        Series(label=safe_text("Lin"), values=(None, None), unit=Unit.PERCENT),
    )
    for language, words in (
        ("en", ("least 0 · most 4 · last 4", "least 1.5 min · most 240 min", "no values yet")),
        ("zh", ("最低 0 · 最高 4 · 最近 4", "最低 1.5 分钟", "暂无数据")),
    ):
        texts = load_texts(language, CATALOG)
        desk = Desk(texts=texts, times=Times(texts), mode=AccessMode.FULL, settings=Settings(symbols=Symbols.ASCII))

        class Shown(CallingApp):
            def compose(self) -> ComposeResult:
                yield Plot(desk)  # noqa: B023 - run within the same turn

        app = Shown()
        async with app.run_test(size=(60, 12)) as pilot:
            plot = app.query_one(Plot)
            plot.draw(())
            await pilot.pause()
            assert plot.shown.plain == desk.say("plot.nothing")
            plot.draw(series)
            await pilot.pause()
            lines = plot.shown.plain.splitlines()
            assert lines[0] == "critical _+ @" and len(lines) == 6
            for line, word in zip(lines[1::2], words, strict=True):
                assert word in line


COLUMNS = st.lists(
    st.builds(
        lambda width, weight, most: (width, weight, width + most),
        st.integers(1, 20),
        st.integers(0, 8),
        st.integers(0, 200),
    ),
    min_size=1,
    max_size=10,
)


@given(COLUMNS, st.integers(1, 200), st.integers(0, 12))
def test_the_wide_view_shows_whole_columns_and_reaches_each(
    shapes: list[tuple[int, int, int]], width: int, first: int
) -> None:
    columns = [
        Column(key=str(at), title="x", width=least, weight=weight, most=most)
        for at, (least, weight, most) in enumerate(shapes)
    ]
    shown = laid_out_wide(columns, width, first)
    assert all(cells >= column.width for column, cells in shown)
    assert shown[0][0] is columns[0]
    at = 1 + max(min(first, steps_of(columns) - 1), 0)
    assert [column.key for column, _ in shown[1:]] == [str(number) for number in range(at, at + len(shown) - 1)]
    if steps_of(columns):
        assert len(shown) >= 2, "each can be brought to the first place"
    if len(shown) > 2:
        assert sum(cells + GAP for _, cells in shown) <= width


KEYS = st.lists(st.just(()) | st.tuples(st.integers(0, 3)) | st.tuples(st.text(max_size=2)), max_size=30)


@given(KEYS, st.sampled_from((Order.of_word("x"), Order.of_word("-x"))))
def test_an_order_is_total_stable_and_leaves_the_unknown_last(keys: list[tuple[int | str, ...]], order: Order) -> None:
    items = list(range(len(keys)))
    ordered = in_order(items, keys, order)
    assert sorted(ordered) == items
    known = [item for item in ordered if keys[item]]
    assert ordered[: len(known)] == known and ordered[len(known) :] == [item for item in items if not keys[item]]
    for before, after in zip(known, known[1:], strict=False):
        assert keys[before] != keys[after] or before < after
    numbers = [keys[item] for item in known if isinstance(keys[item][0], int)]
    assert numbers == sorted(numbers, reverse=order.is_descending)


@given(st.text(max_size=50), st.integers(1, 4000))
def test_a_copy_is_small_and_cannot_act(text: str, times: int) -> None:
    copied, is_cut = fit_to_copy("\n".join([text] * times))
    assert len(copied.encode()) <= MOST_BYTES and all(one.isprintable() or one in "\n\t" for one in copied)
    assert is_cut or copied.count("\n") >= times - 1
