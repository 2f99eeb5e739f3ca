# SPDX-License-Identifier: Apache-2.0
"""An invented driver applies for a code over the HTTP interface alone: a phone is proved, papers are sent, every root
and what is signed are computed anew (draft.py), a key that nobody else has signs, and the authorities' answers are
followed until the code is issued.

Python 3.11 or later, its standard library, and `cryptography` for Ed25519. ./scripts/example.sh --api apply sets:
DIANYUN_NODE   address of a node whose authorities answer, such as http://127.0.0.1:8080
DIANYUN_PAPERS what `dianyun testnet newcomer --json` printed
DIANYUN_LOG    the node's log, where a demo prints one-time codes; on a real chain they come by SMS
"""

import base64
import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.request

from cryptography.hazmat.primitives.asymmetric import ed25519

from draft import OtherDraft, check

NODE = os.environ["DIANYUN_NODE"]
LONGEST_S = 60


def ask(method, path, body=None, token=None):
    """Asks the node; an answer that is a problem ends the program with its words."""
    headers = {"accept-language": "en"}
    if body is not None:
        headers["content-type"] = "application/json"
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(NODE + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        problem = json.load(error)
        sys.exit(f"{problem['title']} ({problem['code']}): {problem['detail']} {problem['what_to_do']}")


def one_time_code(request):
    """The code that the demo sent to nobody: it is in the node's log."""
    with open(os.environ["DIANYUN_LOG"], encoding="utf-8") as log:
        for line in log:
            if request in line:
                return json.loads(line)["code"]
    sys.exit("the log does not have the code: does the node send text messages?")


def token(key, holder_key, status):
    """A token by the holder's key for this node: docs/access.md."""
    now = int(time.time())
    claims = {"aud": f"dianyun:{status['chain']}:{status['name']}", "iat": now, "exp": now + 300}
    parts = [{"alg": "EdDSA", "typ": "JWT", "kid": holder_key.removeprefix("ed25519:")}, claims]
    coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts]
    signature = base64.urlsafe_b64encode(key.sign(b".".join(coded))).rstrip(b"=")
    return b".".join([*coded, signature]).decode()


def main():
    """From papers to a code."""
    newcomer = json.loads(os.environ["DIANYUN_PAPERS"])
    person = newcomer["person"]
    # Another number each time: one phone gets a code a minute.
    sent = ask("POST", "/v1/applying/codes", {"phone": f"164{secrets.randbelow(10**8):08}"})
    entered = {"request": sent["request"], "code": one_time_code(sent["request"])}
    ticket = ask("POST", "/v1/applying/codes/verify", entered)["ticket"]

    typed = [{"kind": kind, "values": values} for kind, values in person["certificates"].items()]
    wrong = ask("POST", "/v1/applying/check", {"certificates": typed})["wrong"]
    if wrong:
        sys.exit(f"the papers are not right: {wrong}")

    key = ed25519.Ed25519PrivateKey.generate()
    holder_key = f"ed25519:{key.public_key().public_bytes_raw().hex()}"
    wish = {
        "ticket": ticket,
        "for": {"code": {"driver": {"vehicles": [], "operator": None}}},
        "holder_key": holder_key,
        "custody": "device",
        "prefecture": person["prefecture"],
        "certificates": typed,
    }
    status = ask("GET", "/v1/status")
    draft = ask("POST", "/v1/applying", wish)
    try:
        message = check(draft, wish, status["chain"])
    except OtherDraft as error:
        sys.exit(str(error))
    word = draft["statement"]
    statement = {name: word[name] for name in ("nonce", "valid_until")}
    statement |= {"signer": holder_key, "signature": f"ed25519:{key.sign(message).hex()}"}
    done = ask("POST", f"/v1/applying/{draft['draft']}/submit", {"ticket": ticket, "statements": [statement]})

    own, last = token(key, holder_key, status), time.monotonic() + LONGEST_S
    while True:
        application = ask("GET", f"/v1/applications/{done['application']}", token=own)["record"]
        for claim in application["claims"]:
            if isinstance(claim["state"], dict) and "refused" in claim["state"]:
                sys.exit(f"{claim['kind']} was refused: {claim['state']['refused']['reason']}")
        if application["state"] == "issued":
            break
        if time.monotonic() > last:
            sys.exit("the authorities did not answer in time")
        time.sleep(0.2)
    code = ask("GET", f"/v1/codes/{done['code']}")
    print(json.dumps({"application": done["application"], "code": done["code"], "colour": code["colour"]}, indent=2))


main()
