from __future__ import annotations

import http.server
import io
import os
import pathlib
import shutil
import subprocess
import tarfile
import threading
import warnings
from collections.abc import Callable, Iterator

import pytest

import opamplan
from opamplan import fetched, sources
from opamplan.cli.main import main

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
    with pytest.raises(opamplan.LoadError, match=r"/index\.tar\.gz: \d+ of \d+ bytes came"):
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
    target = cache / "archives" / f"{fetched._key(url)}-index.tar.gz"
    target.parent.mkdir(parents=True)
    target.write_bytes(archive(REPOSITORY))
    with pytest.warns(UserWarning, match="fetched before"):
        assert len(opamplan.Repository.open(url)) == 2


def test_the_command_tells_a_warning_in_one_line_without_a_place_in_the_program(
    server: tuple[str, type[Handler]], cache: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = "http://127.0.0.1:1/index.tar.gz"
    target = cache / "archives" / f"{fetched._key(url)}-index.tar.gz"
    target.parent.mkdir(parents=True)
    target.write_bytes(archive(REPOSITORY))
    before = warnings.showwarning
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        assert main(["list", "--repository", url]) == 0
    said = capsys.readouterr().err
    assert said.startswith(f"opamplan: warning: {url}: using the copy fetched before: ")
    assert said.count("\n") == 1 and ".py" not in said
    assert warnings.showwarning is before


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


def cut(file: pathlib.Path) -> None:
    content = file.read_bytes()
    file.chmod(0o644)
    file.write_bytes(content[: len(content) // 2])


def empty(file: pathlib.Path) -> None:
    file.chmod(0o644)
    file.write_bytes(b"")


def change(file: pathlib.Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.chmod(0o644)
    file.write_bytes(content)


@pytest.mark.parametrize("damage", [empty, cut, change, lambda file: file.write_bytes(b"junk")])
def test_a_damaged_copy_of_an_archive_is_fetched_again_once_with_a_word(
    damage: Callable[[pathlib.Path], None], server: tuple[str, type[Handler]], cache: pathlib.Path
) -> None:
    url, handler = server[0] + "/index.tar.gz", server[1]
    opamplan.Repository.open(url)
    [copy] = (cache / "archives").glob("*.tar.gz")
    damage(copy)
    with pytest.warns(UserWarning, match="damaged") as said:
        assert len(opamplan.Repository.open(url)) == 2
    assert len(said) == 1 and said[0].filename == __file__
    assert len(opamplan.Repository.open(url)) == 2
    assert handler.requests == [200, 200, 304]


@pytest.mark.parametrize(
    "notes", [b"[1]", b"", b"{", b'{"ETag": 1}', b'"x"', b"\xff", b"[" * 99999]
)
def test_without_what_is_known_of_a_copy_it_is_fetched_again(
    notes: bytes, server: tuple[str, type[Handler]], cache: pathlib.Path
) -> None:
    url, handler = server[0] + "/index.tar.gz", server[1]
    opamplan.Repository.open(url)
    [place] = (cache / "archives").glob("*.json")
    place.write_bytes(notes)
    for _ in range(2):
        assert len(opamplan.Repository.open(url)) == 2
    assert handler.requests == [200, 200, 304]


def test_a_damaged_copy_does_not_serve_without_the_network(
    server: tuple[str, type[Handler]], cache: pathlib.Path
) -> None:
    opamplan.Repository.open(server[0] + "/index.tar.gz")
    [copy] = (cache / "archives").glob("*.tar.gz")
    empty(copy)
    server[1].cut = True
    with pytest.warns(UserWarning, match="damaged"), pytest.raises(opamplan.LoadError) as caught:
        opamplan.Repository.open(server[0] + "/index.tar.gz")
    assert str(caught.value).startswith(server[0] + "/index.tar.gz: ")
    server[1].cut = False
    with pytest.warns(UserWarning, match="damaged"):
        assert len(opamplan.Repository.open(server[0] + "/index.tar.gz")) == 2


def remove(place: pathlib.Path) -> None:
    shutil.rmtree(place) if place.is_dir() else place.unlink()


def remove_content(clone: pathlib.Path) -> None:
    remove(clone)
    clone.mkdir()


def damage_of(function: Callable[[pathlib.Path], None], pattern: str) -> object:
    def damage(clone: pathlib.Path) -> None:
        for place in list(clone.glob(pattern)):
            function(place)

    return pytest.param(damage, id=f"{function.__name__}-{pattern}")


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(remove_content, id="all"),
        damage_of(remove, "objects"),
        damage_of(remove, "HEAD"),
        damage_of(empty, "HEAD"),
        damage_of(remove, "refs"),
        damage_of(remove, "config"),
        damage_of(remove, "packed-refs"),
        damage_of(empty, "packed-refs"),
        damage_of(cut, "objects/pack/*.pack"),
        damage_of(change, "objects/pack/*.pack"),
        damage_of(empty, "objects/pack/*.idx"),
        damage_of(cut, "objects/pack/*.idx"),
    ],
)
def test_a_damaged_clone_is_fetched_again(
    damage: Callable[[pathlib.Path], None],
    cache: pathlib.Path,
    tmp_path: pathlib.Path,
    recwarn: pytest.WarningsRecorder,
) -> None:
    bare = tmp_path / "bare.git"
    work = tmp_path / "work"
    for version in range(30):
        opam = work / f"packages/a/a.{version}/opam"
        opam.parent.mkdir(parents=True)
        opam.write_text(f'opam-version: "2.0"\nsynopsis: "{version * 12345}"\n')
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-C", str(work)]
    for words in (["init", "-qb", "main"], ["add", "-A"], ["commit", "-qm", "1"], ["gc", "-q"]):
        subprocess.run([*git, *words], check=True)
    subprocess.run(["git", "clone", "-q", "--bare", str(work), str(bare)], check=True)
    url = f"git+file://{bare}"
    opamplan.Repository.open(url, cache=False)
    [clone] = (cache / "git").iterdir()
    damage(clone)
    for _ in range(2):
        repository = opamplan.Repository.open(url, cache=False)
        assert len(repository) == 30 and repository.diagnostics == []
    assert [path.name for path in (cache / "git").iterdir()] == [clone.name]
    said = [str(w.message) for w in recwarn]
    assert len(said) <= 1 and all("damaged" in text for text in said), said


def test_a_revision_that_is_not_there_does_not_make_a_clone_damaged(
    cache: pathlib.Path, tmp_path: pathlib.Path, recwarn: pytest.WarningsRecorder
) -> None:
    subprocess.run(["git", "init", "-qb", "main", str(tmp_path / "work")], check=True)
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-C", tmp_path / "work"]
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "1"], check=True)
    url = f"git+file://{tmp_path}/work"
    for rev, said in (("nonsense", "no revision"), ("main", "no folder `packages`")):
        for _ in range(2):
            with pytest.raises(opamplan.LoadError, match=said):
                opamplan.Repository.open(url, rev)
    assert not recwarn.list


def test_what_killed_processes_left_is_removed_after_a_day(
    server: tuple[str, type[Handler]], cache: pathlib.Path
) -> None:
    folder = cache / "archives"
    old, new = folder / ".opamplan-old", folder / ".opamplan-new"
    clone = folder / "tmpold"
    for place in (old, new, clone):
        (place / "clone").mkdir(parents=True)
    for place in (old, clone):
        os.utime(place, (0, 0))
    opamplan.Repository.open(server[0] + "/index.tar.gz")
    assert new.exists() and not old.exists() and not clone.exists()


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
    monkeypatch.setattr(fetched, "clone", lambda url, rev: "git")
    monkeypatch.setattr(fetched, "archive", lambda url: "archive")
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
    monkeypatch.setattr(fetched, "clone", lambda url, rev: "clone of " + url)
    assert sources.resolve_pins(pin) == [(path, "", "", rev)]


def test_each_place_may_have_its_own_revision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetched, "clone", lambda url, rev: url)
    places = ["https://example.org/coq/opam#v1:released", "x", "y#:deep"]
    assert sources.resolve(places, "main") == [
        ("https://example.org/coq/opam", "v1:released"),
        ("x", "main"),
        ("y", ":deep"),
    ]
