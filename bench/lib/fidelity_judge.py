"""How bench/fidelity judges: what the source says, what a way left of it, and what it said itself.

The verdict of each fact follows from these three alone; none is written by hand:

  equal              the target says the same, in one normal form of text for its kind of value
  named              it does not, and a message of the run has the name of the column or object in it;
                     of a row or table that is not there at all, that of the table will do
  changed silently   the target says something else, and no message names it
  missing silently   nothing is there, and no message names it
  failed             nothing or something else is there, the run ended badly, and names nothing of it
"""

import collections
import dataclasses
import decimal
import ipaddress
import json
import re
import struct

NULL = "\0NULL"  # SQL's, as opposed to a text of four letters
VERDICTS = ("equal", "named", "changed silently", "missing silently", "failed")
SILENT = ("changed silently", "missing silently")


@dataclasses.dataclass(frozen=True)
class Left:
    """What stands in the target; `text` None: nothing does."""

    text: str | None
    type: str = ""  # of the target's column; bytea is given in hexadecimal digits


@dataclasses.dataclass
class Told:
    """What a run said, message by message, and whether it ended well."""

    messages: list
    ended_badly: bool = False


def judge(kind, source, left, told, words):
    """The verdict of one fact, and the message that names it or was the run's last."""
    if left.text is not None and normal(kind, left.text, left.type) == normal(kind, source):
        return "equal", ""
    named = next((message for message in told.messages if mentions(message, words)), None)
    if named is not None:
        return "named", named
    if told.ended_badly:
        return "failed", told.messages[-1] if told.messages else "not a word"
    return ("missing silently" if left.text is None else "changed silently"), ""


def mentions(message, words):
    """Whether a message names one of these; `idx_N_by_word` names by_word, `by_word_too` does not."""
    return any(re.search(rf"(?<![^\W_]){re.escape(word)}(?!\w)", message, re.IGNORECASE) for word in words)


def counts(verdicts):
    """How often each verdict stands among them, those that do not included."""
    found = collections.Counter(verdicts)
    return {verdict: found[verdict] for verdict in VERDICTS}


def worst(verdicts):
    """The verdict of a subject: that of the fact that came off worst."""
    order = ("equal", "named", "failed", "missing silently", "changed silently")
    return max(verdicts, key=order.index)


def normal(kind, text, target_type=""):
    """A value in the one form that both servers' texts of it come to.

    `target_type` is empty for the source's text."""
    if text == NULL:
        return NULL
    try:
        return FORMS[kind](text, target_type)
    except (ValueError, ArithmeticError, struct.error, IndexError, KeyError):
        return "no " + kind + ": " + text


def plain(text, _):
    return text


def number(text, target_type):
    if target_type == "boolean":
        return {"t": "1", "f": "0", "true": "1", "false": "0"}[text]
    with decimal.localcontext() as context:
        context.prec = 200
        return format(decimal.Decimal(text).normalize(), "f")


def bits(text, target_type):
    if target_type == "boolean":
        return number(text, target_type)
    if target_type == "bytea":
        return format(int(text, 16), "b")
    return text.lstrip("0") or "0"


def octets(text, target_type):
    """The source's are hexadecimal digits already, as are those of bytea."""
    if target_type == "uuid":
        text = text.replace("-", "")
    elif target_type not in ("", "bytea"):
        return "text " + text
    return text.upper()


def moment(text, _):
    text = re.sub(r"[+-]00(:?00)?$", "", text)
    return re.sub(r"(\.\d*?)0*$", lambda found: found[1].rstrip("."), text)


def single(text, _):
    """A float of four bytes, whatever number of digits it was written in."""
    return struct.pack("<f", float(text)).hex()


def double(text, _):
    return repr(float(text))


def members(text, target_type):
    if target_type.endswith("[]"):
        return text.removeprefix("{").removesuffix("}").replace('"', "")
    return text


def document(text, _):
    """JSON without blanks and with the keys in order; equal keys stay as many as they are."""
    def pairs(found):
        return {"object": sorted(found, key=lambda pair: (pair[0], json.dumps(pair[1])))}
    read = json.loads(text, object_pairs_hook=pairs, parse_float=str, parse_int=str)
    return json.dumps(read)


def shape(text, target_type):
    """A geometry's kind and coordinates; PostgreSQL's own point and path have no kind to tell."""
    if target_type == "bytea":
        text = text_of_wkb(bytes.fromhex(text))
    numbers = re.findall(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?", text, re.IGNORECASE)
    return " ".join(number(found, "") for found in numbers)


def text_of_wkb(data):
    """POINT and LINESTRING of EWKB as text. Source: PostGIS manual, "Geometry Data Type"."""
    order = "<" if data[0] == 1 else ">"
    kind = struct.unpack_from(order + "I", data, 1)[0]
    at = 9 if kind & 0x20000000 else 5
    count = 1
    if kind & 0xFF == 2:
        count = struct.unpack_from(order + "I", data, at)[0]
        at += 4
    elif kind & 0xFF != 1:
        raise ValueError(kind)
    values = struct.unpack_from(f"{order}{2 * count}d", data, at)
    return ", ".join(f"{x!r} {y!r}" for x, y in zip(values[::2], values[1::2]))


def address(text, target_type):
    """As a text inet always has its mask."""
    mask = {4: "/32", 6: "/128"}[6 if ":" in text else 4] if target_type == "inet" else ""
    return str(ipaddress.ip_address(text.removesuffix(mask)))


FORMS = {"text": plain, "number": number, "bits": bits, "bytes": octets, "moment": moment, "single": single,
         "double": double, "members": members, "json": document, "shape": shape, "address": address}
