"""A text that no log, exception, print or repr may show: a screen lock's PIN, a customer's number, a key of an app."""

import hmac
from typing import Final

_SHOWN: Final = "<secret>"


class Secret:
    """Holds one text. Whatever is made of it by accident (`str`, `repr`, `format`, f-strings, `%s`) says `<secret>`;
    it cannot be pickled or copied deeply (so `dataclasses.asdict` refuses it), nor encoded."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself. For the place that sends it to the phone, and nowhere else."""
        return self._text

    def __repr__(self) -> str:
        return _SHOWN

    __str__ = __repr__

    def __format__(self, _spec: str) -> str:
        return _SHOWN

    def __eq__(self, other: object) -> bool:
        """By content, in a time that does not depend on where they differ."""
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(
            self._text.encode(errors="surrogatepass"), other._text.encode(errors="surrogatepass")
        )

    __hash__ = None  # type: ignore[assignment]  # a hash of a four-digit PIN is the PIN

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written anywhere")
