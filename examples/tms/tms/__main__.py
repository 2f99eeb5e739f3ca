# SPDX-License-Identifier: Apache-2.0
"""python3 -m tms --config tms.json run|push|show"""

import argparse
import json
import sys
from pathlib import Path

from .business import place_order
from .chain import Signer
from .node import Node
from .run import System
from .store import Store


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(prog="tms", description=__doc__)
    parser.add_argument("--config", required=True, help="a JSON file; README.md says what is in it")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="follow the chain and do the enterprise's business until stopped")
    push = commands.add_parser("push", help="offer an order to one driver as a waybill")
    push.add_argument("--number", required=True, help="number of the waybill, unique to the enterprise")
    push.add_argument("--code", required=True, help="the driver's code")
    push.add_argument("--order", required=True, help="a JSON file: goods, weight_kg, from, to, distance_km, price")
    commands.add_parser("show", help="print what the database holds as JSON")
    asked = parser.parse_args()
    config = json.loads(Path(asked.config).read_text(encoding="utf-8"))
    if asked.command == "run":
        key = Path(config["api_key_file"]).read_text(encoding="ascii").strip()
        System(config, Node(config["node"], key), Signer(config["key_file"])).forever()
    store = Store(config["database"])
    if asked.command == "push":
        order = json.loads(Path(asked.order).read_text(encoding="utf-8"))
        place_order(store, asked.number, asked.code, order)
    else:
        held = {"seq": store.place("seq"), "drivers": store.drivers(), "vehicles": store.vehicles(),
                "waybills": store.waybills(), "outbox": store.outbox()}
        json.dump(held, sys.stdout, ensure_ascii=False)


main()
