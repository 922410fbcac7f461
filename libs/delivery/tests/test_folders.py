"""News in a folder are never missed, and a known file is not asked for its state again."""

import os
from pathlib import Path

import pytest

from delivery import FileState, FolderWatch, folders


class Reader:
    """Wants XML and knows what it was shown."""

    def __init__(self, folder: Path) -> None:
        self.watch = FolderWatch(folder)
        self.known: set[FileState] = set()
        self.asked: list[str] = []

    def _knows(self, state: FileState) -> bool:
        self.asked.append(state.name)
        return state in self.known

    def look(self) -> list[str]:
        new = self.watch.list_new(lambda name: name.endswith(".xml"), self._knows)
        self.known.update(new)
        return sorted(state.name for state in new)


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(tmp_path)


def let_it_settle(folder: Path) -> None:
    """Make the folder's last change look old."""
    then = folder.stat().st_mtime - 10
    os.utime(folder, (then, then))


def test_each_wanted_file_is_new_once(reader: Reader, tmp_path: Path) -> None:
    for name in ("a.xml", "b.xml", "b.xml.tmp"):
        tmp_path.joinpath(name).write_text("")
    assert reader.look() == ["a.xml", "b.xml"]
    assert reader.look() == []
    tmp_path.joinpath("c.xml").write_text("")
    assert reader.look() == ["c.xml"]


def test_what_is_not_known_yet_is_shown_again(reader: Reader, tmp_path: Path) -> None:
    tmp_path.joinpath("a.xml").write_text("")
    reader.look()
    reader.known.clear()
    assert reader.look() == ["a.xml"]


def test_a_known_file_is_not_asked_for_its_state_again(reader: Reader, tmp_path: Path) -> None:
    tmp_path.joinpath("a.xml").write_text("")
    reader.look()
    reader.look()
    reader.asked.clear()
    tmp_path.joinpath("b.xml").write_text("")
    assert reader.look() == ["b.xml"]
    assert reader.asked == ["b.xml"]


def test_a_file_put_in_place_of_a_known_one_is_new(reader: Reader, tmp_path: Path) -> None:
    tmp_path.joinpath("a.xml").write_text("")
    reader.look()
    assert reader.look() == []
    tmp_path.joinpath("other").write_text("more")
    tmp_path.joinpath("other").rename(tmp_path / "a.xml")
    assert reader.look() == ["a.xml"]


def test_an_unchanged_folder_is_not_listed_again(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_it_settle(tmp_path)
    assert reader.look() == []
    monkeypatch.delattr(os, "scandir")
    assert reader.look() == []


def test_a_change_of_this_very_moment_is_looked_at_again(reader: Reader, tmp_path: Path) -> None:
    assert reader.look() == []
    changed = tmp_path.stat()
    tmp_path.joinpath("a.xml").write_text("")
    os.utime(tmp_path, ns=(changed.st_atime_ns, changed.st_mtime_ns))  # within the same tick
    assert reader.look() == ["a.xml"]


def test_a_file_changed_in_place_is_found_by_the_next_full_look(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.joinpath("a.xml").write_text("")
    reader.look()
    let_it_settle(tmp_path)
    assert reader.look() == []
    tmp_path.joinpath("a.xml").write_text("more")
    assert reader.look() == []
    monkeypatch.setattr(folders, "_TRUSTED_SECONDS", 0.0)
    assert reader.look() == ["a.xml"]


def test_a_folder_that_is_not_there_yet_has_no_files(tmp_path: Path) -> None:
    assert Reader(tmp_path / "later").look() == []
