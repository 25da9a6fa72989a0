"""TLS of the simulated phone: who comes in by which key."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.spec import AuthMode, PhoneSpec, Security
from adb_bridge.simphone.wire.auth import HostKey, parse_host_key
from adb_bridge.simphone.wire.packets import MAX_PAYLOAD, VERSION, Packet, Verb, encode

from .simphone_support import Adb, adb_server, connected

HostPrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def host_key(adb: Adb) -> HostKey:
    return parse_host_key((Path(adb.env["HOME"]) / ".android" / "adbkey.pub").read_bytes())


def turned_away(phone: SimPhone) -> bytes:
    """What adb 36.0.0 says of a refused key. A closed port reads otherwise: `failed to connect to 'X': …`."""
    return f"failed to connect to {phone.address}\n".encode()


@asynccontextmanager
async def tls_phone(auth: AuthMode, *trusted: HostKey) -> AsyncIterator[SimPhone]:
    spec = PhoneSpec(serial="SIM1", security=Security.TLS, auth=auth, trusted_hosts=frozenset(trusted))
    phone = SimPhone(spec, SystemClock())
    await phone.start()
    try:
        yield phone
    finally:
        await phone.stop()


def client_context(home: Path, key: HostPrivateKey | None) -> ssl.SSLContext:
    """A TLS host that presents a self-signed certificate of `key`, or none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if key is not None:
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Adb")])
        start = datetime.now(UTC) - timedelta(days=1)
        builder = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + timedelta(days=9))
        certificate = builder.sign(key, hashes.SHA256())
        form = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        (home / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        (home / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, *form))
        context.load_cert_chain(home / "cert.pem", home / "key.pem")
    return context


async def first_packet(phone: SimPhone, context: ssl.SSLContext, *, stls: str = "first") -> bytes:
    """What the phone says inside TLS; raise `OSError` or `IncompleteReadError` when it does not."""
    host, _, port = phone.address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(encode(Packet(verb=Verb.CNXN, arg0=VERSION, arg1=MAX_PAYLOAD, payload=b"host::")))
    assert (await reader.readexactly(24))[:4] == b"STLS"
    answer = encode(Packet(verb=Verb.STLS, arg0=0x01000000, arg1=0))
    raw_write = writer.transport.write
    if stls == "first":
        raw_write(answer)
    starting = asyncio.create_task(writer.start_tls(context))
    if stls == "late":
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        raw_write(answer)
    try:
        await starting
        assert writer.get_extra_info("ssl_object").version() == "TLSv1.3"
        return (await reader.readexactly(24))[:4]
    finally:
        writer.transport.abort()


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public(key: rsa.RSAPrivateKey) -> HostKey:
    numbers = key.public_key().public_numbers()
    return HostKey(modulus=numbers.n, exponent=numbers.e)


@pytest.mark.parametrize("stls", ["first", "late"])
async def test_trusted_key_is_let_in_by_tls_1_3(tmp_path: Path, rsa_key: rsa.RSAPrivateKey, stls: str) -> None:
    async with tls_phone(AuthMode.REFUSE, public(rsa_key)) as phone:
        assert await first_packet(phone, client_context(tmp_path, rsa_key), stls=stls) == b"CNXN"


async def test_nobody_is_let_in_without_the_key_of_a_known_host(tmp_path: Path, rsa_key: rsa.RSAPrivateKey) -> None:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    contexts = [client_context(tmp_path, key) for key in (stranger, ec.generate_private_key(ec.SECP256R1()), None)]
    async with tls_phone(AuthMode.REFUSE, public(rsa_key)) as phone:
        for context in contexts:
            with pytest.raises((OSError, asyncio.IncompleteReadError)):
                await first_packet(phone, context)
        assert phone.doors.links == ()


async def test_real_adb_with_a_known_key_and_with_another(adb: Adb, tmp_path: Path) -> None:
    async with connected(adb, PhoneSpec(serial="SIM0")):  # makes adb create its key
        known = host_key(adb)
    async with tls_phone(AuthMode.REFUSE, known) as phone:
        assert (await adb.run("connect", phone.address)).out == f"connected to {phone.address}\n".encode()
        await adb.until(phone.address, "device")
        assert (await adb.shell(phone, "getprop ro.serialno")).out == b"SIM1\n"
        with adb_server(tmp_path) as other:
            answer = await other.run("connect", phone.address)
            assert answer.out == turned_away(phone)
            assert await other.state(phone.address) != "device"
        assert (await adb.shell(phone, "echo still")).out == b"still\n"
        await adb.run("disconnect", phone.address)


async def test_real_adb_with_two_keys_takes_the_known_one(tmp_path: Path, rsa_key: rsa.RSAPrivateKey) -> None:
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "vendor_key").write_bytes(rsa_key.private_bytes(*form))
    with adb_server(tmp_path / "home", ADB_VENDOR_KEYS=str(tmp_path / "vendor_key")) as adb:
        async with tls_phone(AuthMode.REFUSE, public(rsa_key)) as phone:
            await adb.run("connect", phone.address)
            await adb.until(phone.address, "device")


async def test_pending_phone_turns_a_host_away_until_the_person_says_yes(adb: Adb) -> None:
    async with tls_phone(AuthMode.PENDING) as phone:
        assert (await adb.run("connect", phone.address)).out == turned_away(phone)
        phone.allow_host()
        await adb.run("connect", phone.address)
        await adb.until(phone.address, "device")
        await phone.faults.unauthorize()
        await adb.run("disconnect", phone.address)
        assert (await adb.run("connect", phone.address)).out == turned_away(phone)
        await adb.run("disconnect", phone.address)
