# SPDX-License-Identifier: Apache-2.0
"""Receives the node's webhooks (docs/webhooks.md, Standard Webhooks): only what is signed, each change once. What
was answered with 204 is on disk."""

import base64
import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .store import Store

# How far a timestamp may be off, how large a message may be, and how long a silent sender is waited for.
TOLERANCE_S = 300
MOST_BYTES = 256 * 1024
TIMEOUT_S = 10


def holds(secret, headers, body, now):
    """True if a message is signed with the secret and not old."""
    name, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (stamp.isascii() and stamp.isdigit() and abs(now - int(stamp)) <= TOLERANCE_S):
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{name}.{stamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(expected.encode(), one.encode()) for one in given)


class Receiver:
    """An address at which the node delivers; `woken` is set at each message."""

    def __init__(self, listen, database):
        self.woken = threading.Event()
        host, port = listen.rsplit(":", 1)
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            """One request."""

            timeout = TIMEOUT_S

            def do_POST(self):
                """Takes one message. Nobody knows yet who sends: nothing is read that does not say its length."""
                told = self.headers.get("content-length", "")
                length = int(told) if told.isascii() and told.isdigit() and len(told) < 10 else MOST_BYTES + 1
                if length > MOST_BYTES:
                    status = 413
                else:
                    status = receiver.take(Store(database), self.headers, self.rfile.read(length))
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                """Says nothing of each request."""

        self._server = ThreadingHTTPServer((host, int(port)), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        """Receives no more."""
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self):
        """Where it is reached."""
        host, port = self._server.server_address
        return f"http://{host}:{port}/hook"

    def take(self, store, headers, body):
        """Keeps a message; the status of the answer."""
        secret = store.place("secret")
        if secret is None or not holds(secret, headers, body, time.time()):
            return 401
        message = json.loads(body)
        # A test message has nothing to tell.
        if "sequence" in message and message["data"].get("seq") == message["sequence"]:
            store.take_in(message["sequence"], message["data"])
        self.woken.set()
        return 204
