# SPDX-License-Identifier: Apache-2.0
"""A deployment server's HTTP side, just enough to test the agent: plan, image ranges, seed, reports.

It keeps nothing in memory that a restart would lose: granted boot ids live in a file, reports in a log.
"""

import argparse
import http.server
import json
import os
import re
import threading


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    options = None
    lock = threading.Lock()

    def log_message(self, *_):
        pass

    def record(self, kind, value):
        with self.lock, open(self.options.log, "a") as log:
            log.write(json.dumps([kind, value]) + "\n")

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def allowed(self):
        if self.headers.get("Authorization") == "Bearer " + self.options.token:
            return True
        self.answer(403, b"unknown token\n")
        return False

    def do_POST(self):
        text = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if not self.allowed():
            return
        name = self.path.removeprefix("/agent/v1/")
        try:
            body = json.loads(text)
        except ValueError:
            self.record("bad-json", text.decode("latin-1"))
            self.answer(400, b"not JSON\n")
            return
        self.record(name, body)
        if name == "begin":
            self.begin(body["boot_id"])
        elif name in ("inventory", "progress", "complete", "failed"):
            self.answer(204)
        else:
            self.answer(404)

    def begin(self, boot_id):
        if self.options.refuse:
            self.answer(403, b"machine is already deployed\n")
            return
        granted = self.options.log + ".granted"
        if os.path.exists(granted):
            with open(granted) as file:
                if file.read() != boot_id:
                    self.answer(409, b"another start of the agent holds this token\n")
                    return
        with open(granted, "w") as file:
            file.write(boot_id)
        with open(self.options.plan, "rb") as file:
            self.answer(200, file.read())

    def do_GET(self):
        if not self.path.startswith("/agent/"):
            self.answer(404)
        elif not self.allowed():
            return
        elif self.path == "/agent/v1/image":
            self.image()
        elif self.path.startswith("/agent/v1/answer/"):
            self.record("answer", self.path.rsplit("/", 1)[1])
            path = os.path.join(self.options.seed, os.path.basename(self.path))
            with open(path, "rb") as file:
                self.answer(200, file.read())

    def image(self):
        size = os.path.getsize(self.options.image)
        match = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if not match:
            self.answer(400, b"a range, please\n")
            return
        first, last = int(match[1]), min(int(match[2]), size - 1)
        self.record("image", [first, last])
        if first >= size:
            self.answer(416)
            return
        with open(self.options.image, "rb") as file:
            file.seek(first)
            body = file.read(last - first + 1)
        if self.options.die_at is not None and first <= self.options.die_at <= last:
            # Half of the promised bytes, then the process is gone.
            self.send_response(206)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            os._exit(1)
        self.answer(206, body, [("Content-Range", f"bytes {first}-{last}/{size}")])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", required=True)
    parser.add_argument("--plan")
    parser.add_argument("--image")
    parser.add_argument("--seed")
    parser.add_argument("--log", required=True)
    parser.add_argument("--refuse", action="store_true")
    parser.add_argument("--die-at", type=int)
    Handler.options = parser.parse_args()
    server = Server(("127.0.0.1", Handler.options.port), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


main()
