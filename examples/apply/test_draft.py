# SPDX-License-Identifier: Apache-2.0
"""Bytes by the shared vectors, and drafts of a node that prepares something else than it was asked for."""

import copy
import json
import unittest
from pathlib import Path

import draft

VECTORS = Path(__file__).parents[2] / "docs" / "vectors"
CHAIN = "cd" * 32
OTHER_ORGANISATION = "org_3wkygkdn217yk1edhqx21vd6cd"
WISH = {
    "ticket": "t",
    "for": {"code": {"driver": {"vehicles": [], "operator": None}}},
    "holder_key": "ed25519:" + "07" * 32,
    "custody": "device",
    "prefecture": 5301,
    "certificates": [
        {"kind": "identity", "values": {"name": "测试司机"}},
        {"kind": "bank_account", "values": {"bank": "测试银行"}},
    ],
}


def vectors(name):
    """A file of them."""
    return json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))


def prepared(wish=None, chain=CHAIN):
    """What an honest node answers to a wish."""
    wish = wish or WISH
    claims = []
    for paper in wish["certificates"]:
        fields = [{"name": name, "salt": "5a" * 32, "value": value} for name, value in paper["values"].items()]
        fields.append({"name": "more", "salt": "a5" * 32, "value": ""})
        attester = "org_0e89gpra66k5yp4jxn9cg07twv"
        claims.append({"kind": paper["kind"], "root": draft.root(fields), "attester": attester, "fields": fields})
    action = {"code_apply": {
        "wanted": wish["for"]["code"],
        "holder_key": wish["holder_key"],
        "custody": wish["custody"],
        "prefecture": wish["prefecture"],
        "claims": [{name: claim[name] for name in ("kind", "root", "attester")} for claim in claims],
        "statements": [],
    }}
    word = {"nonce": "01" * 16, "valid_until": "2026-11-24T12:00:00.000+08:00"}
    word["message"] = draft.message(chain, action, word).hex()
    return {"action": action, "claims": claims, "statement": word}


class Bytes(unittest.TestCase):
    """They are those of every other implementation."""

    def test_roots_are_those_of_the_vectors(self):
        for table in vectors("fields")["roots"]:
            self.assertEqual(draft.root(table["fields"]), table["root"])

    def test_parts_of_an_application_are_those_of_the_vectors(self):
        layouts = vectors("layouts")
        for name, write in {"CodeFor": draft.code_for, "Custody": draft.custody, "NewClaim": draft.claim}.items():
            self.assertTrue(layouts[name])
            for one in layouts[name]:
                self.assertEqual(write(one["json"]).hex(), one["bytes"])

    def test_what_is_signed_is_that_of_the_vectors(self):
        transaction = vectors("hashes")["transaction"]
        action, known = transaction["json"]["action"], transaction["statement"]
        self.assertEqual(draft.bare(action).hex(), known["action_without_statements"])
        word, = action["code_apply"]["statements"]
        self.assertEqual(draft.message(transaction["json"]["chain"], action, word).hex(), known["signed"])


class Drafts(unittest.TestCase):
    """Only what was asked for is signed."""

    def test_what_was_asked_for_is_signed(self):
        ready = prepared()
        signed = draft.check(ready, WISH, CHAIN)
        self.assertEqual((signed.hex(), len(signed)), (ready["statement"]["message"], 104))

    def test_another_application_is_not_signed(self):
        others = {
            "for": {"code": {"driver": {"vehicles": ["veh_6rdt0h5wy4rh2229qrx7t4y5m6"], "operator": None}}},
            "holder_key": "ed25519:" + "08" * 32,
            "custody": {"platform": OTHER_ORGANISATION},
            "prefecture": 5303,
            "certificates": WISH["certificates"][:1],
        }
        operated = {"code": {"driver": {"vehicles": [], "operator": {"organisation": OTHER_ORGANISATION}}}}
        wishes = [WISH | {name: value} for name, value in others.items()] + [WISH | {"for": operated}]
        for wish in wishes:
            with self.assertRaises(draft.OtherDraft, msg=wish):
                draft.check(prepared(wish), WISH, CHAIN)

    def test_other_bytes_are_not_signed(self):
        foreign = [prepared(chain="ef" * 32), prepared(), prepared(), prepared()]
        # Of another draft, of another moment, and no statement at all.
        foreign[1]["statement"]["message"] = prepared(WISH | {"prefecture": 5303})["statement"]["message"]
        foreign[2]["statement"]["valid_until"] = "2027-11-24T12:00:00.000+08:00"
        foreign[3]["statement"]["message"] = (draft.tag(b"dy/tx-sign/1") + bytes(32)).hex()
        for ready in foreign:
            with self.assertRaises(draft.OtherDraft):
                draft.check(ready, WISH, CHAIN)

    def test_other_certificates_are_not_signed(self):
        def changed(change):
            ready = copy.deepcopy(prepared())
            change(ready, ready["claims"][0], ready["action"]["code_apply"]["claims"])
            word = ready["statement"]
            word["message"] = draft.message(CHAIN, ready["action"], word).hex()
            return ready

        def twice(_, told, claims):
            told["fields"].insert(0, {"name": "name", "salt": "11" * 32, "value": "x"})
            told["root"] = claims[0]["root"] = draft.root(told["fields"])

        def value(_, told, claims):
            told["fields"][0]["value"] = "x"
            told["root"] = claims[0]["root"] = draft.root(told["fields"])

        changes = [
            twice, value,
            lambda _, told, claims: claims[0].update(root="00" * 32),
            lambda _, told, claims: claims[0].update(kind="policy"),
            lambda _, told, claims: claims[0].update(attester=OTHER_ORGANISATION),
            lambda ready, told, claims: (ready["claims"].append(told), claims.append(claims[0])),
            lambda _, told, claims: claims.reverse(),
        ]
        for number, change in enumerate(changes):
            with self.assertRaises(draft.OtherDraft, msg=number):
                draft.check(changed(change), WISH, CHAIN)


if __name__ == "__main__":
    unittest.main()
