"""The real download code against a local server that is slow, cuts off, lies, or works."""

import _thread
import errno
import gzip
import hashlib
import io
import os
import subprocess
import sys
import textwrap
import time
import zipfile
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pandas as pd
import pytest

from mktutils.datasets import DataDamaged, DataNotAvailable, fetch_bank_marketing, load_registry
from mktutils.datasets._cache import contents
from mktutils.datasets._download import Limits

CONTENT = bytes(range(256)) * 2000  # 512,000 bytes
QUICK = Limits(connect=2, timeout=0.5, least_bytes_per_s=50_000, window_s=0.5, retries=0)
ONE_RETRY = replace(QUICK, retries=1)
ID, NAME = "international-football", "results.csv"


class Server:
    """A server on 127.0.0.1; `answers[path]` is a function of the request handler, or bytes."""

    def __init__(self):
        outer = self
        self.answers, self.requests = {}, []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.requests.append(self.path)
                answer = outer.answers.get(self.path)
                if answer is None:
                    self.send_error(404)
                elif callable(answer):
                    answer(self)
                else:
                    self.begin(len(answer))
                    self.wfile.write(answer)

            def begin(self, size, status=200):
                self.send_response(status)
                self.send_header("Content-Length", str(size))
                self.end_headers()

            def log_message(self, *args):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.handle_error = lambda *args: None  # a client that goes away is no error here
        self.base = f"http://127.0.0.1:{self.http.server_address[1]}"
        Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()


@pytest.fixture
def server(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    server = Server()
    yield server
    server.http.shutdown()
    server.http.server_close()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MKTUTILS_DATA", str(tmp_path / "cache"))
    monkeypatch.delenv("MKTUTILS_OFFLINE", raising=False)
    return tmp_path / "cache"


def registry_of(base, *, id_=ID, url="/results.csv", members=None, **files):
    """The registry with one data set replaced: file name -> content (sha256 and size follow)."""
    registry = load_registry()
    known = registry[id_].files[0]
    members = members or {}
    made = tuple(
        replace(
            known,
            name=name,
            bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            url=base + url,
            member=tuple(members.get(name, ())),
        )
        for name, content in files.items()
    )
    return {**registry, id_: replace(registry[id_], files=made)}


def plain(server):
    return registry_of(server.base, **{NAME: CONTENT})


def zip_of(**members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def left_behind(cache):
    return sorted(str(path.relative_to(cache)) for path in cache.rglob("*")) if cache.exists() else []


def fails(server, cache, text, *, registry=None, limits=QUICK):
    """Fetch, expect DataNotAvailable that contains `text`, and nothing left behind."""
    with pytest.raises(DataNotAvailable) as caught:
        contents(ID, NAME, registry=registry or plain(server), limits=limits)
    assert text in str(caught.value)
    assert left_behind(cache) == []
    return str(caught.value)


def test_a_good_download_is_cached_and_read_without_the_network(server, cache):
    server.answers["/results.csv"] = CONTENT
    (first,) = contents(ID, NAME, registry=plain(server), limits=QUICK)
    (second,) = contents(ID, NAME, registry=plain(server), limits=QUICK)
    assert first.getvalue() == second.getvalue() == CONTENT
    assert server.requests == ["/results.csv"]
    assert left_behind(cache) == [ID, f"{ID}/{NAME}"]


def test_fetch_unpacks_a_zip_inside_a_zip(server, cache):
    csv = b'"age";"job";"y"\r\n56;"housemaid";"no"\r\n57;"unknown";"yes"\r\n'
    name = "bank-additional-full.csv"
    inner = zip_of(**{f"bank-additional/{name}": csv, "__MACOSX/x": b"-"})
    server.answers["/bank.zip"] = zip_of(**{"bank-additional.zip": inner})
    registry = registry_of(
        server.base,
        id_="bank-marketing",
        url="/bank.zip",
        members={name: ("bank-additional.zip", f"bank-additional/{name}")},
        **{name: csv},
    )
    bank = fetch_bank_marketing(registry=registry)
    pd.testing.assert_frame_equal(
        bank, pd.DataFrame({"age": [56, 57], "job": ["housemaid", "unknown"], "y": [0, 1]})
    )


def test_files_of_one_zip_are_downloaded_once(server, cache):
    server.answers["/d.zip"] = zip_of(**{"d/a": b"1", "d/b": b"2"})
    registry = registry_of(server.base, url="/d.zip", members={"a": ["d/a"], "b": ["d/b"]}, a=b"1", b=b"2")
    a, b = contents(ID, "a", "b", registry=registry, limits=QUICK)
    assert (a.getvalue(), b.getvalue(), server.requests) == (b"1", b"2", ["/d.zip"])


def test_a_download_published_as_gz_is_unpacked_and_a_large_one_stays_small(server, cache):
    content = b"label\n" * 2**20
    server.answers["/results.csv.gz"] = gzip.compress(content)
    registry = registry_of(server.base, url="/results.csv.gz", **{NAME: content})
    (got,) = contents(ID, NAME, registry=registry, limits=QUICK)
    assert got.getvalue() == content
    assert left_behind(cache) == [ID, f"{ID}/{NAME}.gz"]


def test_a_server_that_compresses_against_our_wish_is_understood(server, cache):
    def answer(handler):
        body = gzip.compress(CONTENT)
        handler.send_response(200)
        handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    server.answers["/results.csv"] = answer
    (got,) = contents(ID, NAME, registry=plain(server), limits=QUICK)
    assert got.getvalue() == CONTENT


def test_a_server_that_trickles_is_given_up(server, cache):
    def answer(handler):
        handler.begin(len(CONTENT))
        for byte in CONTENT[:150]:
            handler.wfile.write(bytes([byte]))
            time.sleep(0.02)

    server.answers["/results.csv"] = answer
    start = time.monotonic()
    fails(server, cache, "too slow")
    assert time.monotonic() - start < 3


def test_a_server_that_falls_silent_is_given_up(server, cache):
    def answer(handler):
        handler.begin(len(CONTENT))
        handler.wfile.write(CONTENT[:1000])
        time.sleep(1.2)

    server.answers["/results.csv"] = answer
    fails(server, cache, "no byte for 0.5 s")


def cut_off(handler):
    handler.begin(len(CONTENT))
    handler.wfile.write(CONTENT[:200_000])


def test_a_download_that_is_cut_off_leaves_nothing(server, cache):
    server.answers["/results.csv"] = cut_off
    fails(server, cache, "cut off after 200,000 of 512,000 bytes")


def test_a_download_that_is_cut_off_is_tried_again(server, cache):
    server.answers["/results.csv"] = lambda handler: (
        cut_off(handler)
        if len(server.requests) == 1
        else (handler.begin(len(CONTENT)), handler.wfile.write(CONTENT))
    )
    (got,) = contents(ID, NAME, registry=plain(server), limits=ONE_RETRY)
    assert got.getvalue() == CONTENT
    assert len(server.requests) == 2


def test_a_chunked_answer_that_is_cut_off_is_refused(server, cache):
    def answer(handler):
        handler.protocol_version = "HTTP/1.1"
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"%x\r\n%s\r\n" % (2000, CONTENT[:2000]))

    server.answers["/results.csv"] = answer
    fails(server, cache, "cut off after ")


def test_wrong_bytes_are_not_kept(server, cache):
    server.answers["/results.csv"] = b"\x01" + CONTENT[1:]
    fails(server, cache, "results.csv: sha256")


def test_a_missing_page_is_reported_at_once_and_says_what_to_do(server, cache):
    message = fails(server, cache, "the server answers 404", limits=ONE_RETRY)
    assert len(server.requests) == 1
    for part in (
        server.base + "/results.csv",
        str(cache / ID),
        "put results.csv",
        "the lessons themselves run",
        "By hand",
    ):
        assert part in message


def test_a_server_error_is_tried_again(server, cache):
    def answer(handler):
        if len(server.requests) == 1:
            handler.send_error(500)
        else:
            handler.begin(len(CONTENT))
            handler.wfile.write(CONTENT)

    server.answers["/results.csv"] = answer
    (got,) = contents(ID, NAME, registry=plain(server), limits=ONE_RETRY)
    assert got.getvalue() == CONTENT
    assert len(server.requests) == 2


def test_a_server_error_that_lasts_is_reported(server, cache):
    server.answers["/results.csv"] = lambda handler: handler.send_error(503)
    fails(server, cache, "503")


@pytest.mark.parametrize(
    ("download", "text"),
    [
        (zip_of(other=b"1"), "the zip has no 'd/results.csv'; it has ['other']"),
        (zip_of(**{"d/results.csv": CONTENT})[:-30], "cannot be unpacked"),
        (b"<html>please log in</html>", "cannot be unpacked"),
        (zip_of(**{"d/results.csv": CONTENT[:-1]}), "511,999 bytes instead of 512,000"),
    ],
    ids=["wrong member", "cut zip", "page instead of zip", "wrong content"],
)
def test_a_wrong_zip_is_refused(server, cache, download, text):
    server.answers["/d.zip"] = download
    registry = registry_of(server.base, url="/d.zip", members={NAME: ["d/results.csv"]}, **{NAME: CONTENT})
    fails(server, cache, text, registry=registry)


def test_a_zip_with_damaged_data_is_refused(server, cache):
    download = bytearray(zip_of(**{"d/results.csv": os.urandom(1000)}))
    download[200] ^= 0xFF
    server.answers["/d.zip"] = bytes(download)
    registry = registry_of(server.base, url="/d.zip", members={NAME: ["d/results.csv"]}, **{NAME: CONTENT})
    fails(server, cache, "cannot be unpacked", registry=registry)


def test_a_full_disk_during_the_download_leaves_nothing(server, cache):
    resource = pytest.importorskip("resource")  # a limit on file sizes stands in for the full disk
    server.answers["/results.csv"] = CONTENT
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        fails(server, cache, "File too large")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_during_unpacking_leaves_nothing(server, cache, monkeypatch):
    def full(self, data):
        self.touch()
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    server.answers["/results.csv"] = CONTENT
    monkeypatch.setattr(Path, "write_bytes", full)
    fails(server, cache, "No space left on device")


def test_an_interruption_leaves_nothing(server, cache):
    def answer(handler):
        handler.begin(len(CONTENT))
        handler.wfile.write(CONTENT[:100_000])
        _thread.interrupt_main()
        for start in range(100_000, len(CONTENT), 10_000):
            time.sleep(0.05)
            handler.wfile.write(CONTENT[start : start + 10_000])

    server.answers["/results.csv"] = answer
    with pytest.raises(KeyboardInterrupt):
        contents(ID, NAME, registry=plain(server), limits=replace(QUICK, window_s=9))
    assert left_behind(cache) == []


def test_several_files_are_kept_together_or_not_at_all(server, cache):
    server.answers["/d.zip"] = zip_of(**{"d/a": b"1", "d/b": b"wrong"})
    registry = registry_of(server.base, url="/d.zip", members={"a": ["d/a"], "b": ["d/b"]}, a=b"1", b=b"2")
    with pytest.raises(DataNotAvailable, match="b: sha256"):
        contents(ID, "a", "b", registry=registry, limits=QUICK)
    assert left_behind(cache) == []


def test_two_processes_at_once_both_succeed(server, cache, tmp_path):
    def slowly(handler):
        handler.begin(len(CONTENT))
        for start in range(0, len(CONTENT), 64_000):
            handler.wfile.write(CONTENT[start : start + 64_000])
            time.sleep(0.05)

    server.answers["/results.csv"] = slowly
    script = tmp_path / "fetch.py"
    script.write_text(
        textwrap.dedent(f"""
        import sys
        from dataclasses import replace
        from mktutils.datasets import load_registry
        from mktutils.datasets._cache import contents
        registry = load_registry()
        file = replace(registry[{ID!r}].files[0], bytes={len(CONTENT)},
                       sha256={hashlib.sha256(CONTENT).hexdigest()!r}, url={server.base + "/results.csv"!r})
        print("ready", flush=True)
        sys.stdin.readline()
        (got,) = contents({ID!r}, {NAME!r}, registry={{{ID!r}: replace(registry[{ID!r}], files=(file,))}})
        print(len(got.getvalue()))
        """)
    )
    root = str(Path(__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": root}
    run = [sys.executable, str(script)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": environment}
    processes = [subprocess.Popen(run, **pipes) for _ in range(2)]
    assert [process.stdout.readline() for process in processes] == ["ready\n", "ready\n"]
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.communicate(timeout=20)[0] for process in processes] == [f"{len(CONTENT)}\n"] * 2
    assert len(server.requests) == 2  # they did run at the same time
    assert left_behind(cache) == [ID, f"{ID}/{NAME}"]


def test_remains_of_a_killed_process_are_removed_and_a_running_one_is_left_alone(server, cache):
    server.answers["/results.csv"] = CONTENT
    for name in (".tmp-old", ".tmp-running"):
        (cache / name).mkdir(parents=True)
        (cache / name / "part").write_bytes(b"half")
    for path in (cache / ".tmp-old" / "part", cache / ".tmp-old", cache / ".tmp-running"):
        os.utime(path, (time.time() - 7200,) * 2)
    contents(ID, NAME, registry=plain(server), limits=QUICK)
    assert left_behind(cache) == [".tmp-running", ".tmp-running/part", ID, f"{ID}/{NAME}"]


def test_offline_mode_never_asks_the_network(server, cache, monkeypatch):
    server.answers["/results.csv"] = CONTENT
    monkeypatch.setenv("MKTUTILS_OFFLINE", "1")
    fails(server, cache, "MKTUTILS_OFFLINE is set")
    assert server.requests == []


def test_a_zip_put_there_by_hand_is_taken_without_the_network(server, cache, monkeypatch):
    monkeypatch.setenv("MKTUTILS_OFFLINE", "1")
    (cache / ID).mkdir(parents=True)
    (cache / ID / "d d.zip").write_bytes(zip_of(**{"d/results.csv": CONTENT}))
    registry = registry_of(
        server.base, url="/d%20d.zip", members={NAME: ["d/results.csv"]}, **{NAME: CONTENT}
    )
    (got,) = contents(ID, NAME, registry=registry)
    assert got.getvalue() == CONTENT
    assert left_behind(cache) == [ID, f"{ID}/d d.zip", f"{ID}/{NAME}"]


def test_a_cache_that_cannot_be_written_is_named(server, tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("MKTUTILS_DATA", str(tmp_path / "file" / "cache"))
    with pytest.raises(DataNotAvailable, match="file"):
        contents(ID, NAME, registry=plain(server), limits=QUICK)


def test_no_server_at_all_gives_one_clear_error(cache):
    registry = registry_of("http://127.0.0.1:9", **{NAME: CONTENT})  # nothing listens there
    with pytest.raises(DataNotAvailable) as caught:
        contents(ID, NAME, registry=registry, limits=QUICK)
    assert "refused" in str(caught.value)
    assert "HTTPConnectionPool" not in str(caught.value)


def test_an_interrupted_download_does_not_hide_a_damaged_file(server, cache):
    (cache / ID).mkdir(parents=True)
    (cache / ID / NAME).write_bytes(CONTENT[:-1])
    server.answers["/results.csv"] = CONTENT
    with pytest.raises(DataDamaged, match=r"results\.csv is damaged"):
        contents(ID, NAME, registry=plain(server), limits=QUICK)
    assert (cache / ID / NAME).read_bytes() == CONTENT[:-1]  # never deleted for the user
    assert server.requests == []
