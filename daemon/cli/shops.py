"""`shops`: the shops elsewhere that this machine's user has joined; one whose address has changed is found again."""

import asyncio
import os
from argparse import Namespace
from collections.abc import Sequence
from typing import Final

import msgspec

from adb_bridge.shop_advert import ShopSighting, find_shops

from ..api.client import ApiClient
from ..api.errors import ApiClientError
from ..api.exit_codes import ExitCode
from ..api.shops import RemoteShop, ShopError, change_shop, forget_shop, list_shops, load_shop
from ..api.texts import Texts
from ..errors import DaemonError
from .connect_shop import JoinedShop, told_of
from .narration import emit, emit_text, one_line, say

LOOKING_S: Final = 3.0
_ANSWER_S: Final = 10.0
_EXIT_CODES: Final = {"shop.unknown": ExitCode.NOT_FOUND}


class _Document(msgspec.Struct, frozen=True, kw_only=True):
    schema: int = 1
    items: Sequence[JoinedShop]


def run(options: Namespace, texts: Texts) -> ExitCode:
    """`list` when no action is named."""
    try:
        match options.action:
            case "find":
                return _find(options, texts)
            case "forget":
                forget_shop(options.name, os.environ)
                say(texts.get("cli.shops.forgotten", name=options.name))
                return ExitCode.OK
            case _:
                return _list(options, texts)
    except ShopError as error:
        raise DaemonError(error.code, _EXIT_CODES.get(error.code, ExitCode.USAGE), name=error.name) from None


def _list(options: Namespace, texts: Texts) -> ExitCode:
    known = list_shops(os.environ)
    shops = [one for one in known if isinstance(one, RemoteShop)]
    for name in known:
        if isinstance(name, str):
            say(one_line(texts.get("error.shop.damaged.message", name=name)))
    _tell(options, shops)
    if not known and not options.json:
        say(texts.get("cli.shops.none"))
    return ExitCode.OK if len(shops) == len(known) else ExitCode.PARTIAL


def _find(options: Namespace, texts: Texts) -> ExitCode:
    shop = load_shop(options.name, os.environ)
    say(texts.get("cli.shops.looking"))
    try:
        sightings = asyncio.run(find_shops(LOOKING_S))
    except OSError:
        sightings = ()
    moved = asyncio.run(confirmed(shop, sightings, texts.language.value))
    if moved is None:
        raise DaemonError("lan.none_found", ExitCode.NOT_FOUND)
    _tell(options, [change_shop(moved, moved.address)])
    return ExitCode.OK


async def confirmed(shop: RemoteShop, sightings: Sequence[ShopSighting], language: str) -> RemoteShop | None:
    """The shop at the first address where it answers with its own key; None: at none of them.

    Whoever announces the shop's name without its key is asked for nothing.
    """
    for seen in sightings:
        if seen.instance != shop.address.instance:
            continue
        address = msgspec.structs.replace(shop.address, host=seen.address, port=seen.port)
        there = RemoteShop(name=shop.name, folder=shop.folder, address=address)
        try:
            async with asyncio.timeout(_ANSWER_S), ApiClient(there, language) as client:
                await client.hello()
        except (ApiClientError, TimeoutError):
            continue
        return there
    return None


def _tell(options: Namespace, shops: Sequence[RemoteShop]) -> None:
    told = [told_of(shop) for shop in shops]
    if options.json:
        emit(_Document(items=told))
    for one in told:
        if options.jsonl:
            emit(one)
        elif not options.json:
            until = one.expires_at.astimezone().date().isoformat()
            emit_text(one_line(f"{one.name}  {one.store}  {one.address}  {one.role}  {until}"))
