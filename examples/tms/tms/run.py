# SPDX-License-Identifier: Apache-2.0
"""The loop: follow the changes by the stream or by webhooks, and do the enterprise's business in between. Whatever
breaks, it begins again where the database says."""

import queue
import sys
import threading
import time

from . import business
from .mirror import Behind, Mirror
from .node import Problem, Unreachable
from .store import Store
from .webhook import Receiver

PAUSE_S = 1.0
# Changes that are looked at together, at most, and how long the next one is waited for.
BATCH = 200
QUIET_S = 0.2


class System:
    """The system of one enterprise."""

    def __init__(self, config, node, signer):
        self._config, self._node, self._signer = config, node, signer
        self._store = Store(config["database"])
        self._mirror = Mirror(node, self._store, config["organisation"])
        self._chain = None
        self._receiver = None

    def forever(self):
        """Runs until the process ends."""
        if "webhook" in self._config:
            self._receiver = Receiver(self._config["webhook"], self._config["database"])
        while True:
            try:
                self._once()
            except (Unreachable, Behind) as error:
                print(f"tms: {error}; again from {self._mirror.seq()}", file=sys.stderr, flush=True)
            except Problem as problem:
                if not problem.is_passing:
                    raise
                print(f"tms: {problem}", file=sys.stderr, flush=True)
            time.sleep(PAUSE_S)

    def _once(self):
        self._chain = self._node.get("/v1/status")["chain"]
        if self._store.place("chain") not in (None, self._chain):
            raise SystemExit("tms: the node is of another chain than the database")
        self._store.set_place("chain", self._chain)
        if self._mirror.seq() is None:
            self._mirror.fill()
        self._work()
        if self._receiver is not None:
            self._register()
            return self._by_webhook()
        return self._by_stream()

    def _work(self):
        """What is executed comes back as changes, and these may call for more."""
        if self._config.get("works", True):
            business.decide(self._store)
            business.send_all(self._store, self._node, self._signer, self._chain)

    def _by_stream(self):
        """A reader takes the changes off the wire, so that what comes at once is looked at together."""
        came = queue.Queue(maxsize=BATCH)
        stream = self._node.events(self._mirror.seq())
        reader = threading.Thread(target=_read, args=(stream, came), daemon=True)
        reader.start()
        try:
            while True:
                changes, error = _batch(came)
                if changes:
                    self._mirror.take(changes)
                if error is not None:
                    raise error
                self._work()
        finally:
            # The next one begins only when this one has ended.
            stream.close()
            reader.join()

    def _register(self):
        """Registers where changes are delivered, once: the node keeps its own place in them."""
        if self._store.place("webhook") is not None:
            return
        # A registration whose answer was lost is of no use: the secret was in it, and is shown once.
        for old in self._node.get("/v1/webhooks")["items"]:
            if old["url"] == self._receiver.url:
                self._node.delete(f"/v1/webhooks/{old['id']}")
        wish = {"url": self._receiver.url, "from": self._mirror.seq() + 1}
        answer = self._node.post("/v1/webhooks", wish)
        with self._store.together():
            self._store.set_place("secret", answer["secret"])
            self._store.set_place("webhook", answer["webhook"]["id"])

    def _by_webhook(self):
        while True:
            self._receiver.woken.wait(PAUSE_S)
            self._receiver.woken.clear()
            changes = self._store.taken_in(self._mirror.seq(), BATCH)
            if changes:
                self._mirror.take(changes)
            self._work()


def _read(stream, came):
    try:
        for change in stream:
            _put(stream, came, change)
    except Exception as error:  # It is raised again where the changes are taken.
        _put(stream, came, error)


def _put(stream, came, one):
    """Waits for a place, for as long as somebody takes what is there."""
    while not stream.closed:
        try:
            came.put(one, timeout=PAUSE_S)
            return
        except queue.Full:
            pass  # Who takes them is at work.


def _batch(came):
    """Changes that came, and what ended the stream if something did. Waits a while for the first."""
    changes, wait = [], PAUSE_S
    while len(changes) < BATCH:
        try:
            one = came.get(timeout=wait)
        except queue.Empty:
            break
        if isinstance(one, Exception):
            return changes, one
        if one is not None:
            changes.append(one)
            wait = QUIET_S
    return changes, None
