"""The arguments of `shopwardend`, with help in the reader's language."""

import argparse
from pathlib import Path

from ..api.texts import Texts
from .backup_arguments import add_backups
from .bundle_arguments import add_bundles
from .keys_arguments import add_keys_actions
from .policy_arguments import add_policy
from .proof_arguments import add_proofs
from .service_arguments import add_service
from .shop_arguments import add_shops

WEB_ROLES = ("owner", "admin", "reviewer", "auditor")
"""Those that `[web.accounts]` takes."""
HANDED_OVER = ("simphone", "demo")
"""Subcommands whose arguments belong to another package: everything after the name is passed on untouched."""


def build_parser(texts: Texts, called_as: str = "shopwardend") -> argparse.ArgumentParser:
    """All subcommands but those of `HANDED_OVER`, which are listed for the help only."""

    def text(key: str) -> str:
        return texts.get(f"cli.{key}").replace("%", "%%")

    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--lang", choices=("en", "zh"), help=text("option.lang"))
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("--state", type=Path, metavar="DIR", help=text("option.state"))
    where.add_argument("--config", type=Path, metavar="FILE", help=text("option.config"))
    key = argparse.ArgumentParser(add_help=False)
    source = key.add_mutually_exclusive_group()
    source.add_argument("--passphrase-fd", type=_descriptor, metavar="N", help=text("option.passphrase_fd"))
    source.add_argument("--key-file", type=Path, metavar="PATH", help=text("option.key_file"))
    source.add_argument("--credential", metavar="NAME", help=text("option.credential"))
    json = argparse.ArgumentParser(add_help=False)
    json.add_argument("--json", action="store_true", help=text("option.json"))
    json.add_argument("--jsonl", action="store_true", help=text("option.jsonl"))

    parser = argparse.ArgumentParser(prog=called_as, description=text("description"), parents=[common])
    parser.add_argument("--version", action="store_true", help=text("option.version"))
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    def add(name: str, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
        help_text = text(f"command.{name.replace('-', '_')}")
        return commands.add_parser(name, help=help_text, description=help_text, parents=[common, *parents])

    run = add("run", where, key)
    run.add_argument("--sealed", action="store_true", help=text("option.sealed"))
    init = add("init", where, key, json)
    init.add_argument("--store-name", metavar="NAME", help=text("option.store_name"))
    init.add_argument("--check", action="store_true", help=text("option.init_check"))
    init.add_argument("--keys-only", action="store_true", help=text("option.keys_only"))
    init.add_argument("--timezone", metavar="ZONE", help=text("option.timezone"))
    init.add_argument("--notice-title", metavar="TEXT", help=text("option.notice_title"))
    init.add_argument("--notice-file", type=Path, metavar="FILE", help=text("option.notice_file"))
    add("check-config", where, json)
    verify = add("verify", where, key, json)
    verify.add_argument("--since", type=_index, metavar="INDEX", help=text("option.since"))
    verify.add_argument("--media", action="store_true", help=text("option.media"))
    verify.add_argument("--index", action="store_true", help=text("option.index"))
    add("reindex", where, key)
    scan = add("scan", json)  # their output is JSON lines, asked for or not
    scan.add_argument("--policy", action="append", metavar="DIR_OR_PACK", help=text("option.policy"))
    add("mask", json)
    add_policy(add("policy"), text, common=common, json=json)
    add_proofs(add, text, where=where, key=key, json=json)
    add_bundles(add, text, json=json)
    add_backups(add, text, where=where, key=key, json=json, descriptor=_descriptor)
    add_keys_actions(add("keys"), text, common=common, where=where, key=key, json=json, descriptor=_descriptor)
    add_service(add, text, where=where, json=json)
    add_shops(add, text, common=common, json=json, descriptor=_descriptor)
    account = add("web-account", json)
    account.add_argument("name", metavar="NAME", help=text("argument.web_account"))
    account.add_argument("--role", required=True, choices=WEB_ROLES, help=text("option.web_role"))
    account.add_argument("--password-fd", type=_descriptor, metavar="N", help=text("option.password_fd"))
    for name in HANDED_OVER:
        add(name)
    return parser


def _descriptor(text: str) -> int:
    number = int(text)
    if not 0 <= number < 1024:
        raise argparse.ArgumentTypeError("0-1023")
    return number


def _index(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(">= 0")
    return number
