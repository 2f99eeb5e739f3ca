# SPDX-License-Identifier: Apache-2.0
"""What the enterprise does by itself: it takes on drivers who ask, offers its orders, signs for what arrived and
settles. Each thing is sent once, whatever breaks in between."""

import hashlib
from datetime import datetime, timedelta, timezone

from . import chain
from .node import Problem, Unreachable

BEIJING = timezone(timedelta(hours=8))
# How long an offer stands, and until when its goods are to be loaded and delivered.
HOURS = {"offer_ends": 24, "load_by": 48, "deliver_by": 96}


def place_order(store, number, code, wish):
    """Keeps an order with the salts of its fields, and has it offered to the driver."""
    values = {"ShippingNoteNumber": number, "SerialNumber": "0000", "VehicleAmount": "1",
              "TotalMonetaryAmount": wish["price"], "TransportationDistance": str(wish["distance_km"])}
    values |= wish.get("fields", {})
    unknown = values.keys() - set(chain.WAYBILL)
    if unknown:
        raise ValueError(f"a waybill has no fields {sorted(unknown)}")
    fields = [chain.salted(name, values.get(name, "")) for name in chain.WAYBILL]
    price = chain.salted("TotalMonetaryAmount", wish["price"])
    offer = {
        "number": number, "segment": "0000", "kind": {"exclusive": {"code": code}},
        **{name: _in_hours(hours) for name, hours in HOURS.items()},
        "goods": wish["goods"], "hazardous": False,
        "weight_from_kg": wish["weight_kg"] * 19 // 20, "weight_to_kg": wish["weight_kg"] * 21 // 20,
        "part_load": False, "from": wish["from"], "to": wish["to"], "consignee": None,
        "fields_root": chain.root(fields).hex(), "price": chain.digest(price).hex(),
    }
    with store.together():
        store.add_order(number, code, wish, fields, price)
        store.send(f"offer {number}", {"waybill_offer": {"offer": offer}})


def _in_hours(hours):
    at = datetime.now(BEIJING) + timedelta(hours=hours)
    return at.isoformat(timespec="milliseconds")


def decide(store):
    """Puts among what is to be sent whatever the tables call for now."""
    for row in store.drivers():
        name = row["affiliation"]
        # A driver who asks again after an end asks at another instant.
        asked = f"{name} {row['added_at']}"
        if row["review"] == "waiting":
            verdict = {"affiliation_review": {"affiliation": name, "verdict": "approve"}}
            store.send(f"approve {asked}", verdict)
        elif row["review"] == "approved" and row["account"] == "none":
            store.send(f"open {asked}", {"affiliation_open": {"affiliation": name}})
    for record in store.waybills():
        order = store.order(record["offer"]["number"])
        if order and record["state"] == "arrived":
            store.send(f"sign {record['id']}", _signing(record["id"], order[0]))
        elif order and record["state"] == "signed":
            store.send(f"settle {record['id']}", _settlement(record["id"], order[1]))


def _signing(waybill, wish):
    return {"waybill_sign": {"waybill": waybill, "weight_kg": wish["weight_kg"],
                             "distance_km": wish["distance_km"], "difference_ppm": 0, "reason": None}}


def _settlement(waybill, price):
    # A bank's slip would be digested here; the sample has none but the waybill's name.
    payment = hashlib.sha256(f"payment of {waybill}".encode()).hexdigest()
    amount = chain.digest(price).hex()
    return {"waybill_settle": {"waybill": waybill, "amount": amount, "payment": payment}}


def send_all(store, node, signer, chain_id):
    """Sends what waits, each until it is executed or refused."""
    for purpose, action, signed, name in store.waiting():
        if signed is None:
            prepared = node.post("/v1/transactions/prepare", {"sender": signer.public, "action": action})
            signed, name = signer.sign(prepared, chain_id, action), prepared["id"]
            store.set_signed(purpose, signed, name)
        outcome = _submit(node, signed, name)
        if outcome is None:
            # It can be executed no more: another one takes its place.
            store.set_signed(purpose, None, None)
            continue
        reasons = outcome.get("refused", {}).get("reasons", [])
        store.set_sent(purpose, reasons)


def _submit(node, signed, name):
    """The outcome of a transaction; None if its time is over and it was never executed."""
    try:
        answer = node.post("/v1/transactions?wait=ordered", signed)
        if "receipt" not in answer:
            raise Unreachable(f"{name} is not executed yet")
        return answer["receipt"]["outcome"]
    except Problem as problem:
        if problem.code != "transaction_expired":
            raise
    try:
        return node.get(f"/v1/transactions/{name}")["receipt"]["outcome"]
    except Problem as problem:
        if problem.code != "not_found":
            raise
    return None
