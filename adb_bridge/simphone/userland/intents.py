"""Intents as `am` takes them from its words and prints them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_EXTRAS: Final = ("--es", "-e", "--ei", "--ez", "--el", "--ef", "--eu", "--ecn", "--esa", "--eia")
_PRIVATE: Final = ("tel:", "sip:", "sms:", "smsto:", "mailto:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What the words said; None for what they did not say."""

    action: str | None = None
    data: str | None = None
    kind: str | None = None
    """MIME type."""
    component: str | None = None
    package: str | None = None
    flags: int = 0
    extras: Mapping[str, str]

    def __str__(self) -> str:
        """As `Intent.toString`: numbers and addresses in `dat=` are made unreadable."""
        parts = []
        for name, value in (
            ("act", self.action),
            ("dat", None if self.data is None else safe_uri(self.data)),
            ("typ", self.kind),
            ("flg", f"{self.flags:#x}" if self.flags else None),
            ("pkg", self.package),
            ("cmp", self.component),
        ):
            if value is not None:
                parts.append(f"{name}={value}")
        if self.extras:
            parts.append("(has extras)")
        return f"Intent {{ {' '.join(parts)} }}"

    @property
    def target(self) -> str | None:
        """The package it names."""
        return self.package or (self.component.partition("/")[0] if self.component else None)


def read_intent(words: tuple[str, ...]) -> Intent:
    """Options that mean nothing here are passed over; a last word without option is data or a component."""
    given: dict[str, str] = {}
    extras: dict[str, str] = {}
    flags, rest = 0, list(words)
    names = {"-a": "action", "-d": "data", "-t": "kind", "-n": "component", "-p": "package"}
    while rest:
        word = rest.pop(0)
        if word in names and rest:
            given[names[word]] = rest.pop(0)
        elif word in _EXTRAS and len(rest) >= 2:
            key = rest.pop(0)
            extras[key] = rest.pop(0)
        elif word == "-f" and rest:
            flags = int(value, 0) if re.fullmatch(r"0x[0-9a-fA-F]+|[0-9]+", value := rest.pop(0)) else 0
        elif word in ("-c", "--user", "--display", "--esn", "--receiver-permission") and rest:
            rest.pop(0)
        elif not word.startswith("-"):
            given.setdefault("component" if "/" in word and ":" not in word else "data", word)
    return Intent(
        action=given.get("action"),
        data=given.get("data"),
        kind=given.get("kind"),
        component=given.get("component"),
        package=given.get("package"),
        flags=flags,
        extras=extras,
    )


def safe_uri(uri: str) -> str:
    """`Uri.toSafeString`: in numbers and addresses every character but `-`, `@` and `.` becomes `x`."""
    scheme = next((one for one in _PRIVATE if uri.lower().startswith(one)), None)
    return uri if scheme is None else scheme + re.sub(r"[^-@.]", "x", uri[len(scheme) :])
