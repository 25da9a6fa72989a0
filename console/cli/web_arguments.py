"""The arguments of `web`."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .parser import Builder, Parser

HANDLERS: dict[tuple[str, str], str] = {("web", ""): "web:serve"}


def add(builder: "Builder", commands: "argparse._SubParsersAction[Parser]") -> None:
    """The console in a browser."""
    web = builder.add(commands, "web")
    builder.option(web, "--port", "web_port", dest="port", type=int, metavar="PORT")
    builder.option(web, "--bind", "web_bind", dest="bind", metavar="ADDRESS")
    builder.option(web, "--public-url", "web_public_url", dest="public_url", metavar="URL")
