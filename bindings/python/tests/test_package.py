"""The package itself: its types, its documentation, its examples."""

from __future__ import annotations

import doctest
import os
import subprocess
import sys
from pathlib import Path

import pytest

import spanmask

HERE = Path(__file__).parent
PACKAGE = HERE.parent
EXAMPLES = sorted((PACKAGE / "examples").glob("*.py"))


def run(*args: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SPANMASK_HASH_KEY": "a key for the examples"}
    return subprocess.run([sys.executable, *args], cwd=PACKAGE, capture_output=True, text=True, env=environment)


def test_readme() -> None:
    failed, tried = doctest.testfile(str(PACKAGE / "README.md"), module_relative=False)
    assert tried > 20
    assert failed == 0


def test_docstrings() -> None:
    failed, tried = doctest.testmod(spanmask)
    assert (failed, tried) == (0, 4)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.name))
def test_examples(path: Path) -> None:
    """Each says in its first lines what it prints."""
    done = run(str(path))
    assert done.returncode == 0, done.stderr
    expected = [line[2:].rstrip() for line in path.read_text("utf-8").splitlines() if line.startswith("#>")]
    assert done.stdout.splitlines() == [line.removeprefix(" ") for line in expected]
    assert expected


def test_types() -> None:
    """mypy, strict: the package, its stubs, the tests, the examples. What needs an SDK is checked with it: adapters/."""
    pytest.importorskip("mypy")
    adapters = r"/(_otlp|haystack|langfuse|mlflow|otel|presidio)\.py$"
    done = run("-m", "mypy", "--strict", "--exclude", adapters, "python", "tests", "examples")
    assert done.returncode == 0, done.stdout


def test_stubs_say_what_is_there() -> None:
    pytest.importorskip("mypy")
    done = run("-m", "mypy.stubtest", "spanmask._spanmask", "--allowlist", str(HERE / "stubtest.txt"), "--ignore-unused-allowlist")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("extra", ["haystack", "langfuse", "mlflow", "otel", "presidio"])
def test_an_adapter_without_its_sdk(extra: str) -> None:
    """It says what to install."""
    hide = "import sys; sys.modules.update(dict.fromkeys(['haystack', 'langfuse', 'mlflow', 'opentelemetry', 'presidio_analyzer']))"
    done = run("-c", f"{hide}; import spanmask.{extra}")
    assert done.returncode == 1 and f'pip install "spanmask[{extra}]"' in done.stderr


def test_version_and_names() -> None:
    assert spanmask.__version__.count(".") == 2
    for name in spanmask.__all__:
        assert getattr(spanmask, name) is not None
    for name in spanmask.__all__:
        if isinstance(getattr(spanmask, name), type):
            assert getattr(spanmask, name).__doc__, name
