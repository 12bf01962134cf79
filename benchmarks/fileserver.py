"""A plain and fast server with the two routes that transfer much: the POST of a job and the download of its results.

It discards uploads and sends one file to whoever asks; with the sandbox, the sandbox would be measured.
Run as a program with the path of that file, it prints its address.
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

JOB = "5eed5eed5eed5eed5eed"
CHUNK = 1 << 20


class Handler(BaseHTTPRequestHandler):
    """Answers for the service."""

    protocol_version = "HTTP/1.1"
    archive = Path()

    def do_POST(self) -> None:
        """Accept a job, and discard it."""
        left = int(self.headers["Content-Length"])
        room = memoryview(bytearray(CHUNK))
        while left > 0 and (got := self.rfile.readinto(room[: min(left, CHUNK)])):
            left -= got
        self._answer(json.dumps(JOB).encode())

    def do_GET(self) -> None:
        """Send the file."""
        with self.archive.open("rb") as file:
            self.send_response(200)
            self.send_header("Content-Type", "application/zip")
            self.send_header("Content-Length", str(self.archive.stat().st_size))
            self.end_headers()
            self.connection.sendfile(file)

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep the console quiet."""


if __name__ == "__main__":
    Handler.archive = Path(sys.argv[1])
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        print(f"http://127.0.0.1:{server.server_port}/api/v1", flush=True)
        server.serve_forever()
