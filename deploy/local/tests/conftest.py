import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from fordring.stack.embedded import throw_away_home


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that also the database's user may enter."""
    home = throw_away_home()
    yield home
    shutil.rmtree(home)


@pytest.fixture(scope="module")
def module_home() -> Iterator[Path]:
    """`home` for what is expensive to start."""
    home = throw_away_home()
    yield home
    shutil.rmtree(home)
