"""`figures`: alerts, reply times and a phone's battery over time."""

import msgspec

from daemon.api.exit_codes import ExitCode
from daemon.api.figures import Bucket, FigureName, FigureQuery, Figures, FigureSeries
from daemon.api.figures_client import figures

from .context import Context, UsageError
from .moments import since_of, until_of
from .output import Format
from .table import Cell
from .times import shown

MOST_COLUMNS = 6


class _Figures(msgspec.Struct):
    name: FigureName
    since: str | None = None
    until: str | None = None
    bucket: Bucket = Bucket.DAY
    device: str | None = None
    employee: str | None = None


async def show_figures(context: Context) -> ExitCode:
    """One line a bucket, one column a series; with --json the answer as it is, gaps as null."""
    arguments = context.take(_Figures)
    if arguments.name is FigureName.BATTERY and arguments.device is None:
        raise UsageError("usage.figures_device")
    query = FigureQuery(
        name=arguments.name,
        since=since_of(arguments.since),
        until=until_of(arguments.until),
        bucket=arguments.bucket,
        device=arguments.device,
        employee=arguments.employee,
    )
    async with context.client() as client:
        found = await figures(client, query)
    if context.output.format is not Format.TABLE:
        context.output.items([found])
    else:
        _tell(context, found)
    return ExitCode.OK


def _tell(context: Context, found: Figures) -> None:
    output = context.output
    if not found.series or all(value is None for one in found.series for value in one.values):
        output.empty("figures.nothing")
    else:
        _table(context, found)
    if found.known_since is not None:
        output.say("figures.cut" if found.is_cut else "figures.known_since", when=shown(found.known_since))


def _table(context: Context, found: Figures) -> None:
    """A column a series; where they are too many, a line each."""
    texts = context.texts
    titles = [_title(context, found.name, one) for one in found.series]
    if len(titles) <= MOST_COLUMNS:
        rows = [
            [Cell(shown(start)), *(Cell(_number(one.values[at])) for one in found.series)]
            for at, start in enumerate(found.starts)
        ]
        context.output.grid([texts.get("cli.column.at"), *titles], rows)
        return
    rows = [
        [Cell(shown(start)), Cell(title), Cell(_number(one.values[at]))]
        for at, start in enumerate(found.starts)
        for title, one in zip(titles, found.series, strict=True)
        if one.values[at] is not None
    ]
    context.output.table(("at", "figure_series", "figure_value"), rows)


def _title(context: Context, name: FigureName, series: FigureSeries) -> str:
    match name:
        case FigureName.ALERTS:
            return context.word("severity", series.label)
        case FigureName.REPLIES:
            who = series.label or context.texts.get("cli.figures.nobody")
            return f"{who} {context.texts.get(f'cli.figures.measure.{series.measure}')}"
        case FigureName.BATTERY:
            return f"{series.label} %"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}" if value == round(value) else f"{value:.1f}"
