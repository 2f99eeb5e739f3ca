# SPDX-License-Identifier: Apache-2.0
"""Canonical bytes (docs/proofs.md) of the transactions that this system sends, so that it computes itself what it
signs. A layout is a function from the JSON of a value to its bytes; the test holds them to the shared vectors."""

from datetime import datetime, timedelta, timezone

CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def _whole(width):
    return lambda value: value.to_bytes(width, "little")


def _raw(width):
    def write(text):
        data = bytes.fromhex(text)
        if len(data) != width:
            raise ValueError(f"not {width} bytes: {text}")
        return data
    return write


def _name(prefix):
    def write(text):
        head, _, symbols = text.partition("_")
        if head != prefix or len(symbols) != 26:
            raise ValueError(f"not the name of one {prefix}: {text}")
        number = 0
        for symbol in symbols:
            number = number << 5 | CROCKFORD.index(symbol)
        return number.to_bytes(16, "big")
    return write


def _time(text):
    return ((datetime.fromisoformat(text) - EPOCH) // timedelta(milliseconds=1)).to_bytes(8, "little")


def _text(text):
    data = text.encode()
    return len(data).to_bytes(8, "little") + data


def _code(text):
    return text.encode("ascii").ljust(16, b"\0")


def _key(text):
    return bytes(4) + _raw(32)(text.removeprefix("ed25519:"))


def _maybe(layout):
    return lambda value: b"\0" if value is None else b"\1" + layout(value)


def _many(layout):
    return lambda values: len(values).to_bytes(8, "little") + b"".join(map(layout, values))


def _struct(**fields):
    def write(value):
        if value.keys() != fields.keys():
            raise ValueError(f"not the members {sorted(fields)}: {sorted(value)}")
        return b"".join(layout(value[name]) for name, layout in fields.items())
    return write


def _enum(**variants):
    """Variants with their numbers; one without anything belonging to it has None."""
    def write(value):
        word, inner = (value, None) if isinstance(value, str) else next(iter(value.items()))
        number, layout = variants[word]
        return number.to_bytes(4, "little") + (layout(inner) if layout else b"")
    return write


U16, U32, HASH = _whole(2), _whole(4), _raw(32)
BOOL = _whole(1)
WAYBILL = _name("way")

KIND = _enum(
    exclusive=(0, _struct(code=_code)),
    public=(1, _struct(prefectures=_many(U16), vehicle_type=_maybe(_text))))
# `from` is a word of Python's own.
OFFER = _struct(**{
    "number": _text, "segment": _text, "kind": KIND, "offer_ends": _time, "load_by": _time, "deliver_by": _time,
    "goods": U16, "hazardous": BOOL, "weight_from_kg": U32, "weight_to_kg": U32, "part_load": BOOL, "from": U16,
    "to": U16, "consignee": _maybe(_name("org")), "fields_root": HASH, "price": HASH})
VERDICT = _enum(approve=(0, None), refuse=(1, _struct(reason=_text)))
ACTION = _enum(
    waybill_offer=(31, _struct(offer=OFFER)),
    waybill_sign=(39, _struct(
        waybill=WAYBILL, weight_kg=U32, distance_km=U32, difference_ppm=U32, reason=_maybe(HASH))),
    waybill_settle=(42, _struct(waybill=WAYBILL, amount=HASH, payment=HASH)),
    affiliation_review=(60, _struct(affiliation=_name("aff"), verdict=VERDICT)),
    affiliation_open=(61, _struct(affiliation=_name("aff"))))
# All of a transaction but its signature.
UNSIGNED = _struct(version=U16, chain=HASH, sender=_key, nonce=_raw(16), valid_until=_time, action=ACTION)
