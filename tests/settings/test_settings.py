"""Settings: precedence, sources, errors; folders that only their owner may enter."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from cutroom.errors import AccessDeniedError, OutputError, UnknownNameError, ValidationError
from cutroom.settings import on_network_disk, private_folder, settings
from cutroom.settings.folders import _kind_of
from cutroom.settings.values import RUNTIME_DIR_BYTES, Settings


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No configuration of the machine's own reaches these tests."""
    for key in list(os.environ):
        if key.startswith(("CUTROOM_", "XDG_")):
            monkeypatch.delenv(key)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_defaults_are_absolute_and_say_so() -> None:
    now = settings()
    assert all(folder.is_absolute() for folder in (now.cache_dir, now.data_dir, now.runtime_dir))
    assert set(now.sources.values()) == {"default"}
    assert now.telemetry == "local"


def test_environment_beats_file_beats_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(f'cache_dir = "{(tmp_path / "from-file").as_posix()}"\ndata_dir = "~/kept"\n')
    monkeypatch.setenv("CUTROOM_CONFIG_FILE", str(file))
    monkeypatch.setenv("CUTROOM_CACHE_DIR", str(tmp_path / "from-environment"))
    now = settings()
    assert now.cache_dir == tmp_path / "from-environment"
    assert now.data_dir == tmp_path / "kept"
    assert now.sources["cache_dir"] == "environment CUTROOM_CACHE_DIR"
    assert now.sources["data_dir"] == f"file {file}"
    table = now.to_df()
    assert list(table.columns) == ["setting", "value", "source"]
    assert table.set_index("setting").loc["data_dir", "value"] == str(tmp_path / "kept")


def test_a_changed_variable_counts_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings().telemetry == "local"
    monkeypatch.setenv("CUTROOM_TELEMETRY", "off")
    assert settings().telemetry == "off"


def test_a_value_that_does_not_fit_names_itself_and_its_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUTROOM_TELEMETRY", "loud")
    with pytest.raises(ValidationError, match=r"telemetry = 'loud' \(environment CUTROOM_TELEMETRY\)"):
        settings()


def test_a_runtime_folder_too_long_for_sockets_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUTROOM_RUNTIME_DIR", "/" + "x" * RUNTIME_DIR_BYTES)
    with pytest.raises(ValidationError, match="runtime_dir"):
        settings()


def test_the_default_runtime_folder_is_short_even_where_the_temporary_one_is_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    long = tmp_path / ("y" * 80)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    assert len(os.fsencode(settings().runtime_dir)) <= RUNTIME_DIR_BYTES


def test_the_sessions_runtime_folder_is_used_when_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    with tempfile.TemporaryDirectory(dir="/tmp") as short:
        monkeypatch.setenv("XDG_RUNTIME_DIR", short)
        assert settings().runtime_dir == Path(short) / "cutroom"
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/nonexistent")
    assert "nonexistent" not in str(settings().runtime_dir)


@pytest.mark.parametrize(
    ("text", "error"),
    [("cach_dir = '/x'", UnknownNameError), ("cache_dir = ", ValidationError), ("\x00", ValidationError)],
)
def test_a_bad_file_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, error: type[Exception]
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text)
    monkeypatch.setenv("CUTROOM_CONFIG_FILE", str(file))
    with pytest.raises(error, match=r"config\.toml"):
        settings()


def test_a_named_file_must_exist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CUTROOM_CONFIG_FILE", str(tmp_path / "none.toml"))
    with pytest.raises(ValidationError, match=r"none\.toml"):
        settings()


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        settings().telemetry = "off"  # type: ignore[misc]
    assert Settings.model_config["extra"] == "forbid"


def test_private_folder_is_made_and_tightened(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    assert private_folder(folder) == folder
    folder.chmod(0o755)
    private_folder(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_private_folder_refuses_links_and_files(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(AccessDeniedError, match="link"):
        private_folder(tmp_path / "link")
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="file"):
        private_folder(tmp_path / "file")


def test_network_disks_are_told_by_the_innermost_mount(tmp_path: Path) -> None:
    mounts = [
        "1 0 8:1 / / rw - ext4 /dev/sda rw",
        "2 1 0:5 / /home rw shared:1 - nfs4 server:/x rw",
        r"3 2 0:6 / /home/me/my\040disk rw - ext4 /dev/sdb rw",
        "4 1 0:7 / /mnt rw - ext4 /dev/sdc rw",
        "5 4 0:8 / /mnt rw - cifs //nas/share rw",
    ]
    assert _kind_of(Path("/home/me/film.tlp"), mounts) == "nfs4"
    assert _kind_of(Path("/home/me/my disk/film.tlp"), mounts) == "ext4"
    assert _kind_of(Path("/homework"), mounts) == "ext4"
    assert _kind_of(Path("/mnt/x"), mounts) == "cifs"
    assert on_network_disk(tmp_path / "not" / "there") is False
