"""What `verify` found in words: a table beside the ledger by what it holds, with what is to be done about it."""

from .texts import Texts

_TABLE = "table:"


def place_in_words(texts: Texts, first_bad: str) -> str:
    """A table by what it holds; every other place as it is."""
    name = _name_in(first_bad)
    return texts.get(f"verify.table.{name}") if name and texts.has(f"verify.table.{name}") else first_bad


def advice_for(texts: Texts, problem: str, first_bad: str | None) -> str | None:
    """What to do; None when the catalog knows nothing."""
    name = _name_in(first_bad or "")
    said = [texts.get(key) for key in (f"verify.advice.{problem}", f"verify.table_advice.{name}") if texts.has(key)]
    return " ".join(said) if said else None


def _name_in(first_bad: str) -> str:
    return first_bad.removeprefix(_TABLE) if first_bad.startswith(_TABLE) else ""
