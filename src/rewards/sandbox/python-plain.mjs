/**
 * Python that both interpreters of a trial have: how a value becomes text and a value again, and how one interpreter
 * asks the other. The text of the module `retort_plain`.
 */
// @ts-check

/**
 * JSON in which a list is a tag and what belongs to it: `["t", ...]` a tuple, `["i", hex]` a large integer, `["r", id,
 * kind, name]` an object that stays where it is, `["o", id]` one of the reader's own, `["a", k]` the argument k itself.
 */
export const plain = String.raw`
import collections, datetime, decimal, fractions, json, math, os

MOST_BYTES = 4 * 2**20
DEEPEST = 200
SAFE = 2**53

class NotPlain(TypeError):
    """A value that cannot cross from one interpreter to the other."""

def exchange(device, text):
    """Writes a question and reads the answer."""
    if len(text) > MOST_BYTES:
        raise NotPlain(f"expected at most {MOST_BYTES} bytes of arguments or results, got {len(text)}")
    end = os.open(device, os.O_RDWR)
    try:
        data = memoryview(text.encode("ascii"))
        while len(data) > 0:
            data = data[os.write(end, data):]
        return drained(end)
    finally:
        os.close(end)

def drained(end):
    parts = []
    while part := os.read(end, 2**16):
        parts.append(part)
    return b"".join(parts).decode("ascii")

def request():
    """What is asked of this interpreter."""
    end = os.open("/dev/serve", os.O_RDWR)
    try:
        return json.loads(drained(end))
    finally:
        os.close(end)

def answer(value):
    text = json.dumps(value)
    if len(text) > MOST_BYTES:
        text = json.dumps({"x": f"expected at most {MOST_BYTES} bytes of arguments or results, got {len(text)}"})
    end = os.open("/dev/serve", os.O_RDWR)
    try:
        data = memoryview(text.encode("ascii"))
        while len(data) > 0:
            data = data[os.write(end, data):]
    finally:
        os.close(end)

# Kinds of the standard library that are no more than their parts: how they are taken apart and made again.
KINDS = {
    "complex": (complex, lambda v: (v.real, v.imag), complex),
    "range": (range, lambda v: (v.start, v.stop, v.step), range),
    "slice": (slice, lambda v: (v.start, v.stop, v.step), slice),
    "fraction": (fractions.Fraction, lambda v: (v.numerator, v.denominator), fractions.Fraction),
    "decimal": (decimal.Decimal, lambda v: (str(v),), decimal.Decimal),
    "deque": (collections.deque, lambda v: (list(v), v.maxlen), collections.deque),
    "counter": (collections.Counter, lambda v: (dict(v),), collections.Counter),
    "ordered": (collections.OrderedDict, lambda v: (list(v.items()),), collections.OrderedDict),
    "date": (datetime.date, lambda v: (v.year, v.month, v.day), datetime.date),
    "delta": (datetime.timedelta, lambda v: (v.days, v.seconds, v.microseconds), datetime.timedelta),
    "datetime": (
        datetime.datetime,
        lambda v: (v.year, v.month, v.day, v.hour, v.minute, v.second, v.microsecond),
        datetime.datetime,
    ),
}
NAMES = {kind: name for name, (kind, _, _) in KINDS.items()}

class Codec:
    """Values as JSON. export(value) gives the form of one that stays here, own(id) it again, foreign() the other's."""

    def __init__(self, export, own, foreign):
        self.export, self.own, self.foreign = export, own, foreign

    def encode(self, value, depth=0):
        if depth > DEEPEST:
            raise NotPlain(f"expected values in at most {DEEPEST} others, got more: is there a circle?")
        if value is None or value is True or value is False:
            return value
        kind = type(value)
        if kind in NAMES and not (kind is datetime.datetime and value.tzinfo is not None):
            name = NAMES[kind]
            return ["x", name, self.encode(KINDS[name][1](value), depth + 1)]
        if issubclass(kind, int):
            number = int.__int__(value)
            return number if -SAFE < number < SAFE else ["i", hex(number)]
        if issubclass(kind, float):
            number = float.__float__(value)
            return number if math.isfinite(number) else ["f", repr(number)]
        if issubclass(kind, str):
            return str.__str__(value)
        if issubclass(kind, (bytes, bytearray)):
            return ["b" if issubclass(kind, bytes) else "B", bytes(value).hex()]
        for base, tag in ((tuple, "t"), (list, "l"), (set, "s"), (frozenset, "z")):
            if issubclass(kind, base):
                return [tag, *[self.encode(item, depth + 1) for item in base.__iter__(value)]]
        if issubclass(kind, dict):
            return ["d", *[[self.encode(k, depth + 1), self.encode(v, depth + 1)] for k, v in dict.items(value)]]
        return self.export(value)

    def decode(self, form, depth=0):
        """Raises for what no encode has written."""
        if depth > DEEPEST:
            raise NotPlain("expected values in fewer others")
        if not isinstance(form, list):
            if isinstance(form, dict):
                raise NotPlain("expected a value, got a form of none")
            return form
        tag, *rest = form
        match tag:
            case "i":
                return int(rest[0], 16)
            case "f":
                return float(rest[0])
            case "b":
                return bytes.fromhex(rest[0])
            case "B":
                return bytearray.fromhex(rest[0])
            case "x":
                parts = self.decode(rest[1], depth + 1)
                return KINDS[rest[0]][2](*parts)
            case "l" | "t" | "s" | "z":
                items = [self.decode(item, depth + 1) for item in rest]
                return items if tag == "l" else {"t": tuple, "s": set, "z": frozenset}[tag](items)
            case "d":
                return {self.decode(k, depth + 1): self.decode(v, depth + 1) for k, v in rest}
            case "o":
                return self.own(rest[0])
            case "r":
                return self.foreign(*rest)
        raise NotPlain("expected a value, got a form of none")

def ancestors(kind):
    """Names of an exception's class and of those it comes from, up to the first that is built in."""
    names = []
    for one in kind.__mro__:
        names.append(one.__name__)
        if one.__module__ == "builtins":
            break
    return names

def told(codec, error):
    """An exception as plain data: the names of its class, its text, what it was made of, and its plain attributes."""
    def plainly(value):
        try:
            form = codec.encode(value)
            return form if "r" not in (form[0:1] if isinstance(form, list) else []) else None
        except BaseException:
            return None
    try:
        text = str(error)
    except BaseException:
        text = ""
    arguments = [plainly(argument) for argument in error.args]
    attributes = {name: plainly(value) for name, value in vars(error).items() if plainly(value) is not None}
    return {"e": [ancestors(type(error)), text[:10000], arguments, attributes]}

BUILT_IN = {
    name: value
    for name, value in vars(__import__("builtins")).items()
    if isinstance(value, type) and issubclass(value, BaseException)
}
`;
