# SPDX-License-Identifier: Apache-2.0
"""What needs no node: commitments by the shared vectors, signatures of webhooks, and the database."""

import base64
import hashlib
import hmac
import json
import socket
import tempfile
import threading
import time
import unittest
from pathlib import Path
from unittest import mock

from tms import business, chain, encoding, run, webhook
from tms.node import Node
from tms.store import Store

VECTORS = Path(__file__).parents[2] / "docs" / "vectors"
OURS = {"waybill_offer", "waybill_sign", "waybill_settle", "affiliation_review", "affiliation_open"}
WISH = {"goods": 1700, "weight_kg": 1000, "from": 5301, "to": 5303, "distance_km": 135, "price": "600.000"}


class Commitments(unittest.TestCase):
    """Fields, roots and bytes are those of every other implementation."""

    def test_roots_are_those_of_the_vectors(self):
        tables = json.loads((VECTORS / "fields.json").read_text(encoding="utf-8"))["roots"]
        self.assertIn("waybill", [table["table"] for table in tables])
        for table in tables:
            digests = [chain.digest(field).hex() for field in table["fields"]]
            self.assertEqual((digests, chain.root(table["fields"]).hex()), (table["digests"], table["root"]))

    def test_bytes_are_those_of_the_vectors(self):
        layouts = json.loads((VECTORS / "layouts.json").read_text(encoding="utf-8"))
        seen = set()
        for vector in layouts["Action"]:
            word = next(iter(vector["json"]))
            if word in OURS:
                seen.add(word)
                self.assertEqual(encoding.ACTION(vector["json"]).hex(), vector["bytes"])
        self.assertEqual(seen, OURS)
        for one in layouts["WaybillKind"]:
            self.assertEqual(encoding.KIND(one["json"]).hex(), one["bytes"])
        for one in layouts["AffiliationVerdict"]:
            self.assertEqual(encoding.VERDICT(one["json"]).hex(), one["bytes"])

    def test_what_a_node_prepares_is_signed_only_if_it_was_meant(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "key")
            file.write_text("07" * 32, encoding="ascii")
            file.chmod(0o640)
            with self.assertRaises(chain.KeyOpen):
                chain.Signer(file)
            file.chmod(0o600)
            signer = chain.Signer(file)
        action = {"affiliation_open": {"affiliation": "aff_3wkygkdn217yk1edhqx21vd6cd"}}
        other = {"affiliation_open": {"affiliation": "aff_6rdt0h5wy4rh2229qrx7t4y5m6"}}
        told = {"version": 1, "chain": "cd" * 32, "sender": signer.public, "nonce": "01" * 16,
                "valid_until": "2026-11-24T12:00:00.000+08:00", "action": action}

        def prepared(transaction, named):
            name = chain.transaction_id(named)
            message = chain.tag(chain.SIGNED) + name
            return {"transaction": transaction, "id": name.hex(), "message": message.hex()}

        signed = signer.sign(prepared(told, told), "cd" * 32, action)
        self.assertTrue(signed["signature"].startswith("ed25519:"))
        foreign = told | {"chain": "ef" * 32}
        wrong = [
            prepared(told | {"action": other}, told | {"action": other}),
            prepared(foreign, foreign),
            # It shows one transaction and has another one signed.
            prepared(told, told | {"action": other}),
        ]
        for one in wrong:
            with self.assertRaises(chain.NotWhatWasMeant):
                signer.sign(one, "cd" * 32, action)


class Webhooks(unittest.TestCase):
    """Only what is signed and fresh is taken."""

    def test_a_message_holds_by_its_secret_its_time_and_its_bytes(self):
        key = b"0123456789abcdef01234567"
        secret = "whsec_" + base64.b64encode(key).decode()
        mac = hmac.new(key, b"msg_1.1000.{}", hashlib.sha256).digest()
        signature = "v1," + base64.b64encode(mac).decode()
        good = {"webhook-id": "msg_1", "webhook-timestamp": "1000", "webhook-signature": f"v1,AAAA {signature}"}
        self.assertTrue(webhook.holds(secret, good, b"{}", 1200))
        self.assertFalse(webhook.holds(secret, good, b"{ }", 1200))
        self.assertFalse(webhook.holds(secret, good, b"{}", 1301))
        self.assertFalse(webhook.holds(secret, good | {"webhook-id": "msg_2"}, b"{}", 1200))
        self.assertFalse(webhook.holds(secret, good | {"webhook-timestamp": "x"}, b"{}", 1200))
        self.assertFalse(webhook.holds(secret, good | {"webhook-signature": "v1,é"}, b"{}", 1200))
        self.assertFalse(webhook.holds(secret, {}, b"{}", 1200))

    def answer(self, request):
        """What a receiver answers on a connection that stays open."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        with mock.patch.object(webhook, "TIMEOUT_S", 0.2, create=True):
            receiver = webhook.Receiver("127.0.0.1:0", Path(folder.name, "tms.sqlite"))
        self.addCleanup(receiver.stop)
        port = int(receiver.url.rsplit(":", 1)[1].split("/")[0])
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(request)
            return b"".join(iter(lambda: connection.recv(4096), b"")).partition(b"\r\n")[0]

    def test_a_message_of_no_length_or_too_large_is_answered_without_being_read(self):
        for length in (b"-1", b"+1", b"x", str(webhook.MOST_BYTES + 1).encode()):
            request = b"POST /hook HTTP/1.1\r\nContent-Length: " + length + b"\r\n\r\n"
            self.assertIn(b" 413 ", self.answer(request), length)
        self.assertIn(b" 413 ", self.answer(b"POST /hook HTTP/1.1\r\n\r\n"))
        self.assertIn(b" 401 ", self.answer(b"POST /hook HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"))

    def test_who_does_not_go_on_is_left(self):
        self.assertEqual(self.answer(b"POST /hook HTTP/1.1\r\nContent-Length: 9\r\n\r\n{"), b"")
        self.assertEqual(self.answer(b"POST /ho"), b"")


class EndlessNode:
    """A node whose streams never end: it writes changes without end, or after the first ones nothing."""

    def __init__(self, changes):
        self._changes = changes
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            connection.recv(65_536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
            sent = 0
            while self._changes is None or sent < self._changes:
                connection.sendall(b'data: {"seq": 1}\n\n')
                sent += 1
            while connection.recv(65_536):
                pass
        except OSError:
            pass
        connection.close()

    def stop(self):
        """Takes nobody more."""
        self._listening.close()


class Streams(unittest.TestCase):
    """However often the business fails, no stream is left behind: a node lets one caller have a few."""

    def test_a_failure_ends_its_stream_and_its_reader(self):
        # A stream that flows, one that falls silent, and one that was silent from the beginning.
        for changes in (None, 3, 0):
            node = EndlessNode(changes)
            self.addCleanup(node.stop)
            folder = tempfile.TemporaryDirectory()
            self.addCleanup(folder.cleanup)
            config = {"database": Path(folder.name, "tms.sqlite"), "organisation": "org", "works": True}
            system = run.System(config, Node(node.url, "key"), None)
            before = set(threading.enumerate())
            failing = mock.Mock(side_effect=ValueError("the business is broken"))
            with mock.patch.object(run.business, "decide", failing), mock.patch.object(run.Mirror, "take"):
                with mock.patch.object(run, "PAUSE_S", 0.2):
                    for _ in range(3):
                        with self.assertRaisesRegex(ValueError, "broken"):
                            system._by_stream()
            # The readers here, and what serves each stream there.
            left, last = before, time.monotonic() + 5
            while left and time.monotonic() < last:
                time.sleep(0.02)
                left = set(threading.enumerate()) - before
            self.assertEqual(left, set(), changes)


class Orders(unittest.TestCase):
    """Each order is offered once, and each thing sent once."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.store = Store(Path(folder.name, "tms.sqlite"))

    def test_an_order_is_kept_with_its_salts_and_offered_once(self):
        business.place_order(self.store, "TMS-1", "53A", WISH)
        with self.assertRaises(Exception):
            business.place_order(self.store, "TMS-1", "53B", WISH)
        (purpose, action, signed, _), = self.store.waiting()
        offer = action["waybill_offer"]["offer"]
        self.assertEqual((purpose, signed), ("offer TMS-1", None))
        self.assertEqual((offer["weight_from_kg"], offer["weight_to_kg"]), (950, 1050))
        wish, price = self.store.order("TMS-1")
        self.assertEqual((wish, chain.digest(price).hex()), (WISH, offer["price"]))

    def test_a_field_that_no_waybill_has_is_refused_before_anything_is_kept(self):
        with self.assertRaises(ValueError):
            business.place_order(self.store, "TMS-1", "53A", WISH | {"fields": {"Colour": "blue"}})
        self.assertEqual((self.store.waiting(), self.store.order("TMS-1")), ([], None))

    def test_a_purpose_is_sent_once(self):
        for _ in range(2):
            self.store.send("open aff_1", {"affiliation_open": {"affiliation": "aff_1"}})
        self.store.set_sent("open aff_1", [])
        self.store.send("open aff_1", {"affiliation_open": {"affiliation": "aff_1"}})
        self.assertEqual(self.store.waiting(), [])

    def test_changes_that_webhooks_bring_twice_or_late_are_taken_once_in_order(self):
        for sequence in (9, 8, 9, 3):
            self.store.take_in(sequence, {"seq": sequence})
        self.assertEqual([one["seq"] for one in self.store.taken_in(3, 10)], [8, 9])


if __name__ == "__main__":
    unittest.main()
