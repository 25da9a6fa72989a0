"""Libraries in C that came inside of others: no package list names them, and scanners of packages do not see them."""

import ssl
import zlib
from dataclasses import dataclass

from cryptography.hazmat.backends.openssl.backend import backend

from .sqlcipher import connect


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """One library as it is loaded here."""

    name: str
    version: str
    inside: str
    """The package that brings it; `python` is the interpreter itself."""


def embedded_libraries() -> tuple[Embedded, ...]:
    """Asked of the libraries themselves."""
    with_database = {
        name: str(version) for name, version in zip(("SQLite", "SQLCipher", "OpenSSL"), _of_the_database(), strict=True)
    }
    return (
        *(Embedded(name=name, version=version, inside="sqlcipher3") for name, version in with_database.items()),
        Embedded(name="OpenSSL", version=_number(backend.openssl_version_text()), inside="cryptography"),
        Embedded(name="OpenSSL", version=_number(ssl.OPENSSL_VERSION), inside="python"),
        Embedded(name="zlib", version=zlib.ZLIB_RUNTIME_VERSION, inside="python"),
    )


def _of_the_database() -> tuple[str, str, str]:
    connection = connect(":memory:", busy_timeout_s=0.0)
    try:
        connection.execute("PRAGMA cipher_log_level = NONE").close()
        # The provider is there once there is something to encrypt; nothing is kept in this memory.
        connection.execute("PRAGMA key = 'versions'").close()
        asked = ("SELECT sqlite_version()", "PRAGMA cipher_version", "PRAGMA cipher_provider_version")
        answers = [connection.execute(question).fetchone() for question in asked]
    finally:
        connection.close()
    sqlite, cipher, provider = (str(answer[0]) if answer else "unknown" for answer in answers)
    return sqlite, cipher, _number(provider)


def _number(told: str) -> str:
    """`3.6.0` of `OpenSSL 3.6.0 1 Oct 2025`."""
    words = told.split()
    return words[1] if len(words) > 1 and words[0] == "OpenSSL" else told
