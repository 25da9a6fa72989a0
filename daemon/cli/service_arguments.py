"""The arguments of what makes the daemon a service of its machine."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from ..installing.layout import DropIn, Key


class Add(Protocol):
    """Adds a subcommand with its help."""

    def __call__(self, name: str, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser: ...


def add_service(
    add: Add, text: Callable[[str], str], *, where: argparse.ArgumentParser, json: argparse.ArgumentParser
) -> None:
    """`install-service`, `upgrade`, `config-reference`, `adb-server`."""
    install = add("install-service", json)
    install.add_argument("--prefix", type=Path, default=Path("/"), metavar="DIR", help=text("option.prefix"))
    install.add_argument("--user", default="shopwarden", metavar="NAME", help=text("option.service_user"))
    install.add_argument("--adb-port", type=int, default=5038, metavar="PORT", help=text("option.adb_port"))
    install.add_argument(
        "--key", choices=[key.value for key in Key], default=Key.CREDENTIAL.value, help=text("option.service_key")
    )
    install.add_argument(
        "--drop-in", action="append", choices=[one.value for one in DropIn], help=text("option.drop_in")
    )
    install.add_argument("--store-name", metavar="NAME", help=text("option.store_name"))
    install.add_argument("--timezone", metavar="ZONE", help=text("option.timezone"))
    install.add_argument("--program", type=Path, metavar="FILE", help=text("option.program"))
    install.add_argument("--no-start", action="store_true", help=text("option.no_start"))
    install.add_argument("--uninstall", action="store_true", help=text("option.uninstall"))
    install.add_argument("--dry-run", action="store_true", help=text("option.dry_run"))
    upgrade = add("upgrade", where, json)
    upgrade.add_argument("--to", metavar="VERSION", help=text("option.upgrade_to"))
    upgrade.add_argument("--finish", action="store_true", help=text("option.finish"))
    upgrade.add_argument("--root", type=Path, default=Path("/opt/shopwarden"), metavar="DIR", help=text("option.root"))
    upgrade.add_argument("--no-service", action="store_true", help=text("option.no_service"))
    upgrade.add_argument("--timeout", type=float, default=600.0, metavar="SECONDS", help=text("option.ready_timeout"))
    reference = add("config-reference", json)
    reference.add_argument("--schema", action="store_true", help=text("option.schema"))
    adb = add("adb-server")
    adb.add_argument("--port", type=int, default=5038, metavar="PORT", help=text("option.adb_port"))
    adb.add_argument("--home", type=Path, required=True, metavar="DIR", help=text("option.adb_home"))
    adb.add_argument("--binary", type=Path, metavar="FILE", help=text("option.adb_binary"))
