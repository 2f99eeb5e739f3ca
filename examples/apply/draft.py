# SPDX-License-Identifier: Apache-2.0
"""What a node prepared is compared with what was asked for, and what is signed is computed here, from the application's
own bytes (docs/proofs.md): a node that prepared anything else gets no signature."""

import hashlib
from datetime import datetime, timedelta, timezone

CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
KINDS = """identity driving_licence qualification vehicle_licence transport_permit business_permit policy
bank_account""".split()
CODE_APPLY = 8
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class OtherDraft(Exception):
    """A node prepared something else than it was asked for."""


def tag(name):
    """A tag as it is hashed: padded with zeros to 16 bytes."""
    return name.ljust(16, b"\0")


def root(fields):
    """RFC 6962 root over the digests of fields."""
    def leaf(field):
        name = field["name"].encode()
        parts = tag(b"dy/field/1") + bytes([len(name)]) + name + bytes.fromhex(field["salt"]) + field["value"].encode()
        return hashlib.sha256(b"\0" + hashlib.sha256(parts).digest()).digest()

    def tree(leaves):
        if len(leaves) == 1:
            return leaves[0]
        half = 1 << ((len(leaves) - 1).bit_length() - 1)
        return hashlib.sha256(b"\1" + tree(leaves[:half]) + tree(leaves[half:])).digest()

    return tree([leaf(field) for field in fields]).hex()


def number(value, width):
    """A whole number, or which of its variants an enum is (4)."""
    return value.to_bytes(width, "little")


def raw(text, width):
    """Bytes that are told in hexadecimal digits."""
    data = bytes.fromhex(text)
    if len(data) != width:
        raise ValueError(f"not {width} bytes: {text}")
    return data


def name_of(prefix, text):
    """The 16 bytes that a record's name tells."""
    head, _, symbols = text.partition("_")
    if head != prefix or len(symbols) != 26:
        raise ValueError(f"not the name of one {prefix}: {text}")
    value = 0
    for symbol in symbols:
        value = value << 5 | CROCKFORD.index(symbol)
    return value.to_bytes(16, "big")


def many(write, values):
    """A list behind its length."""
    return number(len(values), 8) + b"".join(map(write, values))


def code_for(value):
    """Who a code is for."""
    if "enterprise" in value:
        return number(1, 4) + name_of("org", value["enterprise"])
    vehicles = many(lambda one: name_of("veh", one), value["driver"]["vehicles"])
    operator = value["driver"]["operator"]
    if operator is None:
        who = b"\0"
    elif operator == "applicant":
        who = b"\1" + number(1, 4)
    else:
        who = b"\1" + number(0, 4) + name_of("org", operator["organisation"])
    return number(0, 4) + vehicles + who


def custody(value):
    """In whose hands a key is."""
    return number(0, 4) if value == "device" else number(1, 4) + name_of("org", value["platform"])


def claim(value):
    """A certificate to be attested."""
    return number(KINDS.index(value["kind"]), 4) + raw(value["root"], 32) + name_of("org", value["attester"])


def bare(action):
    """Canonical bytes of a `code_apply`, its list of statements empty: parties sign in any order."""
    apply = action["code_apply"]
    key = number(0, 4) + raw(apply["holder_key"].removeprefix("ed25519:"), 32)
    parts = [code_for(apply["wanted"]), key, custody(apply["custody"]), number(apply["prefecture"], 2),
             many(claim, apply["claims"]), number(0, 8)]
    return number(CODE_APPLY, 4) + b"".join(parts)


def message(chain, action, word):
    """The 104 bytes of a statement on a chain about an action."""
    digest = hashlib.sha256(tag(b"dy/stmt-action/1") + bare(action)).digest()
    until = (datetime.fromisoformat(word["valid_until"]) - EPOCH) // timedelta(milliseconds=1)
    return tag(b"dy/statement/1") + raw(chain, 32) + digest + raw(word["nonce"], 16) + number(until, 8)


def check(draft, wish, chain):
    """What the holder's key is to sign, if it is what was asked for."""
    claims = []
    for told, paper in zip(draft["claims"], wish["certificates"]):
        given = [(field["name"], field["value"]) for field in told["fields"] if field["value"]]
        if told["kind"] != paper["kind"] or sorted(given) != sorted(paper["values"].items()):
            raise OtherDraft(f"what the node would commit to is not the {paper['kind']} that was sent")
        claims.append({"kind": paper["kind"], "root": root(told["fields"]), "attester": told["attester"]})
    # Built from the wish: whatever more or less the node's action has, it is another one.
    asked = {name: wish[name] for name in ("holder_key", "custody", "prefecture")}
    action = {"code_apply": {"wanted": wish["for"]["code"], **asked, "claims": claims, "statements": []}}
    if len(claims) != len(wish["certificates"]) or draft["action"] != action:
        raise OtherDraft("the node prepared another application than was asked for")
    signed = message(chain, action, draft["statement"])
    if draft["statement"]["message"] != signed.hex():
        raise OtherDraft("what the node would have signed is not this application")
    return signed
