"""The adb server's smart-socket protocol, spoken by adbutils, with its two dangers taken out.

adbutils reacts to a refused connection by running `adb start-server` on port 5037 and waits without limit; here a
connection is only ever made to the server that was named and each answer of the server is waited for at most
`timeout_s`. What the *server* answers at once (version, transport, track-devices) is done here, in a worker thread.
What a *phone* may delay for ever happens afterwards on the event loop: the connected socket is handed over, so a hung
phone holds a socket but no thread.
"""

import re
import socket
from collections.abc import Callable
from typing import Protocol, TypeVar, cast

from adbutils import AdbClient, AdbConnection
from adbutils.errors import AdbConnectionError, AdbError, AdbTimeout

from .errors import AdbBridgeError, BridgeErrorCode, DeviceUnavailableError, ServerUnavailableError

HOST_TIMEOUT_S = 5.0
"""The longest a living local server takes for an answer of its own; measured 1 ms, a loaded mini-PC 100 ms."""

_T = TypeVar("_T")


class _Connection(Protocol):
    conn: socket.socket

    def send_command(self, cmd: str) -> None: ...
    def check_okay(self) -> None: ...
    def read_string(self, n: int) -> str: ...
    def read_string_block(self) -> str: ...
    def close(self) -> None: ...


class _NeverSpawningConnection(AdbConnection):  # type: ignore[misc]  # adbutils has no type marker
    """An AdbConnection that fails when nobody listens, instead of starting a server elsewhere."""

    def _safe_connect(self) -> socket.socket:
        return cast("socket.socket", self._create_socket())

    def close(self) -> None:
        """Close at once; the original sleeps 10 ms, which is most of a call's time here."""
        self.conn.close()


class HostClient(AdbClient):  # type: ignore[misc]  # adbutils has no type marker
    """adbutils' client bound to one server. Blocking: call it in a worker thread."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(host=host, port=port, socket_timeout=HOST_TIMEOUT_S)

    def make_connection(self, timeout: float | None = None) -> _Connection:
        """A connection whose every read and write ends within `timeout` seconds."""
        connection = cast("_Connection", _NeverSpawningConnection(self.host, self.port))
        connection.conn.settimeout(timeout or HOST_TIMEOUT_S)
        return connection

    def version(self) -> int:
        """The protocol version of the running server, 41 for every adb since 2018."""
        return _bounded(lambda: cast("int", self.server_version()))

    def switch_to(self, serial: str) -> socket.socket:
        """A socket on which the next request goes to that phone.

        Raises:
            DeviceUnavailableError: DEVICE_OFFLINE, DEVICE_UNAUTHORIZED as the server knows it.
            ServerUnavailableError: nobody answers.
        """
        return self._hand_over(f"host:transport:{serial}")

    def track(self) -> socket.socket:
        """A socket on which the server writes its list of devices now and at every change."""
        return self._hand_over("host:track-devices")

    def features_of(self, serial: str) -> frozenset[str]:
        """What the phone on this transport advertised and the server knows, such as `stat_v2`.

        Raises:
            As `switch_to`.
        """

        def ask() -> frozenset[str]:
            connection = self.make_connection()
            try:
                connection.send_command(f"host-serial:{serial}:features")
                connection.check_okay()
                return frozenset(connection.read_string_block().strip().split(","))
            finally:
                connection.close()

        return _bounded(ask)

    def connect_to(self, address: str, timeout_s: float) -> str:
        """The server's words about connecting to `host:port`; its OKAY alone says nothing."""
        return _bounded(lambda: cast("str", self.connect(address, timeout=timeout_s)))

    def disconnect_from(self, address: str) -> None:
        """Drop `host:port`; one that was not connected is fine."""
        _bounded(lambda: self.disconnect(address))

    def pair_with(self, address: str, secret: str, timeout_s: float) -> str:
        """The server's words about pairing with `host:port`; its OKAY alone says nothing."""
        return self._words(f"host:pair:{secret}:{address}", timeout_s)

    def reset_transport(self, serial: str) -> None:
        """Kick one transport; the server opens it anew when it can.

        Raises:
            DeviceUnavailableError: not listed.
        """
        self._words(f"host-serial:{serial}:reconnect", HOST_TIMEOUT_S)

    def _words(self, service: str, timeout_s: float) -> str:
        def exchange() -> str:
            connection = self.make_connection(timeout_s)
            try:
                connection.send_command(service)
                connection.check_okay()
                # adb 36 says `OKAY` to the request and then `FAIL` with the words for a pairing that did not work.
                head = connection.read_string(4)
                return connection.read_string_block() if head == "FAIL" else connection.read_string(int(head, 16))
            finally:
                connection.close()

        return _bounded(exchange)

    def _hand_over(self, service: str) -> socket.socket:
        def switch() -> socket.socket:
            connection = self.make_connection()
            try:
                connection.send_command(service)
                connection.check_okay()
            except BaseException:
                connection.close()
                raise
            return connection.conn

        return _bounded(switch)


def _bounded(call: Callable[[], _T]) -> _T:
    """Run one exchange with the server; every way it fails becomes an error of this package."""
    try:
        return call()
    except AdbTimeout as error:
        raise ServerUnavailableError(BridgeErrorCode.SERVER_UNAVAILABLE, "the adb server does not answer") from error
    except AdbConnectionError as error:
        raise ServerUnavailableError(BridgeErrorCode.SERVER_UNAVAILABLE, "no adb server is listening") from error
    except AdbError as error:
        raise refusal(str(error)) from error
    except TimeoutError as error:
        raise ServerUnavailableError(BridgeErrorCode.SERVER_UNAVAILABLE, "the adb server does not answer") from error
    except (OSError, ValueError) as error:
        raise ServerUnavailableError(BridgeErrorCode.SERVER_UNAVAILABLE, "the adb server hung up") from error


def refusal(words: str) -> AdbBridgeError:
    """What a FAIL of the server means (adb 34-36, `acquire_one_transport` in transport.cpp).

    `device unauthorized.`, `device still authorizing`, `no permissions` and `insufficient permissions` need a person;
    `device offline`, `device still connecting`, `device 'X' not found` and `closed` need patience. The words are not
    passed on: they hold serials.
    """
    if words in {"connection closed", ""} or words.startswith("Unknown data"):
        return ServerUnavailableError(BridgeErrorCode.SERVER_UNAVAILABLE, "the adb server hung up")
    if re.search(r"unauthorized|authorizing|permissions", words):
        return DeviceUnavailableError(BridgeErrorCode.DEVICE_UNAUTHORIZED)
    return DeviceUnavailableError(BridgeErrorCode.DEVICE_OFFLINE)
