"""The report in a real browser: Chromium, without a window."""

from __future__ import annotations

import pathlib
import shutil
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import pytest

from opamplan.runs.report import html_report, matrix_html

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

STATUSES = ("success", "failure", "dependency_failed", "no_solution")


def report(targets: int) -> dict[str, Any]:
    """A run of many targets: each stands on the one before it in its family of ten."""
    layers, rows = [], []
    for n in range(targets):
        first = n % 10 == 0
        status = "success"
        if n % 100 == 55:
            status = "failure"
        elif n % 100 in (56, 57, 58, 59):
            status = "dependency_failed"
        layers.append(
            {
                "key": f"{n:016x}",
                "package": f"package-{n}.1.{n % 7}",
                "status": status,
                "seconds": n % 90,
                "size": n * 1000 if status == "success" else None,
                "cached": n % 3 == 0,
                "needs": [] if first else [n - 1],
                "file": f"{n}.txt",
                "log": f"log of {n}\n</script><b>Error: no</b>\n" if status == "failure" else "",
            }
        )
        rows.append({"name": layers[-1]["package"], "status": status, "layer": n})
    rows.append({"name": "gone.1", "status": "no_solution", "layer": -1})
    failures = [
        {
            "layer": n,
            "package": layer["package"],
            "status": "failure",
            "error": "</script><b>Error: no</b>",
            "targets": [row["name"] for row in rows[n : n + 5]],
        }
        for n, layer in enumerate(layers)
        if layer["status"] == "failure"
    ]
    counts: dict[str, int] = {}
    for row in rows:
        counts[str(row["status"])] = counts.get(str(row["status"]), 0) + 1
    batch = {"builder": "b", "attempt": 1, "executed": 5, "cached": 1, "error": ""}
    return {
        "run": {
            "id": 7,
            "status": "finished",
            "started": 1.79e9,
            "ended": 1.79e9 + 4000,
            "strategy": "graft",
            "image": "debian:12",
            "environment": "",
        },
        "logs": "whole%20logs",
        "counts": counts,
        "seconds": 12345,
        "bytes": 123_400_000,
        "system_packages": {"steps": 3, "seconds": 75.0, "bytes": 45_600_000},
        "layers": layers,
        "targets": rows,
        "failures": failures,
        "groups": groups(failures),
        "batches": [
            {**batch, "batch": 0, "status": "finished", "started": 1.79e9, "ended": 1.79e9 + 100},
            {
                **batch,
                "batch": 1,
                "status": "error",
                "started": 1.79e9 + 100,
                "ended": 1.79e9 + 300,
                "error": "it <went> away",
            },
        ],
    }


def groups(failures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first with an error of its own, the last by infrastructure, the others all the same."""
    last = len(failures) - 1
    found = {"one": [0], "no space": [last], "the same": list(range(1, last))}
    return [
        {
            "fingerprint": error,
            "kind": "disk" if error == "no space" else "package",
            "is_infrastructure": error == "no space",
            "error": f"<b>{error}</b>",
            "packages": [failures[n]["package"] for n in members],
            "failures": members,
        }
        for error, members in found.items()
    ]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("Chromium is not installed")
    with sync_api.sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield instance
        instance.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_text(html_report(report(4500)), encoding="utf-8")
    return file.as_uri()


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    context = browser.new_context(offline=True, viewport={"width": 1200, "height": 900})
    tab = context.new_page()
    problems: list[str] = []
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.on("console", lambda message: problems.append(message.text))
    tab.goto(address)
    yield tab
    context.close()
    assert problems == []


def colours(png: bytes) -> set[bytes]:
    """Some of the colours of a picture (8-bit RGB or RGBA, any filter: rows are compared raw)."""
    position, data = 8, b""
    while position < len(png):
        (length,) = struct.unpack(">I", png[position : position + 4])
        if png[position + 4 : position + 8] == b"IDAT":
            data += png[position + 8 : position + 8 + length]
        position += 12 + length
    raw = zlib.decompress(data)
    return {raw[i : i + 3] for i in range(0, len(raw), 997)}


def test_it_opens_with_its_counts_and_the_worst_first(page: Any) -> None:
    assert page.title() == "Run 7: 4275 of 4501 targets built"
    assert page.locator("#shown").inner_text() == "4501 of 4501"
    first = page.locator("#rows tr").first.inner_text()
    assert "failed" in first
    assert page.locator("#rows tr").count() < 1000  # the rest is drawn when it is scrolled to
    assert "45.6 MB of system packages in 1 min 15 s" in page.inner_text("#about")


def test_it_draws_more_rows_when_scrolled(page: Any) -> None:
    before = page.locator("#rows tr").count()
    page.locator("#more").scroll_into_view_if_needed()
    page.wait_for_function(f"document.querySelectorAll('#rows tr').length > {before}")


def test_it_searches_filters_and_sorts(page: Any) -> None:
    page.fill("#search", "package-1234.")
    assert page.locator("#rows tr").count() == 1
    page.fill("#search", "")
    for status in STATUSES[1:]:
        page.click(f'.chip[data-status="{status}"]')
    assert page.locator("#shown").inner_text() == "4275 of 4501"
    page.click('.chip[data-status="success"]')
    page.click('.chip[data-status="failure"]')
    assert page.locator("#rows tr").count() == 45
    page.click('[data-sort="seconds"]')
    page.click('[data-sort="seconds"]')
    seconds = [int(t) for t in page.locator("#rows tr td:nth-child(3)").all_inner_texts()]
    assert seconds == sorted(seconds, reverse=True)


def test_a_target_shows_its_log_its_graph_and_who_is_to_blame(page: Any) -> None:
    page.fill("#search", "package-57.")
    page.click("#rows tr")
    detail = page.locator("#detail")
    assert "Stopped by" in detail.inner_text()
    assert detail.locator("svg g.node").count() == 8
    page.screenshot()
    detail.locator(".names button").first.click()
    assert "package-55." in detail.locator("h2").first.inner_text()
    assert detail.locator("pre").inner_text() == "log of 55\n</script><b>Error: no</b>\n"
    assert "Stops 4 targets" in detail.inner_text()
    page.keyboard.press("Escape")
    assert detail.is_hidden()
    page.locator("#rows tr").first.focus()
    page.keyboard.press("Enter")
    assert detail.is_visible()
    page.keyboard.press("Escape")


def test_an_address_names_a_target(browser: Any, address: str) -> None:
    tab = browser.new_page()
    tab.goto(address + "#package-55.1.6")
    assert "package-55.1.6" in tab.locator("#detail h2").first.inner_text()
    tab.close()


def test_failures_and_batches_have_their_views(page: Any) -> None:
    page.click('[data-view="failures"]')
    rows = page.locator("#failures tr")
    assert rows.count() == 46  # one of them the head of a group
    assert "<b>one</b>" in rows.first.inner_text()
    assert page.locator("#failures tr.group").inner_text().startswith("43 failures with one error")
    assert "disk <b>no space</b>" in rows.last.inner_text()
    assert "say nothing of the packages" in page.locator("#failures").inner_text()
    rows.last.click()
    assert "Error: no" in page.locator("#detail").inner_text()
    assert page.locator("#detail a").get_attribute("href") == "whole%20logs/4455.txt"
    page.keyboard.press("Escape")
    page.click('[data-view="batches"]')
    assert page.locator("#batches rect").count() == 2
    assert "it <went> away" in page.locator("#batches").inner_text()
    assert page.locator("#targets").is_hidden()


def test_light_and_dark_differ_and_neither_is_blank(
    browser: Any, address: str, tmp_path: pathlib.Path
) -> None:
    backs = {}
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme, viewport={"width": 1000, "height": 700})
        tab = context.new_page()
        tab.goto(address)
        picture = tab.screenshot(path=str(tmp_path / f"{scheme}.png"))
        assert len(colours(picture)) > 10
        backs[scheme] = tab.evaluate("getComputedStyle(document.body).backgroundColor")
        # Nothing hangs out of the page.
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        context.close()
    assert backs == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 28)"}


def test_it_is_quick_with_all_of_opam(browser: Any, address: str) -> None:
    tab = browser.new_page()
    tab.goto(address)
    spent = tab.evaluate("performance.getEntriesByType('navigation')[0].domComplete")
    assert spent < 10_000  # seen: some 300 ms; this only catches what is quadratic
    tab.close()


def matrix(packages: int, environments: int) -> dict[str, Any]:
    """Every hundredth package fails in the last environment, and stops the next."""
    rows = []
    for n in range(packages):
        cells: list[Any] = [{"status": "success", "seconds": n % 90}] * environments
        if n % 100 == 50:
            cells = [*cells[:-1], {"status": "failure", "failure": 0}]
        elif n % 100 == 51:
            cells = [None, *cells[1:-1], {"status": "dependency_failed", "causes": [1]}]
        states = {cell and cell["status"] for cell in cells}
        rows.append(
            {
                "name": f"package-{n}.1",
                "maintainers": [f"</script>Ada <ada{n % 3}@example.org>"][: n % 4],
                "dependents": packages - n,
                "differs": len(states) > 1,
                "cells": cells,
            }
        )
    failure = {"run": environments - 1, "layer": "0" * 16, "status": "failure", "stops": 1}
    failure |= {"kind": "disk", "error": "</script>no room"}
    run = {"id": 1, "file": "a", "status": "finished", "started": 1.79e9, "ended": 1.79e9 + 60}
    about = {"image": "debian:13", "environment": "os = linux", "counts": {"success": packages}}
    run["system_packages"] = {"steps": 2, "seconds": 70.0, "bytes": 3_000_000}
    names = [f"debian-13 OCaml 5.{n}.0" for n in range(environments)]
    return {
        "runs": [{"name": name, **run, **about} for name in names],
        "packages": rows,
        "failures": [
            {**failure, "package": "package-50.1", "log": "first\n</script>Error: no luck\n"},
            {**failure, "package": "hidden.1", "log": "Error: only here\n"},
        ],
    }


@pytest.mark.parametrize("width", [400, 1280, 1920])
def test_a_matrix_of_sixty_thousand_cells_can_be_used(
    browser: Any, tmp_path: pathlib.Path, width: int
) -> None:
    file = tmp_path / "matrix.html"
    file.write_text(matrix_html(matrix(4000, 15)), encoding="utf-8")
    tab = browser.new_page(viewport={"width": width, "height": 900})
    problems: list[str] = []
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.goto(file.as_uri())
    assert tab.title() == "4000 packages in 15 environments"
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert "3.0 MB of system packages in 1 min 10 s" in tab.locator("#runs tr").first.inner_text()
    assert tab.locator("#rows tr").count() == 200
    assert tab.locator("#rows tr").first.locator(".cell .dot").count() == 15
    assert tab.locator("#rows tr code").first.inner_text() == "package-0.1"  # most needed first
    tab.check("#differences")
    assert tab.locator("#shown").inner_text() == "80 of 4000"
    tab.fill("#search", "no luck")
    assert tab.locator("#shown").inner_text() == "40 of 4000"
    tab.fill("#search", "")
    tab.fill("#maintainer", "ADA1@")
    maintained = [n for n in range(4000) if n % 100 in (50, 51) and n % 4 and n % 3 == 1]
    assert tab.locator("#shown").inner_text() == f"{len(maintained)} of 4000"
    tab.fill("#maintainer", "")
    for pattern, count in (
        ("package-15?", 2),
        ("package-1*0.1", 11),
        ("*age-3950", 1),
        ("age-3*", 0),
    ):
        tab.fill("#search", pattern)
        assert tab.locator("#shown").inner_text() == f"{count} of 4000"
    tab.fill("#search", "package-151.")
    tab.click("#rows tr")
    detail = tab.locator("#detail")
    assert "no target here" in detail.inner_text()
    assert "maintained by </script>Ada <ada1@example.org>" in detail.inner_text()
    detail.locator(".link").first.click()  # no target: only others need it
    assert detail.locator("h2").first.inner_text() == "hidden.1"
    assert detail.locator("pre").inner_text() == "Error: only here\n"
    assert "disk: </script>no room" in detail.inner_text()
    tab.keyboard.press("Escape")
    tab.fill("#search", "only here")
    assert tab.locator("#shown").inner_text() == "40 of 4000"
    tab.fill("#search", "package-150.")
    tab.locator("#rows tr").focus()
    tab.keyboard.press("Enter")
    assert detail.locator("pre").inner_text() == "first\n</script>Error: no luck\n"
    tab.keyboard.press("Escape")
    assert detail.is_hidden()
    assert tab.evaluate("document.activeElement.tagName") == "TR"
    tab.keyboard.press("Space")
    assert detail.is_visible()
    tab.keyboard.press("Escape")
    tab.fill("#search", "")
    tab.uncheck("#differences")
    tab.click('.chip[data-status="success"]')
    assert tab.locator("#rows tr").count() == 80
    tab.locator("[data-sort='14']").click()
    assert "package-50." in tab.locator("#rows tr").first.inner_text()
    assert problems == []
    tab.close()
