"""An index of models with its archives on loopback, as misbehaved as a test wants it."""

import hashlib
import io
import json
import re
import threading
import zipfile
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


def archive(files: Mapping[str, bytes | str]) -> bytes:
    """A zip, stored."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)
    return made.getvalue()


class ModelServer:
    """`breaks`: after how many bytes each answer in turn ends; None or beyond the list: whole."""

    def __init__(self) -> None:
        self.archives: dict[str, bytes] = {}
        self.index: list[dict[str, Any]] = []
        self.breaks: list[int | None] = []
        self.ranges: list[str | None] = []
        """of each request for an archive"""
        self.serves_ranges = True
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server._answer(self)

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    @property
    def index_url(self) -> str:
        return f"{self.url}/models.json"

    def offer(self, name: str, content: bytes, **listed: Any) -> None:
        self.archives[f"/{name}.zip"] = content
        line = {
            "name": name, "lang": "en-us", "type": "small", "obsolete": "false", "size": len(content),
            "md5": hashlib.md5(content).hexdigest(), "url": f"{self.url}/{name}.zip",
        }  # fmt: skip
        self.index.append(line | listed)

    def close(self) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        if request.path == "/models.json":
            return _send(request, 200, json.dumps(self.index).encode())
        content = self.archives.get(request.path)
        if content is None:
            return _send(request, 404, b"")
        asked = request.headers.get("Range")
        self.ranges.append(asked)
        found = re.fullmatch(r"bytes=(\d+)-", asked or "")
        start = int(found[1]) if found and self.serves_ranges else 0
        stop = self.breaks.pop(0) if self.breaks else None
        return _send(request, 206 if start else 200, content[start:], stop)


def _send(request: BaseHTTPRequestHandler, status: int, body: bytes, stop: int | None = None) -> None:
    request.send_response(status)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body[:stop])
