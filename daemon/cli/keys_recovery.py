"""`shopwardend keys shares|recover`: a set of shares for several holders, and the way back with them."""

import contextlib
import os
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import msgspec

from crypto.atomic_file import create_file, read_file
from crypto.errors import CryptoErrorCode, KeyUnavailableError
from crypto.keyring import add_slot, list_slots, open_for_change, remove_slot
from crypto.secrets import AnySecret, RecoverySecret
from crypto.shares import Shares, combine_shares, read_share, split_new_secret

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from ..errors import DaemonError
from ..paths import StatePaths, require_keyring, state_paths
from .keys_slots import chosen_passphrase, opened, tell_slots
from .narration import emit, emit_text, say
from .secret_input import ask_line

_BEGIN = "-----BEGIN SHOPWARDEN SHARE-----"
_END = "-----END SHOPWARDEN SHARE-----"
_WORDS_A_LINE = 5
_MAX_PAGE_BYTES = 64 * 1024
_MAX_SHARES = 16


class ShareLine(msgspec.Struct, frozen=True, kw_only=True):
    """One share, for `--json`: words when they go to stdout, the file when they go there."""

    number: int
    set_id: int
    threshold: int
    count: int
    words: str | None
    file: str | None


class SharesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """For `--json`."""

    schema: int = 1
    items: list[ShareLine]


def _shares(options: Namespace, texts: Texts) -> None:
    if options.threshold > options.count:
        raise DaemonError("keys.share_counts", ExitCode.USAGE)
    if options.output is not None:
        _make_private(options.output)
    paths, opening = opened(options, texts)
    shares = split_new_secret(threshold=options.threshold, count=options.count)
    pages = [_page(texts, shares, number, opening.keys.store_id) for number in range(1, options.count + 1)]
    with contextlib.ExitStack() as unless_done:
        files: list[Path | None] = [None] * options.count
        if options.output is not None:
            for place, page in enumerate(pages):
                files[place] = file = options.output / f"shopwarden-share-{shares.share_set.set_id}-{place + 1}.txt"
                create_file(file, page.encode())
                unless_done.callback(file.unlink, missing_ok=True)
        added = add_slot(paths.keyring, opening.keys, shares)
        # A set that nobody got to see must not look like a way in.
        unless_done.callback(remove_slot, paths.keyring, added.slot_id)
        _tell(options, shares, pages, files)
        unless_done.pop_all()
    say(texts.get("cli.keys.shares_made", threshold=options.threshold, count=options.count))


def _make_private(directory: Path) -> None:
    """The folder for pages, made for its owner alone when it is not there. DaemonError `keys.share_folder`."""
    try:
        directory.mkdir(mode=0o700, exist_ok=True)
    except OSError:
        raise DaemonError("keys.share_folder", ExitCode.USAGE, folder=directory.name) from None


def _tell(options: Namespace, shares: Shares, pages: list[str], files: list[Path | None]) -> None:
    lines = [
        ShareLine(
            number=place + 1,
            set_id=shares.share_set.set_id,
            threshold=shares.share_set.threshold,
            count=shares.share_set.count,
            words=shares.words[place] if file is None else None,
            file=None if file is None else str(file),
        )
        for place, file in enumerate(files)
    ]
    if options.json:
        emit(SharesAnswer(items=lines))
        return
    for line, page in zip(lines, pages, strict=True):
        if options.jsonl:
            emit(line)
        else:
            emit_text(page + "\f" if line.file is None else line.file)


def _page(texts: Texts, shares: Shares, number: int, store_id: str) -> str:
    """For one holder, in both languages: who finds it years later may read either."""
    words = shares.words[number - 1].split()
    numbered = [f"{place:2d}. {word:<10}" for place, word in enumerate(words, start=1)]
    rows = ["".join(numbered[at : at + _WORDS_A_LINE]).rstrip() for at in range(0, len(numbered), _WORDS_A_LINE)]
    told = texts.get(
        "cli.keys.share_page",
        number=number,
        count=shares.share_set.count,
        threshold=shares.share_set.threshold,
        set_id=shares.share_set.set_id,
        store=store_id[:8],
    )
    return "\n".join((told.partition("\n\n")[0], "", _BEGIN, *rows, _END, "", told.partition("\n\n")[2], ""))


def _recover(options: Namespace, texts: Texts) -> None:
    paths = state_paths(options.state, os.environ)
    require_keyring(paths)
    sets = {slot.share_set.set_id for slot in list_slots(paths.keyring) if slot.share_set is not None}
    if not sets:
        raise DaemonError("keys.no_shares", ExitCode.VAULT)
    secret = combine_shares(given_shares(options, texts), sets=sets)
    recover_with(paths, options, texts, RecoverySecret(secret))


def recover_with(paths: StatePaths, options: Namespace, texts: Texts, secret: AnySecret) -> None:
    """Open with what was kept for a loss, and let a new passphrase open from now on."""
    opening = open_for_change(paths.keyring, secret)
    say(texts.get("cli.keys.opened"))
    added = add_slot(paths.keyring, opening.keys, chosen_passphrase(options, texts))
    tell_slots(options, texts, (added,))
    say(texts.get("cli.keys.recovered"))


def given_shares(options: Namespace, texts: Texts) -> list[str]:
    """From files, `--shares-fd`, stdin or the terminal. KeyUnavailableError; DaemonError `key.fd`, `key.not_given`."""
    if options.files:
        return [_words_in(_read(file)) for file in options.files]
    if options.shares_fd is not None:
        with contextlib.suppress(OSError), os.fdopen(options.shares_fd, "rb") as stream:
            return _lines(stream.read(_MAX_PAGE_BYTES))
        raise DaemonError("key.fd", ExitCode.VAULT, fd=options.shares_fd)
    if not sys.stdin.isatty():
        return _lines(sys.stdin.buffer.read(_MAX_PAGE_BYTES))
    return _asked(texts)


def _asked(texts: Texts) -> list[str]:
    """One after the other; each is checked at once, so that a wrong word is typed again and not all of them."""
    shares: list[str] = []
    wanted = 1
    while len(shares) < wanted:
        line = ask_line(texts.get("cli.keys.ask_share", number=len(shares) + 1))
        try:
            head = read_share(line, len(shares) + 1)
        except KeyUnavailableError as error:
            key = f"refusal.{error.code.value}.message"
            say(texts.get(key, detail=error.detail))
            if not line.strip():
                raise
            continue
        wanted = head.threshold
        shares.append(line)
    return shares


def _lines(content: bytes) -> list[str]:
    """One share a line, or pages as they were written."""
    text = content.decode("utf-8", "replace")
    if _BEGIN in text:
        return [_words_in(part) for part in text.split(_BEGIN)[1:]][:_MAX_SHARES]
    return [line for line in text.splitlines() if line.strip()][:_MAX_SHARES]


def _read(file: Path) -> str:
    try:
        return read_file(file, max_bytes=_MAX_PAGE_BYTES).decode("utf-8", "replace")
    except FileNotFoundError:
        raise KeyUnavailableError(CryptoErrorCode.KEY_MISSING, file.name) from None


def _words_in(page: str) -> str:
    return page.rpartition(_BEGIN)[2].partition(_END)[0]


RECOVERY_ACTIONS: dict[str, Callable[[Namespace, Texts], None]] = {"shares": _shares, "recover": _recover}
