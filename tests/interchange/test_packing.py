"""Packs: a project and its media in one file, and back."""

from __future__ import annotations

import copy
import hashlib
import os
import stat
import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from cutroom.edit.project_file import dump, load
from cutroom.errors import (
    DiskFullError,
    MediaError,
    MediaNotFoundError,
    OutputError,
    ProjectExistsError,
    ProjectFileError,
)
from cutroom.interchange.packing import pack, unpack
from cutroom.schema.clip import Clip, MediaSource
from cutroom.schema.document import Document, Timeline
from cutroom.schema.media import Fingerprint, Media, VideoStream
from cutroom.schema.track import Track

F = Fraction


def media(folder: Path, path: str, content: bytes, media_id: str) -> Media:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(content)
    fingerprint = Fingerprint(sha256=hashlib.sha256(content).hexdigest(), size=len(content))
    video = VideoStream(
        index=0, codec="h264", width=64, height=36, rate=F(30), duration=F(5), frames=150, pixel_format="yuv420p"
    )
    return Media(id=media_id, path=path, fingerprint=fingerprint, format="mp4", duration=F(5), video=video)


@pytest.fixture
def project(tmp_path: Path) -> tuple[Document, Path]:
    """Two files with one name, one of them unused, and one outside of the project's folder."""
    folder = tmp_path / "home"
    known = [
        media(folder, "a/film.mp4", b"first" * 70_000, "m_a"),
        media(folder, "b/film.mp4", b"second", "m_b"),
        media(folder, "unused.mp4", b"third", "m_c"),
    ]
    clips = tuple(Clip(id=f"c_{name}", source=MediaSource(media=f"m_{name}"), duration=F(1)) for name in "ab")
    track = Track(id="t_1", kind="video", title="V1", items=clips)
    return Document(id="p_1", media=tuple(known), timeline=Timeline(tracks=(track,))), folder


def test_a_pack_comes_back_whole(project: tuple[Document, Path], tmp_path: Path) -> None:
    document, folder = project
    seen: list[tuple[int, int]] = []
    packed = pack(document, folder, tmp_path / "lesson.zip", on_progress=lambda *done: seen.append(done))
    assert packed.files == ("media/film.mp4", "media/film-2.mp4")
    assert packed.left_out == ("unused.mp4",)
    assert seen[-1] == (350_006, 350_006)
    with zipfile.ZipFile(packed.path) as archive:  # any other program can open it
        assert archive.testzip() is None
    there = unpack(packed.path, tmp_path / "class" / "lesson")
    assert there == tmp_path / "class" / "lesson" / "lesson.tlp"
    again, _ = load(there)
    assert [m.path for m in again.media] == ["media/film.mp4", "media/film-2.mp4", "unused.mp4"]
    assert again.timeline == document.timeline
    for old, new in zip(document.media[:2], again.media, strict=False):
        assert (there.parent / new.path).read_bytes() == (folder / old.path).read_bytes()
    assert [path.name for path in (tmp_path / "class").iterdir()] == ["lesson"]


@pytest.mark.parametrize(("which", "files"), [("all", 3), ("used", 2), ("none", 0)])
def test_all_the_used_or_no_media(project: tuple[Document, Path], tmp_path: Path, which: str, files: int) -> None:
    document, folder = project
    packed = pack(document, folder, tmp_path / "x.zip", media=which)  # type: ignore[arg-type]
    assert len(packed.files) == files
    assert unpack(packed.path, tmp_path / "out").is_file()


def test_what_is_left_out_keeps_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    known = [
        media(folder, "raw/clip.mp4", b"used", "m_a"),
        media(folder, "media/clip.mp4", b"unused", "m_b"),
        media(folder, "media/Clip-2.mp4", b"unused as well", "m_c"),
    ]
    clips = (Clip(id="c_a", source=MediaSource(media="m_a"), duration=F(1)),)
    document = Document(
        id="p_1",
        media=tuple(known),
        timeline=Timeline(tracks=(Track(id="t_1", kind="video", title="V1", items=clips),)),
    )
    packed = pack(document, folder, tmp_path / "lesson.zip")
    assert packed.files == ("media/clip-3.mp4",)
    there = unpack(packed.path, tmp_path / "out")
    again, _ = load(there)
    assert [m.path for m in again.media] == ["media/clip-3.mp4", "media/clip.mp4", "media/Clip-2.mp4"]
    assert (there.parent / "media/clip-3.mp4").read_bytes() == b"used"


def test_a_pack_is_written_whole_or_not_at_all(project: tuple[Document, Path], tmp_path: Path) -> None:
    document, folder = project
    output = tmp_path / "lesson.zip"
    output.write_bytes(b"older")
    with pytest.raises(OutputError, match=r"\.zip"):
        pack(document, folder, tmp_path / "lesson.mp4")
    (folder / "b/film.mp4").write_bytes(b"secund")
    with pytest.raises(MediaError, match="has changed"):
        pack(document, folder, output)
    (folder / "b/film.mp4").unlink()
    with pytest.raises(MediaNotFoundError, match="there is no file"):
        pack(document, folder, output)
    assert output.read_bytes() == b"older"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "lesson.zip"]


def rewritten(source: Path, target: Path, change: Callable[[zipfile.ZipFile, zipfile.ZipInfo, bytes], None]) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            change(new, entry, old.read(entry))
    return target


def evil(name: str, *, mode: int = 0) -> Callable[[zipfile.ZipFile, zipfile.ZipInfo, bytes], None]:
    """Calls the first media by another name, in the project file as well."""

    def change(new: zipfile.ZipFile, entry: zipfile.ZipInfo, data: bytes) -> None:
        if entry.filename == "media/film.mp4":
            renamed = zipfile.ZipInfo(name)
            renamed.external_attr = mode << 16
            new.writestr(renamed, data)
        else:
            new.writestr(entry.filename, data.replace(b"media/film.mp4", name.encode()))

    return change


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("../film.mp4", 0),
        ("media/../../film.mp4", 0),
        ("/tmp/film.mp4", 0),
        ("media/sub/film.mp4", 0),
        ("media/..", 0),
        ("media\\..\\film.mp4", 0),
        ("film.mp4", 0),
        ("media/film.mp4", stat.S_IFLNK | 0o777),
    ],
)
def test_names_that_lead_elsewhere_are_refused(
    project: tuple[Document, Path], tmp_path: Path, name: str, mode: int
) -> None:
    document, folder = project
    packed = pack(document, folder, tmp_path / "good.zip")
    bad = rewritten(packed.path, tmp_path / "bad.zip", evil(name, mode=mode))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ProjectFileError):
        unpack(bad, tmp_path / "out")
    assert sorted(tmp_path.rglob("*")) == before


def test_contents_that_are_not_what_the_project_says_are_refused(
    project: tuple[Document, Path], tmp_path: Path
) -> None:
    document, folder = project
    packed = pack(document, folder, tmp_path / "good.zip")

    def other(new: zipfile.ZipFile, entry: zipfile.ZipInfo, data: bytes) -> None:
        new.writestr(entry.filename, data[:-1] + b"x" if entry.filename.startswith("media") else data)

    def longer(new: zipfile.ZipFile, entry: zipfile.ZipInfo, data: bytes) -> None:
        new.writestr(entry.filename, data + b"x" if entry.filename.startswith("media") else data)

    def more(new: zipfile.ZipFile, entry: zipfile.ZipInfo, data: bytes) -> None:
        new.writestr(entry.filename, data)
        if entry.filename.endswith(".tlp"):
            new.writestr("media/more.mp4", b"more")

    def shorter(new: zipfile.ZipFile, entry: zipfile.ZipInfo, data: bytes) -> None:
        new.writestr(entry.filename, data[:-1] if entry.filename.startswith("media") else data)

    for number, change in enumerate((other, longer, shorter)):
        with pytest.raises(ProjectFileError, match="not what its project says"):
            unpack(rewritten(packed.path, tmp_path / f"{number}.zip", change), tmp_path / "out")
    with pytest.raises(ProjectFileError, match="no file of its project"):
        unpack(rewritten(packed.path, tmp_path / "more.zip", more), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_nothing_is_unpacked_that_is_larger_than_it_says(project: tuple[Document, Path], tmp_path: Path) -> None:
    document, folder = project
    packed = pack(document, folder, tmp_path / "good.zip")
    written: list[int] = []

    def zeros(media_size: int, project_size: int) -> Callable[[zipfile.ZipFile, zipfile.ZipInfo, bytes], None]:
        def change(new: zipfile.ZipFile, entry: zipfile.ZipInfo, data: bytes) -> None:
            more = media_size if entry.filename.startswith("media") else project_size
            new.writestr(entry.filename, data + b" " * more, zipfile.ZIP_DEFLATED)

        return change

    for number, sizes in enumerate([(10**8, 0), (0, 10**7), (0, 0)]):  # squeezed, in all of them: packs never are
        bad = rewritten(packed.path, tmp_path / f"{number}.zip", zeros(*sizes))
        with pytest.raises(ProjectFileError, match="squeezed"):
            unpack(bad, tmp_path / "out", on_progress=lambda done, total: written.append(done))
    many = Document(id="p_1", media=tuple(document.media[0].evolve(id=f"m_{i}", path=f"media/{i}") for i in range(9)))
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as new:  # nine names for one and the same stretch of bytes
        new.writestr("many.tlp", dump(many))
        new.writestr("media/0", (folder / "a/film.mp4").read_bytes())
        for number in range(1, 9):
            again = copy.copy(new.getinfo("media/0"))
            again.filename = again.orig_filename = f"media/{number}"
            new.filelist.append(again)
            new.NameToInfo[again.filename] = again
        new._didModify = True  # type: ignore[attr-defined]
    with pytest.raises(ProjectFileError, match="more than it has"):
        unpack(tmp_path / "many.zip", tmp_path / "out", on_progress=lambda done, total: written.append(done))
    assert written == []
    assert not (tmp_path / "out").exists()


def test_what_is_unpacked_is_on_the_disk_before_it_has_its_name(
    project: tuple[Document, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, folder = project
    packed = pack(document, folder, tmp_path / "good.zip")
    synced: set[int] = set()
    fsync, rename = os.fsync, os.rename
    monkeypatch.setattr(os, "fsync", lambda fd: (synced.add(os.fstat(fd).st_ino), fsync(fd))[1])
    missing: list[Path] = []

    def named(source: Path, target: Path) -> None:
        missing.extend(path for path in (source, *source.rglob("*")) if path.stat().st_ino not in synced)
        rename(source, target)

    monkeypatch.setattr(os, "rename", named)
    there = unpack(packed.path, tmp_path / "out")
    assert missing == []
    assert len(list(there.parent.rglob("*"))) == 4


def test_a_project_that_is_refused_leaves_nothing(project: tuple[Document, Path], tmp_path: Path) -> None:
    document, folder = project
    packed = pack(document, folder, tmp_path / "good.zip")
    asked: list[Document] = []

    def refuse(found: Document) -> None:
        asked.append(found)
        raise MediaError("no")

    with pytest.raises(MediaError, match="no"):
        unpack(packed.path, tmp_path / "out", check=refuse)
    assert [found.timeline for found in asked] == [document.timeline]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["good.zip", "home"]


def test_what_is_no_pack_is_refused(project: tuple[Document, Path], tmp_path: Path) -> None:
    document, folder = project
    packed = pack(document, folder, tmp_path / "good.zip")
    data = packed.path.read_bytes()
    for content in (b"", b"not a zip", data[: len(data) // 2], dump(document)):
        (tmp_path / "x.zip").write_bytes(content)
        with pytest.raises(ProjectFileError):
            unpack(tmp_path / "x.zip", tmp_path / "out")
    broken = bytearray(data)
    broken[len(data) // 2] ^= 255
    (tmp_path / "x.zip").write_bytes(broken)
    with pytest.raises(ProjectFileError):
        unpack(tmp_path / "x.zip", tmp_path / "out")
    with pytest.raises(ProjectFileError, match="no file"):
        unpack(tmp_path / "missing.zip", tmp_path / "out")
    (tmp_path / "out").mkdir()
    with pytest.raises(ProjectExistsError):
        unpack(packed.path, tmp_path / "out")


def test_a_disk_without_room_is_told_before(
    project: tuple[Document, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, folder = project
    packed = pack(document, folder, tmp_path / "good.zip")
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 100})())
    with pytest.raises(DiskFullError):
        unpack(packed.path, tmp_path / "out")
    assert not (tmp_path / "out").exists()
