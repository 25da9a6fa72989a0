"""The sections `metrics` and `log` of shopwarden.toml."""

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsSection:
    """Figures for a monitor (Prometheus). Off unless one of the two is set; no phone, person or number is in them."""

    listen: str | None = None
    """`127.0.0.1:9469`: serve `/metrics` there. This machine only."""
    textfile: str | None = None
    """An absolute path that ends with `.prom`, written anew every `every_s` for node_exporter's textfile collector."""
    every_s: Annotated[float, Meta(ge=1, le=3600)] = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSection:
    """What the daemon tells its keeper, a JSON object a line."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    file: str | None = None
    """An absolute path instead of stderr (journald); opened anew when it was moved away or at SIGHUP."""
