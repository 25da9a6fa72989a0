"""Lists in a pipe, and help that names the program that was called."""

from pathlib import Path

from console.cli.table import Cell, Styles, cells_of, table

from .cli_runner import shopwarden

PLAIN = Styles(is_coloured=False)


def test_one_long_cell_does_not_widen_every_line() -> None:
    rows = [[Cell("a"), Cell("x" * 700), Cell("ok")], [Cell("b"), Cell("短"), Cell("ok")]]
    for width in (None, 100):
        head, long, short = table(["WHO", "TARGET", "END"], rows, width=width, styles=PLAIN)
        assert "x" * 700 + "  ok" in long
        assert cells_of(head) < 60 and cells_of(short) < 60
        assert cells_of(head.partition("END")[0]) == cells_of(short.partition("ok")[0]), "the others stay aligned"


async def test_help_names_what_was_called_and_what_offline_needs(tmp_path: Path) -> None:
    restore = await shopwarden(tmp_path, "restore", "--help")
    assert restore.out.startswith("usage: shopwarden restore ")
    backup = await shopwarden(tmp_path, "backup", "--help")
    assert "(DIR | drill DIR | list DIR | history)" in backup.out and "..." not in backup.out.split("\n\n")[0]
    verify = await shopwarden(tmp_path, "--lang", "en", "verify", "--help", COLUMNS="200")
    assert (
        "always needs the vault's key" in verify.out and "needs the vault's key" in verify.out.partition("--offline")[2]
    )
