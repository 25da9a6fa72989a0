"""The file tree against a model, content against plain bytes, and messages whose text is anything."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.contents import Stored, Synthetic, pieces
from adb_bridge.simphone.files import Files
from adb_bridge.simphone.mms_rows import Mms, MmsPart
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.providers.query import Query, parse_uri
from adb_bridge.simphone.providers.registry import find_provider
from adb_bridge.simphone.spec import PhoneSpec
from adb_bridge.simphone.watches import FileEvent, Inotify

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NAMES = st.sampled_from(["a", "b", "c d", "录音", "\udcff", "line\nbreak"])
STEPS = st.tuples(
    st.sampled_from(["write", "append", "rename", "remove", "truncate"]), NAMES, NAMES, st.binary(max_size=9)
)


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, max_size=20))
def test_the_tree_is_what_was_done_to_it_and_every_change_is_told(steps: list[tuple[str, str, str, bytes]]) -> None:
    files, model = Files(now=lambda: NOW), {}
    folder = files.make_directory("/sdcard/f")
    told = Inotify()
    told.add(folder.watches, FileEvent.CREATE | FileEvent.DELETE | FileEvent.MOVED_FROM | FileEvent.MOVED_TO)
    for verb, one, other, data in steps:
        path = f"/sdcard/f/{one}"
        match verb:
            case "write":
                files.write(path, data)
                model[one] = data
            case "append":
                files.append(path, data)
                model[one] = model.get(one, b"") + data
            case "rename" if one in model and one != other:
                files.rename(path, f"/sdcard/f/{other}")
                model[other] = model.pop(one)
            case "remove":
                assert files.remove(path) == (one in model)
                model.pop(one, None)
            case "truncate" if one in model:
                files.truncate(path, len(data))
                model[one] = model[one][: len(data)].ljust(len(data), b"\0")
            case _:
                pass
    assert {name: files.read(f"/sdcard/f/{name}") for name, _ in files.entries("/sdcard/f")} == model
    alive: set[str | None] = set()
    for notice in told.drain():
        if notice.events & (FileEvent.CREATE | FileEvent.MOVED_TO):
            alive.add(notice.name)
        else:
            alive.discard(notice.name)
    assert alive == set(model)


@settings(max_examples=60, deadline=None)
@given(size=st.integers(0, 400_000), offset=st.integers(0, 400_000), length=st.integers(0, 200_000))
def test_made_up_bytes_are_the_same_however_they_are_read(size: int, offset: int, length: int) -> None:
    content = Synthetic(size, seed=4)
    whole = b"".join(pieces(content))
    assert len(whole) == size
    assert content.read(offset, length) == whole[offset : offset + length]
    assert b"".join(pieces(content, offset=offset, size=length)) == whole[offset : offset + length]
    assert Stored(whole).read(offset, length) == content.read(offset, length)


@settings(max_examples=60, deadline=None)
@given(subject=st.text(max_size=30), text=st.text(max_size=60), sender=st.text(max_size=20))
def test_a_message_comes_back_byte_for_byte(subject: str, text: str, sender: str) -> None:
    phone = SimPhone(PhoneSpec(serial="SIMPROP"), SystemClock())
    part = MmsPart(content_type="text/plain", text=text)
    phone.store.load_mms([Mms(at=NOW, sender=sender, subject=subject, parts=(part,))])

    def hexed(uri: str, column: str) -> bytes:
        provider = find_provider(phone.handset, parse_uri(uri))
        assert provider is not None
        query = Query(uri=parse_uri(uri), projection=(f"hex({column})",), where=None, sort=None)
        cursor = provider.query(query)
        assert cursor is not None
        value = next(cursor.pages)[0][0]
        assert isinstance(value, bytearray)
        return bytes.fromhex(value.decode())

    assert hexed("content://mms/1/part", "text").decode() == text
    # Subjects and addresses hold each byte of their UTF-8 as one Latin-1 character.
    assert hexed("content://mms/1", "sub").decode().encode("latin-1").decode() == subject
    assert hexed("content://mms/1/addr", "address").decode().encode("latin-1").decode() == sender
    phone.store.close()
