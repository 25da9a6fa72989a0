"""The API while the vault is closed: it says so, and takes the passphrase. Every other route is refused."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NoReturn

import msgspec
from aiohttp import web

from crypto.errors import CryptoError, KeyUnavailableError, WrongKeyError
from crypto.secrets import PassphraseSecret, Secret
from crypto.vault_keys import VaultKeys

from ..api.exit_codes import ExitCode
from ..api.requests import Nothing
from ..api.unlocking import SealedState, UnlockRequest
from ..api.wire import Role
from ..http.call import ApiRoute
from ..http.routes import ROUTES
from ..roles import Permission
from ..service import Caller, Service, ServiceError

UNLOCK_PATH: Final = "/v1/unlock"
_AFTER_WRONG_S: Final = 1.0
OpenVault = Callable[[Secret], VaultKeys]


class Gate:
    """Waits for somebody who can open the vault."""

    def __init__(self, opens: OpenVault, problem: str | None, state: Callable[[], SealedState]) -> None:
        """`opens` blocks for about half a second and raises what `open_keyring` raises."""
        self._opens = opens
        self.problem = problem
        self._state = state
        self._trying = asyncio.Lock()
        self._opened: asyncio.Future[VaultKeys] = asyncio.get_running_loop().create_future()

    async def opened(self) -> VaultKeys:
        """The keys, once somebody gave what opens them."""
        return await self._opened

    def let_in(self, keys: VaultKeys) -> None:
        """The vault is open; the first keys count."""
        if not self._opened.done():
            self._opened.set_result(keys)

    async def unlock(self, request: UnlockRequest) -> SealedState:
        """ServiceError `key.wrong`: one try at a time, and a wrong one costs a second more."""
        async with self._trying:
            if not self._opened.done():
                try:
                    keys = await asyncio.to_thread(self._opens, PassphraseSecret.from_text(request.passphrase))
                except (WrongKeyError, KeyUnavailableError) as error:
                    await asyncio.sleep(_AFTER_WRONG_S)
                    raise ServiceError(error.code.value, http_status=403, exit_code=ExitCode.VAULT) from None
                except CryptoError as error:
                    raise ServiceError(error.code.value, http_status=503, exit_code=ExitCode.VAULT) from None
                self.let_in(keys)
        return msgspec.structs.replace(self._state(), is_sealed=False)

    def routes(self) -> tuple[ApiRoute, ...]:
        """State and unlocking, beside the routes of the open vault, which `ClosedService` refuses."""
        return (_StateRoute(self._state), _UnlockRoute(self), *ROUTES)


@dataclass(frozen=True, slots=True)
class _StateRoute:
    state: Callable[[], SealedState]
    method: str = "GET"
    path: str = UNLOCK_PATH
    permission: Permission = Permission.HELLO
    summary: str = "Whether the vault is closed, and what is collected meanwhile"
    status: int = 200
    query: type[msgspec.Struct] = Nothing
    body: type[msgspec.Struct] = Nothing
    answer: type[msgspec.Struct] = SealedState
    content_type: str = "application/json"

    async def run(self, request: web.Request, payload: bytes, service: Service, caller: Caller) -> bytes:
        """See `ApiRoute`."""
        return msgspec.json.encode(self.state())


@dataclass(frozen=True, slots=True)
class _UnlockRoute:
    gate: Gate
    method: str = "POST"
    path: str = UNLOCK_PATH
    permission: Permission = Permission.HELLO
    summary: str = "Open the vault"
    status: int = 200
    query: type[msgspec.Struct] = Nothing
    body: type[msgspec.Struct] = UnlockRequest
    answer: type[msgspec.Struct] = SealedState
    content_type: str = "application/json"

    async def run(self, request: web.Request, payload: bytes, service: Service, caller: Caller) -> bytes:
        """See `ApiRoute`. Owners and the store's admin may."""
        if caller.role not in (Role.OWNER, Role.ADMIN):
            raise ServiceError(
                "permission.denied", http_status=403, exit_code=ExitCode.NOT_PERMITTED, role=caller.role.value
            )
        try:
            asked = msgspec.json.decode(payload, type=UnlockRequest)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise ServiceError(
                "request.invalid", http_status=400, exit_code=ExitCode.USAGE, problem="passphrase"
            ) from None
        return msgspec.json.encode(await self.gate.unlock(asked))


class ClosedService:
    """Stands for the service of the open vault: whatever is asked of it is refused."""

    def __getattr__(self, name: str) -> NoReturn:
        raise ServiceError("vault.sealed", http_status=503, exit_code=ExitCode.VAULT)
