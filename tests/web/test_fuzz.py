"""Whatever is sent, by whomever: no status from 500 on, and who may nothing changes nothing."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error

from bridge.schemas import schema_of
from tests.web.office import Office, bearer, office, token_of

TOKENS = {
    "tokens": [
        token_of("bot"), token_of("readonly"), token_of("agent", "ben"), token_of("supervisor"),
        token_of("admin"),
    ]
}  # fmt: skip
API = schemathesis.openapi.from_dict(schema_of("openapi")).exclude(path="/v1/events")  # it never ends
EXAMPLES = settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))


class Running:
    """The office on a loop of its own, for clients that block."""

    def __init__(self, dir: Path) -> None:
        self.url = ""
        self._dir, self._up, self._stop = dir, threading.Event(), asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_until_complete, args=(self._run(),), daemon=True
        )
        self.o: Office | None = None

    async def _run(self) -> None:
        async with office(self._dir, TOKENS) as self.o:
            self.url = str(self.o.client.base_url)
            self._up.set()
            await self._stop.wait()

    def __enter__(self) -> "Running":
        self._thread.start()
        assert self._up.wait(20)
        return self

    def __exit__(self, *error: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(70)
        self._loop.close()

    def state(self) -> str:
        """What a change would show in."""
        assert self.o
        live = self.o.service.live[self.o.id]
        return repr(
            (
                live.handoffs.state,
                live.call.bot_state,
                self.o.stage.roster.views(),
                sorted(self.o.service.live),
            )
        )


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with Running(tmp_path_factory.mktemp("fuzz")) as there:
        yield there


@pytest.mark.parametrize("who", ["nobody", "readonly", "ben"])
@API.parametrize()
@EXAMPLES
def test_who_may_nothing_changes_nothing(case: schemathesis.Case, running: Running, who: str) -> None:
    before = running.state()
    if "{id}" in case.path and case.path_parameters and len(str(case.path_parameters["id"])) % 2:
        case.path_parameters["id"] = running.o.id  # type: ignore[union-attr]
    answer = case.call(base_url=running.url, headers=bearer(who))
    assert answer.status_code < 500
    if case.path != "/v1/agents/{id}/presence" or who != "ben":  # he may say so of himself
        assert running.state() == before


@API.parametrize()
@EXAMPLES
def test_whatever_the_admin_sends_is_answered(case: schemathesis.Case, running: Running) -> None:
    answer = case.call(base_url=running.url, headers=bearer("admin"))
    case.validate_response(answer, checks=[not_a_server_error])


@given(raw=st.binary(max_size=200), type=st.sampled_from(["application/json", "text/plain", "x"]))
@EXAMPLES
def test_any_bytes(running: Running, raw: bytes, type: str) -> None:
    headers = bearer("admin") | {"Content-Type": type}
    answer = httpx2.put(f"{running.url}/v1/conversations/x/state", content=raw, headers=headers)
    assert answer.status_code in (400, 404, 422)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"state": {"slots": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}", 400, "bad_request"),
        (b'{"state": {"intent": "' + b"x" * 300_000 + b'"}}', 413, "too_large"),
        (b'{"state": {"intent": NaN}}', 422, "invalid"),
        (b'{"state": {"slots": {"a": ' + b'{"a":' * 500 + b"1" + b"}" * 500 + b"}}}", 422, "invalid"),
        (b"\xff\xfe", 422, "invalid"),
    ],
    ids=["deep", "long", "nan", "deep arguments", "no text"],
)  # fmt: skip
def test_oversize_and_deep_bodies_are_refused_by_name(
    running: Running, body: bytes, status: int, code: str
) -> None:
    assert running.o
    path = f"{running.url}/v1/conversations/{running.o.id}/state"
    before = running.state()
    answer = httpx2.put(
        path, content=body, headers=bearer("admin") | {"Content-Type": "application/json"}, timeout=20
    )
    assert (answer.status_code, answer.json()["detail"]["code"]) == (status, code), answer.text[:300]
    assert "xxxx" not in answer.text, "what was sent is not repeated"
    assert running.state() == before
