"""The two pages: the login and the terminal. Every value that goes into them is escaped here."""

import html
from pathlib import Path
from string import Template
from typing import Final

from daemon.api.texts import Language, Texts, load_texts

CATALOG: Final = Path(__file__).parent.parent / "catalog"
_TEMPLATES: Final = Path(__file__).parent / "templates"
_LOGIN_WORDS: Final = ("title", "heading", "account", "password", "enter", "about")
_TERMINAL_WORDS: Final = ("title", "opening", "ended", "again", "leave", "no_script")


class Pages:
    """Both, in both languages."""

    def __init__(self) -> None:
        self._texts = {language: load_texts(language.value, CATALOG) for language in Language}
        self._login = Template((_TEMPLATES / "login.html").read_text("utf-8"))
        self._terminal = Template((_TEMPLATES / "terminal.html").read_text("utf-8"))

    def login(self, language: Language, trouble: str = "") -> str:
        """`trouble`: what went wrong with the last try, in words."""
        texts = self._texts[language]
        other = Language.EN if language is Language.ZH else Language.ZH
        values = _words(texts, _LOGIN_WORDS) | {
            "language": language.value,
            "other": other.value,
            "other_word": texts.get("app.web.other"),
            "trouble": trouble,
        }
        return _filled(self._login, values)

    def terminal(self, language: Language, account: str) -> str:
        """The page that the console runs in."""
        texts = self._texts[language]
        who = texts.get("app.web.who", account=account)
        return _filled(self._terminal, _words(texts, _TERMINAL_WORDS) | {"language": language.value, "who": who})

    def say(self, language: Language, key: str) -> str:
        """A sentence for either."""
        return self._texts[language].get(f"app.web.{key}")


def _words(texts: Texts, names: tuple[str, ...]) -> dict[str, str]:
    return {name: texts.get(f"app.web.{name}") for name in names}


def _filled(template: Template, values: dict[str, str]) -> str:
    return template.substitute({name: html.escape(value, quote=True) for name, value in values.items()})
