"""notebooks/: kept without outputs; each runs to its end and shows pictures."""

from __future__ import annotations

import pathlib
from typing import Any

import pytest
from conftest import ROOT

nbclient = pytest.importorskip("nbclient", reason="needs nbclient and ipykernel")
nbformat = pytest.importorskip("nbformat")

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

pytestmark = pytest.mark.filterwarnings("default")  # Jupyter's own


def pages(notebook: Any) -> list[str]:
    """The HTML that the cells show."""
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", [])]
    return [o["data"]["text/html"] for o in outputs if "text/html" in o.get("data", {})]


def execute(path: pathlib.Path, folder: pathlib.Path) -> Any:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    client = nbclient.NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    client.execute()  # raises with the traceback of the cell that fails
    return notebook


def test_there_are_three() -> None:
    assert [path.stem for path in NOTEBOOKS] == [
        "from-package-to-bake-file",
        "what-a-commit-costs",
        "what-is-in-opam",
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_kept_without_outputs(path: pathlib.Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_run_and_show_pictures(
    path: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPAMPLAN_REPOSITORY", raising=False)
    shown = pages(execute(path, tmp_path))
    assert sum("<svg" in page for page in shown) >= 2
    for page in shown:
        assert "<script" not in page


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_run_on_a_real_repository(
    path: pathlib.Path,
    tmp_path: pathlib.Path,
    shared: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    archive = shared / "data/opam-repository-97014be.tar.zst"
    monkeypatch.setenv("OPAMPLAN_REPOSITORY", str(archive))
    shown = pages(execute(path, tmp_path))
    assert sum("<svg" in page for page in shown) >= 2
