"""Forms that carry files: what is too large is told in words where that can be, and never read where it cannot."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from domain.account import EngineWords
from web.app import Pages, make
from web.forms import MOST_BYTES, read_form, read_form_with_files
from web.guard import LARGE_BODY, MAX_BODY
from web.server import WebServer


async def small(request: Request) -> Response:
    """A form without files."""
    form = await read_form(request)
    return JSONResponse({"body": form.one("body")})


async def large(request: Request) -> Response:
    """A form that may carry files."""
    form = await read_form_with_files(request)
    files = [(one.name, None if one.data is None else len(one.data)) for one in form.files("photos")]
    return JSONResponse({"body": form.one("body"), "to": form.all("to"), "files": files})


large.max_body = LARGE_BODY  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Both of them, served."""
    routes = [Route("/small", small, methods=["POST"]), Route("/large/{token}", large, methods=["POST"])]
    server = WebServer("127.0.0.1", 0, make(Pages(words=lambda: EngineWords("running", "", True), routes=routes)))
    server.start()
    yield server.url
    server.stop()


def post(address: str, **options: Any) -> requests.Response:
    """One POST on a connection of its own."""
    return requests.post(address, timeout=20, **options)


def test_files_come_beside_fields_and_empty_ones_are_none(url: str) -> None:
    files = [("photos", ("a.jpg", b"abc")), ("photos", ("", b"")), ("photos", ("b.png", b""))]
    answer = post(f"{url}/large/x", data={"body": "one\r\ntwo", "to": ["1", "2"]}, files=files)
    assert answer.json() == {"body": "one\ntwo", "to": ["1", "2"], "files": [["a.jpg", 3], ["b.png", 0]]}


def test_the_same_form_without_files_may_come_either_way(url: str) -> None:
    assert post(f"{url}/large/x", data={"body": "Hi"}).json() == {"body": "Hi", "to": [], "files": []}


def test_a_file_that_is_too_long_leaves_the_words_readable(url: str) -> None:
    files = [("photos", ("a.jpg", b"x" * (MOST_BYTES + 1))), ("photos", ("b.jpg", b"x" * MOST_BYTES))]
    answer = post(f"{url}/large/x", data={"body": "Hi"}, files=files)
    assert answer.json() == {"body": "Hi", "to": [], "files": [["a.jpg", None], ["b.jpg", MOST_BYTES]]}


@pytest.mark.parametrize("stated", [True, False], ids=["with its length", "in pieces"])
@pytest.mark.parametrize(
    ("path", "most", "words"),
    [("/small", MAX_BODY, "64 kB"), ("/large/x", LARGE_BODY, "40 MB. Go back and send fewer")],
)
def test_a_body_that_is_too_long_is_refused_in_words(url: str, path: str, most: int, words: str, stated: bool) -> None:
    kind = "multipart/form-data; boundary=x" if most == LARGE_BODY else "application/x-www-form-urlencoded"
    begin = (
        b'--x\r\nContent-Disposition: form-data; name="photos"; filename="a"\r\n\r\n' if most == LARGE_BODY else b"a="
    )
    body: Any = begin + b"x" * most if stated else iter([begin, *[b"x" * 65536] * (most // 65536 + 1)])
    try:
        answer = post(url + path, data=body, headers={"Content-Type": kind})
    except requests.ConnectionError:  # the connection ended while the rest was sent
        assert not stated or most == LARGE_BODY
    else:
        assert answer.status_code == 413
        assert words in answer.text


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("multipart/form-data", b"x", 400),
        ("multipart/form-data; boundary=x", b"hello", 400),
        ("application/json", b"{}", 415),
        ("text/plain", b"seal=x", 415),
        ("", b"seal=x", 415),
    ],
)
def test_what_is_no_form_is_refused(url: str, kind: str, body: bytes, status: int) -> None:
    answer = post(f"{url}/large/x", data=body, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_too_many_parts_are_refused(url: str) -> None:
    files = [("photos", (f"{n}.jpg", b"x")) for n in range(30)]
    assert post(f"{url}/large/x", files=files).status_code == 400
    assert post(f"{url}/large/x", data=[("to", str(n)) for n in range(300)], files=files[:1]).status_code == 400


def test_a_form_without_files_takes_none(url: str) -> None:
    assert post(f"{url}/small", files=[("photos", ("a.jpg", b"x"))]).status_code == 415
