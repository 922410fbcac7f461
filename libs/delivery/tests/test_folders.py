"""News in a folder are never missed, and an unchanged folder is not listed again."""

import os
from pathlib import Path

from delivery import FolderWatch


def aged(folder: Path, seconds: float = 10) -> float:
    """Make the folder's last change look old; returns its time."""
    then = folder.stat().st_mtime - seconds
    os.utime(folder, (then, then))
    return folder.stat().st_mtime


def test_an_unchanged_folder_has_no_news(tmp_path: Path) -> None:
    watch = FolderWatch(tmp_path)
    assert watch.may_have_news()

    watch.found_nothing(aged(tmp_path))

    assert not watch.may_have_news()


def test_a_file_that_came_is_news(tmp_path: Path) -> None:
    watch = FolderWatch(tmp_path)
    watch.found_nothing(aged(tmp_path))

    (tmp_path / "camt.xml").write_text("")

    assert watch.may_have_news()


def test_a_change_of_this_very_moment_is_looked_at_again(tmp_path: Path) -> None:
    watch = FolderWatch(tmp_path)
    (tmp_path / "camt.xml").write_text("")

    watch.found_nothing(tmp_path.stat().st_mtime)

    assert watch.may_have_news()
