"""What the tests of the adapters share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sink import Sink


@pytest.fixture
def sink() -> Iterator[Sink]:
    sink = Sink()
    yield sink
    sink.close()


@pytest.fixture
def other() -> Iterator[Sink]:
    """A second one, for what leaves without a hook."""
    sink = Sink()
    yield sink
    sink.close()
