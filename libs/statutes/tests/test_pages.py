"""The pages for people: generated from the rows, complete, and up to date."""

from pathlib import Path

import pytest

from statutes import statute_book
from statutes.pages import COUNTRIES, FOLDER, main, page


@pytest.mark.parametrize("country", sorted(COUNTRIES))
def test_a_page_shows_every_source_and_everything_uncertain(country: str) -> None:
    text = page(country, statute_book())
    for row in statute_book().all_rows:
        if row.facts.jurisdiction == country:
            assert row.facts.source in text
            if row.facts.confidence == "low":
                assert f"`{row.facts.row_id}`" in text


def test_a_page_tells_from_when_no_rate_is_known() -> None:
    # ...and which half-years of the standard compensation were never found
    text = page("NO", statute_book())
    assert "nothing is on file for late interest (any) from 2026-07-01" in text
    assert "nothing is on file for `standardkompensasjon` (business) from 2023-07-01 to 2023-12-31" in text


def test_pages_are_written_once_and_a_changed_one_is_noticed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--check", "--folder", str(tmp_path)]) == 1
    assert main(["--folder", str(tmp_path)]) == 0
    assert main(["--check", "--folder", str(tmp_path)]) == 0
    (tmp_path / "norway.md").write_text("purring is free", encoding="utf-8")
    capsys.readouterr()
    assert main(["--check", "--folder", str(tmp_path)]) == 1
    assert "norway.md is out of date" in capsys.readouterr().err


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the pages are not beside the package")
def test_the_pages_of_the_repository_are_up_to_date() -> None:
    assert main(["--check"]) == 0
