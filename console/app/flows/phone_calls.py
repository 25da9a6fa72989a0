"""Calls about phones: enrolment, and how phones are reached."""

from collections.abc import Awaitable
from typing import Final

from daemon.api.calling import READ_TIMEOUT_S, segment
from daemon.api.connecting import PairingReport, PairRequest
from daemon.api.requests import ConnectReport, ConnectRequest, EndEnrolmentRequest
from daemon.api.wire import Device, Enrolment, EnrolRequest

from ..client_port import ConsoleClient

CONNECT_TIMEOUT_S: Final = 45.0
PAIR_TIMEOUT_S: Final = 90.0


def device_now(client: ConsoleClient, serial: str) -> Awaitable[Device]:
    """With what lists leave out: the changes of its clock."""
    return client.call("GET", f"/v1/devices/{segment(serial)}", Device, timeout_s=READ_TIMEOUT_S)


def enrol(client: ConsoleClient, request: EnrolRequest) -> Awaitable[Enrolment]:
    """Collecting starts with it."""
    return client.call("POST", "/v1/enrolments", Enrolment, body=request, timeout_s=READ_TIMEOUT_S)


def unenrol(client: ConsoleClient, serial: str, reason: str) -> Awaitable[Enrolment]:
    """Collecting stops with it."""
    path = f"/v1/enrolments/{segment(serial)}/end"
    return client.call("POST", path, Enrolment, body=EndEnrolmentRequest(reason=reason), timeout_s=READ_TIMEOUT_S)


def connect(client: ConsoleClient, address: str) -> Awaitable[ConnectReport]:
    """To a phone in the LAN, `host:port`."""
    request = ConnectRequest(address=address)
    return client.call("POST", "/v1/connections", ConnectReport, body=request, timeout_s=CONNECT_TIMEOUT_S)


def pair(client: ConsoleClient, address: str, code: str) -> Awaitable[PairingReport]:
    """By the code that the phone shows."""
    request = PairRequest(address=address, code=code)
    return client.call("POST", "/v1/pairings/code", PairingReport, body=request, timeout_s=PAIR_TIMEOUT_S)
