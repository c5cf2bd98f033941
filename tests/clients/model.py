"""An OpenAI-compatible server on loopback whose model always calls the tool `hand_to_human`."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CALL = {"name": "hand_to_human", "arguments": json.dumps({"reason": "bot_limit", "note": "wants a refund"})}


@contextmanager
def model(seen: list[dict[str, Any]]) -> Iterator[str]:
    """Its base URL; `seen` gets what was asked."""

    class Model(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            calls = [{"index": 0, "id": "t1", "type": "function", "function": CALL}]
            body = _chunk({"role": "assistant", "tool_calls": calls}) + _chunk({}, "tool_calls")
            body += b"data: [DONE]\n\n"
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()


def _chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return f"data: {json.dumps(chunk)}\n\n".encode()
