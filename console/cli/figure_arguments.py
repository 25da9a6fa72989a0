"""The arguments of `figures`."""

import argparse
from typing import TYPE_CHECKING

from daemon.api.figures import Bucket, FigureName

if TYPE_CHECKING:
    from .parser import Builder, Parser

HANDLERS: dict[tuple[str, str], str] = {("figures", ""): "figures:show_figures"}
_NAMES = tuple(name.value for name in FigureName)
_BUCKETS = tuple(bucket.value for bucket in Bucket)


def add(builder: "Builder", commands: "argparse._SubParsersAction[Parser]") -> None:
    """Figures over time."""
    figures = builder.add(commands, "figures")
    figures.add_argument("name", choices=_NAMES, metavar="|".join(_NAMES), help=builder.text("argument.figure"))
    builder.option(figures, "--since", "figures_since", dest="since", metavar="TIME")
    builder.option(figures, "--until", "figures_until", dest="until", metavar="TIME")
    builder.option(figures, "--bucket", "figures_bucket", choices=_BUCKETS, dest="bucket", metavar="|".join(_BUCKETS))
    builder.option(figures, "--device", "figures_device", dest="device", metavar="SERIAL")
    builder.option(figures, "--employee", "of_employee", dest="employee", metavar="NAME")
