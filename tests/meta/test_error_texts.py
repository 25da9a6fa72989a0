"""What the daemon answers is worded from the shared catalog alone: an error's text anywhere else reaches nobody."""

from pathlib import Path

from daemon.api.texts import CATALOG, read_catalogs

_DAEMON = Path(__file__).parents[2] / "daemon" / "catalog"


def test_texts_of_api_errors_are_in_the_shared_catalog() -> None:
    shared = read_catalogs(CATALOG)
    elsewhere = {key for key in read_catalogs(_DAEMON) if key.startswith("error.")}
    assert elsewhere - set(shared) == set()
