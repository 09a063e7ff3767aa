from __future__ import annotations

import http.server
import io
import pathlib
import subprocess
import tarfile
import threading
from collections.abc import Iterator

import pytest

import opamplan
from opamplan import sources

REPOSITORY = {"packages/a/a.1/opam": b"", "packages/a/a.2/opam": b""}


def archive(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for path, text in files.items():
            info = tarfile.TarInfo(path)
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text))
    return out.getvalue()


class Handler(http.server.BaseHTTPRequestHandler):
    body = b""
    tag = '"1"'
    cut = False
    requests: list[int]

    def do_GET(self) -> None:
        if self.headers.get("If-None-Match") == self.tag:
            self._answer(304, b"")
        elif self.path != "/index.tar.gz":
            self._answer(404, b"")
        else:
            self._answer(200, self.body)

    def _answer(self, status: int, body: bytes) -> None:
        self.requests.append(status)
        self.send_response(status)
        if status == 200:
            self.send_header("ETag", self.tag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if self.cut else body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def cache(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    monkeypatch.setenv("OPAMPLAN_CACHE", str(tmp_path / "cache"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "cache"


@pytest.fixture
def server(cache: pathlib.Path) -> Iterator[tuple[str, type[Handler]]]:
    handler = type("H", (Handler,), {"body": archive(REPOSITORY), "requests": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}", handler
        running.shutdown()
        thread.join()


def test_an_archive_is_fetched_once(server: tuple[str, type[Handler]]) -> None:
    url, handler = server
    assert len(opamplan.Repository.open(url + "/index.tar.gz")) == 2
    assert len(opamplan.Repository.open(url + "/index.tar.gz")) == 2
    assert handler.requests == [200, 304]
    handler.body = archive({"packages/b/b.1/opam": b""})
    handler.tag = '"2"'
    assert opamplan.Repository.open(url + "/index.tar.gz").names == ["b"]


def test_without_the_network_the_last_copy_serves(server: tuple[str, type[Handler]]) -> None:
    url, handler = server
    opamplan.Repository.open(url + "/index.tar.gz")
    handler.tag = '"2"'
    handler.cut = True
    with pytest.raises(opamplan.LoadError, match="bytes came"):
        opamplan.Repository.open(url + "/index.tar.gz")
    handler.tag = '"1"'
    handler.cut = False
    assert len(opamplan.Repository.open(url + "/index.tar.gz")) == 2


def test_an_archive_that_is_not_there_is_an_error(server: tuple[str, type[Handler]]) -> None:
    with pytest.raises(opamplan.LoadError, match="404") as caught:
        opamplan.Repository.open(server[0] + "/absent.tar.gz")
    assert caught.value.source == server[0] + "/absent.tar.gz"
    with pytest.raises(opamplan.LoadError, match=r"127\.0\.0\.1"):
        opamplan.Repository.open("http://127.0.0.1:1/index.tar.gz")


def test_a_dead_server_is_a_warning_when_there_is_a_copy(cache: pathlib.Path) -> None:
    url = "http://127.0.0.1:1/index.tar.gz"
    target = cache / "archives" / f"{sources._key(url)}-index.tar.gz"
    target.parent.mkdir(parents=True)
    target.write_bytes(archive(REPOSITORY))
    with pytest.warns(UserWarning, match="fetched before"):
        assert len(opamplan.Repository.open(url)) == 2


def test_git_urls_are_cloned_then_fetched(cache: pathlib.Path, tmp_path: pathlib.Path) -> None:
    work = tmp_path / "work"

    def git(*arguments: str) -> str:
        name = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        command = ["git", *name, "-C", str(work), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def add(version: str) -> str:
        file = work / f"packages/a/a.{version}/opam"
        file.parent.mkdir(parents=True)
        file.write_text("")
        git("add", "-A")
        git("commit", "-qm", version)
        return git("rev-parse", "HEAD")

    work.mkdir()
    git("init", "-qb", "main")
    first = add("1")
    url = f"git+file://{work}"
    assert len(opamplan.Repository.open(url)) == 1
    add("2")
    assert len(opamplan.Repository.open(url)) == 2
    assert len(opamplan.Repository.open(url, rev=first)) == 1
    assert opamplan.Repository.open(url, rev=first).sources[0].from_cache
    with pytest.raises(opamplan.LoadError, match="nonsense"):
        opamplan.Repository.open(url, rev="nonsense")
    work.rename(tmp_path / "gone")
    with pytest.warns(UserWarning, match="fetched before"):
        assert len(opamplan.Repository.open(url)) == 2
    with pytest.raises(opamplan.LoadError, match="git clone"):
        opamplan.Repository.open(f"git+file://{tmp_path}/absent")


@pytest.mark.parametrize(
    ("what", "kind"),
    [
        ("https://example.org/index.tar.gz", "archive"),
        ("https://example.org/r/archive/main.ZIP?x=1", "archive"),
        ("https://example.org/ocaml/opam-repository", "git"),
        ("https://example.org/ocaml/opam-repository.git", "git"),
        ("git+https://example.org/x.tar.gz", "git"),
        ("git@example.org:ocaml/opam-repository", "git"),
        ("ssh://git@example.org/x", "git"),
        ("file:///srv/opam", "local"),
        ("/srv/opam-repository", "local"),
        ("relative/index.tar.gz", "local"),
    ],
)
def test_kinds_of_places(what: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "_fetch_git", lambda url, rev: ("git", rev))
    monkeypatch.setattr(sources, "_download", lambda url: pathlib.Path("archive"))
    [(path, _)] = sources.resolve(what, None)
    assert (path if path in ("git", "archive") else "local") == kind


def test_cache_folders_follow_the_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPAMPLAN_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/x")
    assert sources.cache_folder(True) == "/x/opamplan/repositories"
    assert sources.cache_folder(False) == ""
    assert sources.cache_folder(None) == ""
    assert sources.cache_folder("/y") == "/y"


def test_pins_are_paths_or_tuples() -> None:
    assert sources.resolve_pins(["x", ("y", "name", "1")]) == [
        ("x", "", "", ""),
        ("y", "name", "1", ""),
    ]
    assert sources.resolve_pins("x") == [("x", "", "", "")]


@pytest.mark.parametrize(
    ("pin", "path", "rev"),
    [
        ("x#v1", "x", "v1"),
        ("git+file:///srv/x#v1", "/srv/x", "v1"),
        ("git+file:///srv/x", "/srv/x", "HEAD"),
        ("file:///srv/x", "/srv/x", ""),
        ("git+https://example.org/x#v1", "clone of https://example.org/x", "v1"),
        ("git+https://example.org/x", "clone of https://example.org/x", "HEAD"),
    ],
)
def test_pins_may_be_git_repositories_at_a_revision(
    pin: str, path: str, rev: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "_fetch_git", lambda url, rev: ("clone of " + url, rev))
    assert sources.resolve_pins(pin) == [(path, "", "", rev)]


def test_each_place_may_have_its_own_revision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "_fetch_git", lambda url, rev: (url, rev))
    places = ["https://example.org/coq/opam#v1:released", "x", "y#:deep"]
    assert sources.resolve(places, "main") == [
        ("https://example.org/coq/opam", "v1:released"),
        ("x", "main"),
        ("y", ":deep"),
    ]
