/** Python of the interpreter in which programs run: it answers what the judge asks. The text of `retort_program`. */
// @ts-check

/**
 * The program may change all of it: what it then says is still nothing but data, from which the judge makes its own
 * values.
 */
export const program = String.raw`
import inspect, io, operator, sys
from retort_plain import BUILT_IN, Codec, NotPlain, ancestors, answer, exchange, json, request, told

MOST_OUTPUT = 2**16
MOST_OBJECTS = 2**16

class Output(io.StringIO):
    """What is printed in a call."""
    def write(self, text):
        room = MOST_OUTPUT - self.tell()
        super().write(text[:max(0, room)])
        return len(text)

class Callback:
    """A function of the test's."""
    def __init__(self, number):
        self.number = number
    def __call__(self, *arguments):
        question = ["call", self.number, [codec.encode(argument) for argument in arguments]]
        said = json.loads(exchange("/dev/ask", json.dumps(question)))
        if "v" in said:
            return codec.decode(said["v"])
        names, text, arguments, _ = said["e"]
        known = BUILT_IN.get(names[-1], RuntimeError)
        raise known(*[codec.decode(argument) for argument in arguments])

objects, numbers = [], {}

def export(value):
    if isinstance(value, Callback):
        return ["o", value.number]
    number = numbers.get(id(value))
    if number is None:
        if len(objects) >= MOST_OBJECTS:
            raise NotPlain(f"expected at most {MOST_OBJECTS} objects of the program in a test, got more")
        number = numbers[id(value)] = len(objects)
        objects.append(value)
    if isinstance(value, type) and issubclass(value, BaseException):
        return ["r", number, "exception", ancestors(value)]
    if inspect.ismodule(value):
        return ["r", number, "module", value.__name__]
    return ["r", number, "class" if isinstance(value, type) else "object", type(value).__name__]

codec = Codec(export, lambda number: objects[number], lambda number, *_: Callback(number))

def setitem(value, key, item):
    value[key] = item

def delitem(value, key):
    del value[key]

operations = {
    "len": len, "iter": iter, "next": next, "str": str, "repr": repr, "bool": bool, "format": format,
    "getitem": operator.getitem, "setitem": setitem, "delitem": delitem, "attribute": getattr, "set": setattr,
    "isinstance": isinstance, "issubclass": issubclass,
    "enter": lambda value: value.__enter__(), "exit": lambda value: value.__exit__(None, None, None),
}

def called(function, forms, named):
    """Calls, and says which arguments the call has changed."""
    arguments = [codec.decode(form) for form in forms]
    result = function(*arguments, **{name: codec.decode(form) for name, form in named.items()})
    changed = {}
    for place, argument in enumerate(arguments):
        if type(argument) in (list, dict, set, bytearray):
            form = codec.encode(argument)
            if form != forms[place]:
                changed[place] = form
            if argument is result:
                return {"v": ["a", place], "changed": changed}
    return {"v": codec.encode(result), "changed": changed}

def answered(question):
    match question:
        case ["get", name]:
            scope = vars(sys.modules["__main__"])
            return {"v": codec.encode(scope[name])} if name in scope else {}
        case ["call", number, forms, named]:
            return called(objects[number], forms, named)
        case ["do", name, number, forms]:
            return {"v": codec.encode(operations[name](objects[number], *[codec.decode(form) for form in forms]))}

def serve():
    question = request()
    output, before = Output(), sys.stdout
    sys.stdout = output
    try:
        said = answered(question)
    except NotPlain as error:
        said = {"x": str(error)}
    except BaseException as error:
        said = told(codec, error)
    sys.stdout = before
    text = output.getvalue()
    answer({**said, "output": text} if text else said)
`;
