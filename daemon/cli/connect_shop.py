"""`connect-shop`: make this machine's user a console of a shop elsewhere, with the three words that the shop shows."""

import asyncio
import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from adb_bridge.shop_advert import ShopSighting, find_shops
from crypto.pairing_code import NotACodeError, PairingCode, read_code

from ..api.exit_codes import ExitCode
from ..api.shops import NewShop, RemoteShop, ShopError, is_shop_name, keep_shop
from ..api.texts import Texts
from ..api.words import word_of
from ..errors import DaemonError
from ..lan.joining import Joining
from .narration import emit, emit_text, one_line, say
from .secret_input import ask_line

DEFAULT_PORT: Final = 8443
LOOKING_S: Final = 3.0
_TRIES: Final = 3
_MOST_WORD_BYTES: Final = 400


class JoinedShop(msgspec.Struct, frozen=True, kw_only=True):
    """For `--json`."""

    name: str
    store: str
    address: str
    console: str
    role: str
    expires_at: datetime


class _Document(msgspec.Struct, frozen=True, kw_only=True):
    schema: int = 1
    items: Sequence[JoinedShop]


def run(options: Namespace, texts: Texts) -> ExitCode:
    """The words come from the terminal or from a descriptor, never from an argument."""
    if options.name is not None and not is_shop_name(options.name):
        raise DaemonError("shop.name", ExitCode.USAGE)
    if options.words_fd is None and not sys.stdin.isatty():
        raise DaemonError("lan.words_missing", ExitCode.USAGE)
    host, port = parse_place(options.address) if options.address is not None else _found(texts)
    say(texts.get("cli.shops.joining", address=_shown(host, port)))
    shop = _joined(host, port, options, texts)
    if options.json or options.jsonl:
        told = told_of(shop)
        emit(_Document(items=[told]) if options.json else told)
    else:
        emit_text(one_line(texts.get("cli.shops.joined", store=shop.address.store, role=_role(texts, shop))))
    say(texts.get("cli.shops.next", name=shop.name))
    return ExitCode.OK


def told_of(shop: RemoteShop) -> JoinedShop:
    """For `--json`."""
    address = shop.address
    return JoinedShop(
        name=shop.name,
        store=address.store,
        address=shop.place,
        console=address.console,
        role=address.role,
        expires_at=address.expires_at,
    )


def parse_place(text: str) -> tuple[str, int]:
    """`host`, `host:port`, `[v6]:port` or `v6`. DaemonError `lan.address`."""
    host, port = text.strip(), ""
    if host.startswith("["):
        host, bracket, port = host[1:].partition("]")
        if not bracket or (port and not port.startswith(":")):
            raise DaemonError("lan.address", ExitCode.USAGE)
        port = port[1:]
    elif host.count(":") == 1:
        host, _, port = host.partition(":")
    number = int(port) if port.isascii() and port.isdecimal() and len(port) < 6 else DEFAULT_PORT if not port else 0
    is_host = host and len(host) <= 253 and not any(one.isspace() or one in "/@?#%\\" for one in host)
    if not is_host or not host.isprintable() or not 1 <= number <= 65534:
        raise DaemonError("lan.address", ExitCode.USAGE)
    return host, number


def chosen(found: Sequence[ShopSighting]) -> tuple[ShopSighting, ...]:
    """One entry for each instance: its first address."""
    return tuple({one.instance: one for one in reversed(found)}.values())[::-1]


def _found(texts: Texts) -> tuple[str, int]:
    say(texts.get("cli.shops.looking"))
    try:
        found = chosen(asyncio.run(find_shops(LOOKING_S)))
    except OSError:
        found = ()
    if not found:
        raise DaemonError("lan.none_found", ExitCode.NOT_FOUND)
    if len(found) == 1:
        return found[0].address, found[0].port
    addresses = [_shown(one.address, one.port) for one in found]
    if not sys.stdin.isatty():
        raise DaemonError("lan.several_found", ExitCode.USAGE, addresses=", ".join(addresses))
    for number, address in enumerate(addresses, start=1):
        say(f"  {number}. {address}")
    typed = ask_line(texts.get("cli.shops.which")).strip()
    if not typed.isascii() or not typed.isdecimal() or not 1 <= int(typed[:3]) <= len(found):
        raise DaemonError("lan.several_found", ExitCode.USAGE, addresses=", ".join(addresses))
    return parse_place(addresses[int(typed[:3]) - 1])


def _joined(host: str, port: int, options: Namespace, texts: Texts) -> RemoteShop:
    """At a terminal, words that were mistyped are asked for again."""
    is_asked = options.words_fd is None
    for tries_left in range(_TRIES - 1, -1, -1):
        try:
            return asyncio.run(_join(host, port, _code(options, texts), options.name))
        except DaemonError as error:
            is_typo = error.code in ("lan.wrong_words", "lan.words_unusable")
            if not (is_asked and is_typo and tries_left) or error.values.get("left") == 0:
                raise
            say(one_line(texts.get(f"error.{error.code}.message", **error.values)))
    raise AssertionError  # the last try has raised


async def _join(host: str, port: int, code: PairingCode, name: str | None) -> RemoteShop:
    joining = Joining(host, port)
    try:
        new = await joining.ask(code)
        try:
            shop = await asyncio.to_thread(keep_shop, name or _name_of(new), new, os.environ)
        except ShopError as error:
            raise DaemonError(error.code, ExitCode.USAGE, name=error.name) from None
        except OSError as error:
            raise DaemonError("shop.unwritable", ExitCode.PARTIAL, problem=error.strerror or "?") from None
        await joining.kept()
        return shop
    finally:
        await joining.close()


def _name_of(new: NewShop) -> str:
    """What the shop calls itself, where that can be a name; else its instance."""
    name = "".join("-" if one.isspace() else one for one in new.address.store.strip())[:40]
    return name if is_shop_name(name) else new.address.instance


def _code(options: Namespace, texts: Texts) -> PairingCode:
    text = ask_line(texts.get("cli.shops.ask")) if options.words_fd is None else _line_from(options.words_fd)
    try:
        return read_code(text)
    except NotACodeError:
        raise DaemonError("lan.words_unusable", ExitCode.USAGE) from None


def _line_from(descriptor: int) -> str:
    try:
        with os.fdopen(descriptor, "rb") as stream:
            return stream.readline(_MOST_WORD_BYTES).decode("utf-8", "replace")
    except OSError:
        raise DaemonError("lan.words_missing", ExitCode.USAGE) from None


def _shown(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _role(texts: Texts, shop: RemoteShop) -> str:
    return word_of(texts, "role", shop.address.role)
