"""Sessions of browsers, tokens that end, and requests that other sites' pages make."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography.fernet import Fernet
from starlette.requests import HTTPConnection

from bridge.config.outside import Api
from bridge.web.auth import COOKIE, Denied, Door, session_key
from tests.web.office import Office, bearer, office, token_of

TOKENS = {"tokens": [token_of("agent", "ann"), token_of("admin")]}
KEY = Fernet.generate_key()


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def asking(method: str = "GET", **headers: str) -> HTTPConnection:
    given = {"host": "bridge.example:8080", **headers}
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()]
    return HTTPConnection({"type": "http", "method": method, "path": "/", "headers": raw})


def door(clock: Clock, key: bytes = KEY, **api: Any) -> Door:
    return Door(Api.model_validate(TOKENS | {"session_idle_m": 10, "session_longest_h": 1} | api), key, clock)


def code(door: Door, request: HTTPConnection) -> str:
    with pytest.raises(Denied) as denied:
        door.who(request)
    return str(denied.value.detail["code"])  # type: ignore[index]


def test_a_session_ends_when_nobody_asks_anything() -> None:
    clock = Clock()
    there = door(clock)
    mine = asking(cookie=f"{COOKIE}={there.session('ann')}")
    assert there.who(mine).agent == "ann"
    clock.now += 601
    assert code(there, mine) == "session_over"


def test_a_session_that_is_used_goes_on_but_not_for_ever() -> None:
    clock = Clock()
    there = door(clock)
    cookie = there.session("ann")
    for _ in range(11):
        clock.now += 300
        renewed = there.renewed(asking(cookie=f"{COOKIE}={cookie}"))
        assert renewed
        cookie = renewed
    clock.now += 350
    assert code(there, asking(cookie=f"{COOKIE}={cookie}")) == "session_over"


def test_a_session_outlives_the_process_but_not_its_token() -> None:
    clock = Clock()
    mine = asking(cookie=f"{COOKIE}={door(clock).session('ann')}")
    assert door(clock).who(mine).name == "ann"
    assert code(door(clock, tokens=[token_of("admin")]), mine) == "unauthorized"
    assert code(door(clock, key=Fernet.generate_key()), mine) == "session_over"


def test_a_copy_of_the_cookie_is_worth_nothing_behind_the_end() -> None:
    there = door(Clock())
    mine = asking(cookie=f"{COOKIE}={there.session('ann')}")
    there.leave(mine)
    assert code(there, mine) == "session_over"


@pytest.mark.parametrize("days", [0, 1])
def test_a_token_is_good_to_the_end_of_its_last_day(days: int) -> None:
    clock = Clock()
    last = date.fromtimestamp(clock.now) - timedelta(days=days)
    there = door(clock, tokens=[token_of("admin") | {"expires": last}])
    request = asking(authorization="Bearer admin")
    if days:
        assert code(there, request) == "token_expired"
    else:
        assert there.who(request).role == "admin"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_what_another_sites_page_asks_is_refused(method: str) -> None:
    there = door(Clock())
    cookie = f"{COOKIE}={there.session('ann')}"
    assert code(there, asking(method, cookie=cookie, origin="https://evil.example")) == "cross_origin"
    assert code(there, asking(method, cookie=cookie, origin="null")) == "cross_origin"
    assert there.who(asking(method, cookie=cookie, origin="http://bridge.example:8080")).name == "ann"


@pytest.mark.parametrize("host", ["evil.example", "127.evil.example", "127.0.0.1.evil.example:8080", ""])
def test_without_tokens_only_this_machine_by_its_own_name(host: str) -> None:
    there = door(Clock(), tokens=[])
    assert there.open
    assert code(there, asking(host=host)) == "unknown_host"
    for name in ("127.0.0.1:8080", "localhost:8080", "127.0.3.4", "[::1]:80"):
        assert there.who(asking(host=name)).role == "admin"


def test_named_hosts_bind_also_where_there_are_tokens() -> None:
    there = door(Clock(), hosts=["bridge.example"])
    assert there.who(asking(authorization="Bearer ann")).name == "ann"
    assert code(there, asking(authorization="Bearer ann", host="other.example")) == "unknown_host"


@pytest.mark.parametrize("given", ["", "ann", "Basic ann", "Bearer", "Bearer Ann", "Bearer é"])
def test_no_token_but_the_token(given: str) -> None:
    header = [(b"host", b"h"), (b"authorization", given.encode("latin-1"))]
    request = HTTPConnection({"type": "http", "method": "GET", "path": "/", "headers": header})
    assert code(door(Clock()), request) == "unauthorized"


def test_the_key_is_kept_for_us_alone(tmp_path: Path) -> None:
    key = session_key(tmp_path / "k")
    assert session_key(tmp_path / "k") == key
    assert (tmp_path / "k").stat().st_mode & 0o777 == 0o600
    assert len(key) == 44


async def _fresh(o: Office) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=o.client.base_url)


async def test_a_browser_logs_in_works_and_leaves(tmp_path: Path) -> None:
    async with office(tmp_path, TOKENS) as o, await _fresh(o) as browser:
        assert (await browser.post("/v1/session", json={"token": "wrong"})).status_code == 401
        entered = await browser.post("/v1/session", json={"token": "ann"})
        assert entered.json() == {"name": "ann", "role": "agent", "agent": "ann"}
        cookie = entered.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "samesite=strict" in cookie.lower()
        assert "ann" not in cookie
        assert (await browser.get("/v1/me")).json()["name"] == "ann"
        kept = dict(browser.cookies)
        assert (await browser.delete("/v1/session")).status_code == 204
        browser.cookies.update(kept)
        assert (await browser.get("/v1/me")).json()["detail"]["code"] == "session_over"
        assert (await o.client.get("/v1/me", headers=bearer("admin"))).status_code == 200


async def test_behind_tls_the_cookie_is_secure(tmp_path: Path) -> None:
    async with office(tmp_path, TOKENS) as o, await _fresh(o) as browser:
        headers = {"X-Forwarded-Proto": "https"}
        entered = await browser.post("/v1/session", json={"token": "ann"}, headers=headers)
        assert "Secure" in entered.headers["set-cookie"]
