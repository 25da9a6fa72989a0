"""Parts of consoles of other machines that need no network: addresses, announcements, keys in certificates, names."""

import contextlib
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from adb_bridge.shop_advert import ShopSighting, read_sighting
from crypto.console_certs import ConsoleKey, new_identity, read_request, spki_of_certificate
from daemon.api.consoles import ConsoleInvitation, InvitationState
from daemon.api.shops import NewShop, ShopAddress, ShopError, change_shop, keep_shop, list_shops, load_shop
from daemon.api.spki import spki_hash
from daemon.api.wire import Role
from daemon.cli.connect_shop import chosen, parse_place
from daemon.config_lan import LanSection
from daemon.errors import DaemonError
from daemon.people_names import is_same_name

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
IDENTITY = new_identity()
CERTIFICATE = x509.load_pem_x509_certificate(
    IDENTITY.certificate_for(read_request(ConsoleKey().request()), name="cn_1", now=NOW).pem.encode()
).public_bytes(Encoding.DER)


def other_certificates() -> list[bytes]:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "商店" * 10)])
    made = []
    for key in (ed25519.Ed25519PrivateKey.generate(), rsa.generate_private_key(65537, 2048)):
        builder = (
            x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(NOW).not_valid_after(NOW + timedelta(days=1))
        )  # fmt: skip
        algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else SHA256()
        made.append(builder.sign(key, algorithm).public_bytes(Encoding.DER))
    return made


def test_the_key_in_a_certificate_is_the_one_that_a_whole_library_finds() -> None:
    for certificate in (CERTIFICATE, *other_certificates()):
        assert spki_hash(certificate) == spki_of_certificate(certificate)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=80), st.tuples(st.integers(0, len(CERTIFICATE) - 1), st.integers(0, 255))))
def test_no_certificate_breaks_the_search_for_its_key(what: bytes | tuple[int, int]) -> None:
    if isinstance(what, tuple):
        changed = bytearray(CERTIFICATE)
        changed[what[0]] = what[1]
        what = bytes(changed)
    with contextlib.suppress(ValueError):
        assert len(spki_hash(what)) == 32


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("192.168.1.5", ("192.168.1.5", 8443)), ("192.168.1.5:9000", ("192.168.1.5", 9000)),
        ("shop-box", ("shop-box", 8443)), (" box.lan:8443 ", ("box.lan", 8443)), ("[fe80::1]:9", ("fe80::1", 9)),
        ("[::1]", ("::1", 8443)), ("fe80::1", ("fe80::1", 8443)),
        ("", None), ("box:", ("box", 8443)), ("box:0", None), ("box:65535", None), ("box:x", None), ("a b", None),
        ("[::1", None), ("[::1]x", None), ("user@box", None), ("https://box", None), ("box/x", None),
        ("b\x1b[2J", None),
        ("x" * 300, None), ("box:99999999", None),
    ],
)  # fmt: skip
def test_an_address_is_read_or_refused(text: str, place: tuple[str, int] | None) -> None:
    if place is None:
        with pytest.raises(DaemonError):
            parse_place(text)
    else:
        assert parse_place(text) == place


@pytest.mark.parametrize(
    ("section", "place"),
    [
        (LanSection(listen="192.168.1.5:8443"), ("192.168.1.5", 8443)),
        (LanSection(listen="[fd00::5]:8443"), ("fd00::5", 8443)),
        (LanSection(listen="0.0.0.0:8443", any_address=True), ("0.0.0.0", 8443)),
        (LanSection(listen="0.0.0.0:8443"), None), (LanSection(listen="[::]:8443"), None),
        (LanSection(listen="shop-box:8443"), None), (LanSection(listen="192.168.1.5"), None),
        (LanSection(listen="192.168.1.5:80"), None), (LanSection(listen="192.168.1.5:65535"), None),
        (LanSection(listen="fd00::5:8443"), None), (LanSection(listen="224.0.0.1:8443"), None), (LanSection(), None),
    ],
)  # fmt: skip
def test_where_to_listen_is_one_address_unless_all_are_asked_for(
    section: LanSection, place: tuple[str, int] | None
) -> None:
    if place is None:
        with pytest.raises(ValueError):
            section.place()
    else:
        assert section.place() == place


GOOD: dict[bytes, bytes | None] = {b"v": b"1", b"id": b"0123456789abcdef", b"pk": b"f" * 16}


def test_an_announcement_is_a_claim_of_a_local_address() -> None:
    seen = ShopSighting(instance="0123456789abcdef", pin_start="f" * 16, address="192.168.1.5", port=8443)
    assert read_sighting(GOOD, ["192.168.1.5", "8.8.8.8", "224.0.0.1", "x"], 8443) == (seen,)
    for changed in ({b"v": b"2"}, {b"id": b"../x"}, {b"pk": b""}, {b"id": None}, {b"v": b"\xff" * 900}):
        assert read_sighting(GOOD | changed, ["192.168.1.5"], 8443) == ()
    assert read_sighting(GOOD, ["192.168.1.5"], None) == read_sighting(GOOD, ["192.168.1.5"], 65535) == ()
    two = ShopSighting(instance="0123456789abcdef", pin_start="f" * 16, address="10.0.0.5", port=8443)
    third = ShopSighting(instance="a" * 16, pin_start="f" * 16, address="10.0.0.6", port=8443)
    assert chosen((seen, two, third)) == (seen, third)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.binary(max_size=6), st.none() | st.binary(max_size=40), max_size=6),
    st.lists(st.text(max_size=20), max_size=4),
    st.none() | st.integers(-5, 70_000),
)
def test_no_announcement_breaks_the_search(
    properties: dict[bytes, bytes | None], addresses: list[str], port: int | None
) -> None:
    for seen in read_sighting(properties, addresses, port):
        assert 0 < seen.port < 65535


def new_shop(instance: str = "a" * 16) -> NewShop:
    address = ShopAddress(host="192.168.1.5", port=8443, instance=instance, pin="b" * 64, expires_at=NOW)
    return NewShop(address=address, key=b"SECRET", certificate="cert", authority="ca")


def test_a_shop_is_kept_whole_for_its_owner_only_and_replaced_by_itself_only(tmp_path: Path) -> None:
    env = {"XDG_CONFIG_HOME": str(tmp_path)}
    kept = keep_shop("金鑫", new_shop(), env)
    assert kept == load_shop("金鑫", env) and kept.folder == tmp_path / "shopwarden" / "shops" / "金鑫"
    assert {stat.S_IMODE(one.stat().st_mode) for one in kept.folder.iterdir()} == {0o600}
    moved = change_shop(kept, msgspec.structs.replace(kept.address, host="192.168.1.6"), "newer")
    assert load_shop("金鑫", env) == moved and moved.certificate.read_text() == "newer"
    assert keep_shop("金鑫", new_shop(), env).certificate.read_text() == "cert"
    with pytest.raises(ShopError, match="shop.exists"):
        keep_shop("金鑫", new_shop("c" * 16), env)
    assert load_shop("金鑫", env).address.instance == "a" * 16
    (kept.folder / "shop.json").write_text('{"host": ""}')
    with pytest.raises(ShopError, match="shop.damaged"):
        load_shop("金鑫", env)
    assert list_shops(env) == ("金鑫",)
    for name in ("", ".", "..", "a/b", "a b", "x" * 41, "a\u202eb", ".hidden"):
        with pytest.raises(ShopError, match="shop.name"):
            keep_shop(name, new_shop(), env)
    assert [one.name for one in (tmp_path / "shopwarden" / "shops").iterdir()] == ["金鑫"]
    assert "SECRET" not in repr(new_shop())


def test_words_are_in_no_repr_and_a_person_is_one_however_they_come() -> None:
    shown = ConsoleInvitation(
        invitation_id="ci_1", state=InvitationState.OPEN, name="x", role=Role.REVIEWER, address="a:1", expires_at=NOW,
        wrong_tries=0, words="ocean tiger lamp", characters="海虎灯",
    )  # fmt: skip
    assert "ocean" not in f"{shown!r}{shown}" and "海" not in f"{shown!r}"
    assert is_same_name("console:Lin", "web:lin") and is_same_name("lin", "console:lin")
    assert not is_same_name("console:lin", "console:li")
