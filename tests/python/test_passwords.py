"""Passwords in the URLs of repositories are used, and are in no message and no file."""

from __future__ import annotations

import base64
import http.server
import io
import pathlib
import subprocess
import tarfile
import threading
from collections.abc import Iterator

import pytest

import opamplan
from opamplan.fetched import shown

PASSWORD = "hush%2Fhush"
PLAIN = "hush/hush"
TOKEN = "t0k3n"


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files, for those who know the password."""

    def do_GET(self) -> None:
        known = base64.b64encode(f"me:{PLAIN}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {known}":
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="x"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        super().do_GET()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server of `repo.git` and `index.tar.gz`; HOST:PORT. Everything is kept below `cache`."""
    monkeypatch.setenv("OPAMPLAN_CACHE", str(tmp_path / "cache"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    files = tmp_path / "files"
    opam = files / "work/packages/a/a.1/opam"
    opam.parent.mkdir(parents=True)
    opam.write_text("")
    (files / "work/.git").mkdir()
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-C", str(files / "work")]
    for words in (["init", "-qb", "main"], ["add", "-A"], ["commit", "-qm", "1"]):
        subprocess.run([*git, *words], check=True)
    bare = str(files / "repo.git")
    subprocess.run(["git", "clone", "-q", "--bare", str(files / "work"), bare], check=True)
    subprocess.run(["git", "-C", bare, "update-server-info"], check=True)
    with tarfile.open(files / "index.tar.gz", "w:gz") as tar:
        tar.addfile(tarfile.TarInfo("packages/a/a.1/opam"), io.BytesIO())

    def handler(*args: object) -> Handler:
        return Handler(*args, directory=str(files))  # type: ignore[arg-type]

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def written(folder: pathlib.Path) -> str:
    return "".join(p.read_bytes().decode("latin-1") for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize("kind", ["git", "archive"])
def test_they_open_a_repository_and_are_written_nowhere(
    kind: str, server: str, tmp_path: pathlib.Path, recwarn: pytest.WarningsRecorder
) -> None:
    path = "repo.git" if kind == "git" else "index.tar.gz"
    before = "git+" if kind == "git" else ""
    query = "" if kind == "git" else f"?token={TOKEN}"
    good = f"{before}http://me:{PASSWORD}@{server}/{path}{query}"
    for _ in range(2):  # fetched, and brought up to date
        repository = opamplan.Repository.open(good)
        assert repository.names == ["a"]
    bad = [good.replace(server, "127.0.0.1:1"), good.replace(path, "absent" + path[-7:])]
    said = [repr(repository), *(source.label for source in repository.sources)]
    for url in bad:
        with pytest.raises(opamplan.LoadError) as caught:
            opamplan.Repository.open(url)
        assert server.partition(":")[0] in str(caught.value)
        said += [str(caught.value), caught.value.source]
    said += [str(warning.message) for warning in recwarn]
    for text in ("".join(said), written(tmp_path / "cache")):
        for secret in (PASSWORD, PLAIN, TOKEN):
            assert secret not in text


def test_what_an_older_version_wrote_down_is_removed(server: str, tmp_path: pathlib.Path) -> None:
    url = f"http://me:{PASSWORD}@{server}/repo.git"
    opamplan.Repository.open(f"git+{url}")
    [clone] = (tmp_path / "cache/git").iterdir()
    git = ["git", "-C", str(clone), "config", "remote.origin.url", url]
    subprocess.run(git, check=True)
    assert PASSWORD in written(tmp_path / "cache")
    opamplan.Repository.open(f"git+{url}")
    assert PASSWORD not in written(tmp_path / "cache")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://a:b@example.org/x.tar.gz", "https://a:***@example.org/x.tar.gz"),
        ("https://a:b:c@d@example.org/x", "https://a:***@example.org/x"),
        ("https://:b@example.org/x", "https://:***@example.org/x"),
        ("https://example.org/x?token=b", "https://example.org/x?..."),
        ("git+ssh://git@example.org:22/x", "git+ssh://git@example.org:22/x"),
        ("git@example.org:a/b", "git@example.org:a/b"),
        ("/srv/a:b@c", "/srv/a:b@c"),
        ("https://[a:b@/x", "a URL that is none"),
    ],
)
def test_urls_are_shown_without_them(url: str, said: str) -> None:
    assert shown(url) == said
