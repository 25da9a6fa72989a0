"""A start that finds signed heads and no archive, or a file that is none, makes no second ledger."""

import asyncio
from pathlib import Path

import pytest

from crypto.errors import VaultStateError
from daemon.api.exit_codes import ExitCode
from daemon.api.texts import Language
from daemon.cli.narration import texts_for
from daemon.errors import StateError
from daemon.refusals import refusal_of, told
from daemon.vault import open_archive
from tests.backup_kit import CLOCK, filled, new_shop


@pytest.mark.parametrize("language", list(Language))
def test_lost_or_emptied_archive_is_not_begun_anew(tmp_path: Path, language: Language) -> None:
    shop = new_shop(tmp_path)
    asyncio.run(filled(shop, range(1, 3)))
    shop.paths.archive.unlink()
    with pytest.raises(StateError) as lost:
        open_archive(shop.paths, shop.keys, CLOCK)
    assert not shop.paths.archive.exists()
    shop.paths.archive.touch(mode=0o600)
    with pytest.raises(VaultStateError) as emptied:
        open_archive(shop.paths, shop.keys, CLOCK)
    assert shop.paths.archive.stat().st_size == 0
    for error, code in ((lost.value, ExitCode.VAULT), (emptied.value, ExitCode.INTEGRITY)):
        refusal = refusal_of(error)
        assert refusal is not None and refusal.exit_code is code
        message, hint = told(refusal, texts_for(language))
        assert "archive.db" in message and "`shopwarden restore`" in hint
