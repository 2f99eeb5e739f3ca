# SPDX-License-Identifier: Apache-2.0
"""What is signed and committed to (docs/proofs.md): transactions as a node prepares them, and fields of waybills.

Nothing here trusts the node that prepares: what is signed is for this chain, this key and this action, and its
bytes are computed here.
"""

import hashlib
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from .encoding import UNSIGNED

WAYBILL = """OriginalDocumentNumber ShippingNoteNumber SerialNumber VehicleAmount TransportTypeCode
SendToProDateTime Carrier UnifiedSocialCreditIdentifier PermitNumber ConsignmentDateTime BusinessTypeCode
DespatchActualDateTime GoodsReceiptDateTime Consignor ConsignorID PlaceOfLoading LoadingCountrySubdivisionCode
Consignee ConsigneeID GoodsReceiptPlace ReceiptCountrySubdivisionCode TotalMonetaryAmount TransportationDistance
VehiclePlateColorCode VehicleNumber DriverName DrivingLicense DescriptionOfGoods CargoTypeClassificationCode
GoodsItemGrossWeight ActualCarrierName ActualCarrierBusinessLicense ActualCarrierID PolicyNumber
InsuranceCompanyCode Remark""".split()
TRANSACTION = b"dy/tx/1"
SIGNED = b"dy/tx-sign/1"
FIELD = b"dy/field/1"


class NotWhatWasMeant(Exception):
    """A node prepared something else than it was asked for."""


class KeyOpen(Exception):
    """The file of a key is not its owner's alone."""


class Signer:
    """The enterprise's working key."""

    def __init__(self, key_file):
        if Path(key_file).stat().st_mode & 0o077:
            raise KeyOpen(f"{key_file} can be read by others: chmod 600")
        seed = bytes.fromhex(Path(key_file).read_text(encoding="ascii").strip())
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        raw, kind = serialization.Encoding.Raw, serialization.PublicFormat.Raw
        self.public = "ed25519:" + self._key.public_key().public_bytes(raw, kind).hex()

    def sign(self, prepared, chain, action):
        """The transaction of `POST /v1/transactions/prepare`, signed: only if it is what was meant."""
        transaction = prepared["transaction"]
        meant = {"sender": self.public, "chain": chain, "action": action}
        if any(transaction[name] != value for name, value in meant.items()):
            raise NotWhatWasMeant(str(transaction))
        name = transaction_id(transaction)
        message = tag(SIGNED) + name
        if (prepared["id"], prepared["message"]) != (name.hex(), message.hex()):
            raise NotWhatWasMeant(prepared["id"])
        return transaction | {"signature": "ed25519:" + self._key.sign(message).hex()}


def tag(name):
    """A tag as it is hashed: padded with zeros to 16 bytes."""
    return name.ljust(16, b"\0")


def transaction_id(transaction):
    """The id of a transaction: over all of it but the signature."""
    return hashlib.sha256(tag(TRANSACTION) + UNSIGNED(transaction)).digest()


def salted(name, value):
    """A field with a fresh salt. Keep it: it alone opens the commitment."""
    return {"name": name, "salt": secrets.token_hex(32), "value": value}


def digest(field):
    """The digest of a field."""
    name, value = field["name"].encode(), field["value"].encode()
    parts = tag(FIELD) + bytes([len(name)]) + name + bytes.fromhex(field["salt"]) + value
    return hashlib.sha256(parts).digest()


def root(fields):
    """The RFC 6962 root over the digests of fields, in their order."""
    return _root([hashlib.sha256(b"\0" + digest(field)).digest() for field in fields])


def _root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\1" + _root(leaves[:half]) + _root(leaves[half:])).digest()
