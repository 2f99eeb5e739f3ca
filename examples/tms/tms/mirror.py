# SPDX-License-Identifier: Apache-2.0
"""Keeps the tables as the chain has them. A change says what to look at again, and is done with once what was read
is kept, in the same transaction as its number: so none is missed, and one that comes twice does no harm."""

from .node import Problem

# Kinds of records whose changes may change the vehicles of the enterprise.
MOVES_VEHICLES = {"affiliation", "code", "vehicle"}


class Behind(Exception):
    """The node has not executed the block of a change that another told of: look again."""


class Mirror:
    """The tables of one enterprise."""

    def __init__(self, node, store, organisation):
        self._node, self._store, self._organisation = node, store, organisation

    def seq(self):
        """The last change that is done with; None before the tables were first filled."""
        return self._store.place("seq")

    def fill(self):
        """Reads everything. The number is asked for first: what comes behind it is told again."""
        seq = self._node.last_change()
        pages = self._node.pages
        drivers = [row for page in pages("/v1/modules/drivers") for row in page["items"]]
        vehicles = self._read_vehicles(0)
        own = pages("/v1/waybills", maker=self._organisation)
        waybills = [item["value"]["waybill"] for page in own for item in page["items"]]
        with self._store.together():
            for row in drivers:
                self._store.put_driver(row)
            self._store.set_vehicles(vehicles)
            for record in waybills:
                self._store.put_waybill(record)
            self._store.set_place("seq", seq)

    def take(self, changes):
        """Looks again at what changes are about, and is done with them."""
        height = max(change["height"] for change in changes)
        kinds = {(change["version"]["kind"], change["id"]) for change in changes}
        codes = {code for kind, name in kinds for code in self._codes(kind, name)}
        drivers = [row for code in sorted(codes) for row in self._read_driver(code, height)]
        moved = any(kind in MOVES_VEHICLES for kind, _ in kinds)
        vehicles = self._read_vehicles(height) if moved else None
        waybills = [self._read_waybill(name) for kind, name in sorted(kinds) if kind == "waybill"]
        with self._store.together():
            for row in drivers:
                self._store.put_driver(row)
            if vehicles is not None:
                self._store.set_vehicles(vehicles)
            for record in filter(None, waybills):
                self._store.put_waybill(record)
            self._store.set_place("seq", changes[-1]["seq"])

    def _codes(self, kind, name):
        """The codes of the drivers that a change of a record is about."""
        if kind == "code":
            return [name]
        if kind == "affiliation":
            found = self._read("/v1/affiliations/" + name)
            return [found["code"]] if found else []
        if kind == "person":
            found = self._store.code_of_person(name)
            return [found] if found else []
        return []

    def _read(self, path):
        """A record, or None if it is not ours to see."""
        try:
            return self._node.get(path)["record"]
        except Problem as problem:
            if problem.code == "not_found":
                return None
            raise

    def _read_driver(self, code, height):
        page = self._node.get("/v1/modules/drivers", code=code)
        _must_have(page, height)
        return page["items"]

    def _read_vehicles(self, height):
        rows = []
        for page in self._node.pages("/v1/modules/vehicles"):
            _must_have(page, height)
            rows.extend(page["items"])
        # Between two pages a vehicle may have moved from one part of the table to the other.
        return list({row["vehicle"]: row for row in rows}.values())

    def _read_waybill(self, name):
        record = self._read("/v1/waybills/" + name)
        return record if record and record["maker"] == self._organisation else None


def _must_have(page, height):
    if page["height"] < height:
        raise Behind(f"height {page['height']} of {height}")
