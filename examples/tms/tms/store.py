# SPDX-License-Identifier: Apache-2.0
"""What the system keeps, in one SQLite file: the tables as the chain has them, orders, what is to be sent, and how
far the changes were followed. Whatever belongs together is written in one transaction."""

import json
import sqlite3

SCHEMA = """
CREATE TABLE IF NOT EXISTS place (name TEXT PRIMARY KEY, value);
CREATE TABLE IF NOT EXISTS driver (
    code TEXT PRIMARY KEY, affiliation TEXT NOT NULL, person TEXT, account TEXT NOT NULL, review TEXT NOT NULL,
    colour TEXT, row TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS vehicle (vehicle TEXT PRIMARY KEY, colour TEXT NOT NULL, row TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS waybill (
    waybill TEXT PRIMARY KEY, number TEXT NOT NULL, state TEXT NOT NULL, record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS customer_order (
    number TEXT PRIMARY KEY, code TEXT NOT NULL, wish TEXT NOT NULL, fields TEXT NOT NULL, price TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS outbox (
    purpose TEXT PRIMARY KEY, action TEXT NOT NULL, signed TEXT, id TEXT, state TEXT NOT NULL, reasons TEXT);
CREATE TABLE IF NOT EXISTS inbox (sequence INTEGER PRIMARY KEY, data TEXT NOT NULL);
"""


class Store:
    """One connection to the file; a thread has its own."""

    def __init__(self, path):
        self._db = sqlite3.connect(path, timeout=30, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.executescript(SCHEMA)

    def together(self):
        """All that is written within is kept whole or not at all."""
        return _Together(self._db)

    def place(self, name):
        """What was kept under a name, or None."""
        found = self._db.execute("SELECT value FROM place WHERE name = ?", (name,)).fetchone()
        return found and found[0]

    def set_place(self, name, value):
        self._db.execute("INSERT OR REPLACE INTO place VALUES (?, ?)", (name, value))

    def put_driver(self, row):
        chain = row["chain"]
        self._db.execute(
            "INSERT OR REPLACE INTO driver VALUES (?, ?, ?, ?, ?, ?, ?)",
            (row["code"], row["affiliation"], chain["person"], row["account"], row["review"],
             chain["displayed"], _text(row)))

    def code_of_person(self, person):
        found = self._db.execute("SELECT code FROM driver WHERE person = ?", (person,)).fetchone()
        return found and found[0]

    def drivers(self):
        return [json.loads(row) for (row,) in self._db.execute("SELECT row FROM driver ORDER BY code")]

    def set_vehicles(self, rows):
        """All of them: what is not among them is the enterprise's no more."""
        self._db.execute("DELETE FROM vehicle")
        self._db.executemany(
            "INSERT INTO vehicle VALUES (?, ?, ?)",
            [(row["vehicle"], row["colour"], _text(row)) for row in rows])

    def vehicles(self):
        return [json.loads(row) for (row,) in self._db.execute("SELECT row FROM vehicle ORDER BY vehicle")]

    def put_waybill(self, record):
        self._db.execute(
            "INSERT OR REPLACE INTO waybill VALUES (?, ?, ?, ?)",
            (record["id"], record["offer"]["number"], record["state"], _text(record)))

    def waybills(self):
        return [json.loads(row) for (row,) in self._db.execute("SELECT record FROM waybill ORDER BY waybill")]

    def add_order(self, number, code, wish, fields, price):
        self._db.execute(
            "INSERT INTO customer_order VALUES (?, ?, ?, ?, ?)",
            (number, code, _text(wish), _text(fields), _text(price)))

    def order(self, number):
        """The wish of an order and the field of its price, or None."""
        found = self._db.execute(
            "SELECT wish, price FROM customer_order WHERE number = ?", (number,)).fetchone()
        return found and tuple(map(json.loads, found))

    def send(self, purpose, action):
        """Puts an action among those to be sent; once for a purpose, however often it is asked for."""
        self._db.execute(
            "INSERT OR IGNORE INTO outbox (purpose, action, state) VALUES (?, ?, 'waiting')",
            (purpose, _text(action)))

    def waiting(self):
        """What is to be sent: purpose, action, and the signed transaction if there is one already."""
        rows = self._db.execute(
            "SELECT purpose, action, signed, id FROM outbox WHERE state = 'waiting' ORDER BY rowid").fetchall()
        return [(purpose, json.loads(action), signed and json.loads(signed), name)
                for purpose, action, signed, name in rows]

    def set_signed(self, purpose, signed, name):
        """What was signed is kept before it is sent: the same goes again, and is executed once."""
        self._db.execute(
            "UPDATE outbox SET signed = ?, id = ? WHERE purpose = ?",
            (signed and _text(signed), name, purpose))

    def set_sent(self, purpose, reasons):
        state = "refused" if reasons else "executed"
        self._db.execute(
            "UPDATE outbox SET state = ?, reasons = ? WHERE purpose = ?", (state, _text(reasons), purpose))

    def outbox(self):
        """Purpose and state of all that was to be sent."""
        return self._db.execute("SELECT purpose, state, reasons FROM outbox ORDER BY rowid").fetchall()

    def take_in(self, sequence, data):
        """Keeps a change that a webhook brought, once."""
        self._db.execute("INSERT OR IGNORE INTO inbox VALUES (?, ?)", (sequence, _text(data)))

    def taken_in(self, after, limit):
        """Changes behind a number, in their order; those before it are forgotten."""
        self._db.execute("DELETE FROM inbox WHERE sequence <= ?", (after,))
        rows = self._db.execute("SELECT data FROM inbox ORDER BY sequence LIMIT ?", (limit,)).fetchall()
        return [json.loads(data) for (data,) in rows]


class _Together:
    def __init__(self, db):
        self._db = db

    def __enter__(self):
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind, value, trace):
        self._db.execute("COMMIT" if kind is None else "ROLLBACK")


def _text(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
