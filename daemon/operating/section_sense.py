"""What the types of the sections `metrics` and `log` cannot say."""

import ipaddress
from pathlib import Path

from adb_bridge.addresses import parse_address

from .sections import LogSection, MetricsSection


def wrong_key(metrics: MetricsSection, log: LogSection) -> tuple[str, str] | None:
    """The first key that makes no sense and what would be right."""
    if metrics.listen is not None and not _is_loopback(metrics.listen):
        return "metrics.listen", "an address of this machine with a port, such as 127.0.0.1:9469"
    if metrics.textfile is not None and not (Path(metrics.textfile).is_absolute() and _is_prom(metrics.textfile)):
        return "metrics.textfile", "an absolute path that ends with .prom"
    if log.file is not None and not Path(log.file).is_absolute():
        return "log.file", "an absolute path"
    return None


def host_and_port(address: str) -> tuple[str, int]:
    """Of an address that `wrong_key` takes."""
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def _is_prom(path: str) -> bool:
    return path.endswith(".prom")


def _is_loopback(address: str) -> bool:
    try:
        if parse_address(address) != address:
            return False
        host, _ = host_and_port(address)
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
