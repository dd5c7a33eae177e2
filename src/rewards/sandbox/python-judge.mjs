/** Python of the interpreter in which tests run, and no program ever. The text of the module `retort_judge`. */
// @ts-check

/** What the program defines is here by name: its plain data as values, and all else as objects that ask it. */
export const judge = String.raw`
import ast, builtins, sys, types, unittest
from retort_plain import BUILT_IN, Codec, NotPlain, answer, exchange, json, request, told

class State:
    """Of one test."""
    refusal = None
    functions = []
    remotes = {}
    exceptions = {}

def refuse(message):
    """An error that ends the test as failed, also where the test catches it."""
    State.refusal = State.refusal or message
    raise NotPlain(message)

def ask(question):
    try:
        said = json.loads(exchange("/dev/ask", json.dumps(question)))
        if not isinstance(said, dict):
            raise NotPlain("expected an object")
    except BaseException as error:
        refuse(f"expected an answer of plain data from the program, got none: {error}")
    output = said.get("output", "")
    if isinstance(output, str) and output:
        sys.stdout.write(output)
    if "x" in said:
        refuse(f"the program's value is no plain data: {said['x']}")
    return said

def decoded(form):
    try:
        return codec.decode(form)
    except BaseException as error:
        refuse(f"expected plain data from the program, got what cannot be read: {error}")

def encoded(value):
    try:
        return codec.encode(value)
    except NotPlain as error:
        refuse(str(error))

def class_of(names):
    """An exception class: a built-in one, or one of the program's, which is made here by its names."""
    key = tuple(names)
    if len(key) == 1:
        return BUILT_IN.get(key[0], RuntimeError)
    if key not in State.exceptions:
        if len(key) > 20:
            raise NotPlain("expected fewer classes")
        State.exceptions[key] = type(key[0], (class_of(key[1:]),), {})
    return State.exceptions[key]

def error_of(form, iterating):
    try:
        names, text, arguments, attributes = form
        kind = class_of([str(name) for name in names])
        # To an iteration on this side they would say that it is complete.
        if issubclass(kind, (StopIteration, StopAsyncIteration, GeneratorExit)) and not iterating:
            return RuntimeError(f"{kind.__name__}: {text}")
        values = [codec.decode(argument) for argument in arguments]
        error = kind(*values)
        if str(error) != text:
            error = type(kind.__name__, (kind,), {"__str__": lambda self: str(text)})(*values)
        for name, value in attributes.items():
            setattr(error, name, codec.decode(value))
        return error
    except BaseException:
        return RuntimeError("an error of the program that cannot be read")

def value_of(said, iterating=False):
    if "v" in said:
        return decoded(said["v"])
    if "e" in said:
        raise error_of(said["e"], iterating) from None
    refuse("expected a value or an error from the program, got neither")

def replaced(target, value):
    """Makes a list, dictionary, set or bytearray what the program made of it."""
    if type(target) is not type(value):
        return
    if isinstance(target, (list, bytearray)):
        target[:] = value
    elif isinstance(target, (dict, set)):
        target.clear()
        target.update(value)

def call(number, arguments, named):
    forms = [encoded(argument) for argument in arguments]
    said = ask(["call", number, forms, {name: encoded(value) for name, value in named.items()}])
    changed = said.get("changed")
    if isinstance(changed, dict):
        for place, form in changed.items():
            if place.isdecimal() and int(place) < len(arguments):
                replaced(arguments[int(place)], decoded(form))
    form = said.get("v")
    if isinstance(form, list) and form[:1] == ["a"]:
        place = form[1] if len(form) == 2 and type(form[1]) is int else -1
        if not 0 <= place < len(arguments):
            refuse("expected one of the arguments, got none")
        return arguments[place]
    return value_of(said)

def do(name, remote, *arguments):
    forms = [encoded(argument) for argument in arguments]
    return value_of(ask(["do", name, object.__getattribute__(remote, "_number"), forms]), name == "next")

class Remote:
    """
    An object of the program's. Its methods and items are asked for; it is never compared, nor added to anything, for
    then it could say of itself that it is right.
    """
    __slots__ = ("_number", "_name")
    def __init__(self, number, name):
        object.__setattr__(self, "_number", number)
        object.__setattr__(self, "_name", name)
    def __getattr__(self, name):
        return do("attribute", self, name)
    def __setattr__(self, name, value):
        do("set", self, name, value)
    def __call__(self, *arguments, **named):
        return call(object.__getattribute__(self, "_number"), arguments, named)
    def __eq__(self, other):
        if other is self or other is None:
            return other is self
        name = object.__getattribute__(self, "_name")
        refuse(
            f"expected plain data to compare, got an object of the program's class {name}; "
            "compare what its methods give"
        )
    __hash__ = object.__hash__
    def __getitem__(self, key):
        return do("getitem", self, key)
    def __setitem__(self, key, value):
        do("setitem", self, key, value)
    def __delitem__(self, key):
        do("delitem", self, key)
    def __iter__(self):
        return do("iter", self)
    def __next__(self):
        return do("next", self)
    def __len__(self):
        return do("len", self)
    def __bool__(self):
        return do("bool", self) is True
    def __str__(self):
        return do("str", self)
    def __repr__(self):
        return do("repr", self)
    def __format__(self, form):
        return do("format", self, form)
    def __enter__(self):
        return do("enter", self)
    def __exit__(self, *_):
        do("exit", self)
    def __instancecheck__(self, value):
        return isinstance(value, Remote) and do("isinstance", value, self) is True
    def __subclasscheck__(self, value):
        return isinstance(value, Remote) and do("issubclass", value, self) is True

def foreign(number, kind, name):
    if type(number) is not int:
        raise NotPlain("expected a number")
    if kind == "exception":
        return class_of([str(one) for one in name])
    if kind == "module" and name in sys.stdlib_module_names and not name.startswith("_"):
        return __import__(name)
    return State.remotes.setdefault(number, Remote(number, str(name)[:50]))

def export(value):
    if isinstance(value, Remote):
        return ["o", object.__getattribute__(value, "_number")]
    # Only functions: of these the program learns no more than what they return.
    if not callable(value):
        name = type(value).__name__
        raise NotPlain(f"expected plain data or functions as arguments of the program, got an object of class {name}")
    State.functions.append(value)
    return ["r", len(State.functions) - 1, "function", ""]

codec = Codec(export, lambda number: State.functions[number], foreign)

def serve():
    """Answers a program that calls a function of the test's."""
    try:
        match request():
            case ["call", int(number), list(forms)]:
                result = State.functions[number](*[decoded(form) for form in forms])
                said = {"v": encoded(result)}
            case _:
                said = {"e": [["TypeError"], "", [], {}]}
    except BaseException as error:
        if isinstance(error, AssertionError):
            State.refusal = State.refusal or f"AssertionError: {error}"
        said = told(codec, error)
    answer(said)

def own_name(tree):
    """The only built-in name that a test without any other reads: then it means the program's function of that name."""
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    bound = {node.id for node in nodes if not isinstance(node.ctx, ast.Load)}
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    read = {node.id for node in nodes if isinstance(node.ctx, ast.Load)} - bound
    return read if len(read) == 1 and read <= called else set()

def modules_of(tree):
    """Modules of the standard library of which a test reads attributes: none of the program's takes their place."""
    nodes = [node.value for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    return {node.id for node in nodes if isinstance(node, ast.Name)} & sys.stdlib_module_names

class Scope(dict):
    """The names of a test: its own, those that are built in, and the program's."""
    chosen = modules = frozenset()
    def __missing__(self, name):
        if hasattr(builtins, name) and name not in self.chosen or name.startswith("__"):
            raise KeyError(name)
        if name in self.modules:
            return __import__(name)
        said = ask(["get", name])
        if "v" not in said and "e" not in said:
            raise KeyError(name)
        return value_of(said)

def run(text):
    scope = Scope({"__name__": "__main__", "__builtins__": builtins})
    module = types.ModuleType("program")
    def attribute(name):
        said = ask(["get", name])
        if "v" not in said and "e" not in said:
            raise AttributeError(f"the program has no {name}")
        return value_of(said)
    module.__getattr__ = attribute
    sys.modules["program"] = module
    # Its classes of tests run below, in any case.
    unittest.main = lambda *_, **__: None
    tree = ast.parse(text, "test.py")
    scope.chosen, scope.modules = own_name(tree), modules_of(tree)
    exec(compile(tree, "test.py", "exec"), scope)
    cases = [one for one in scope.values() if isinstance(one, type) and issubclass(one, unittest.TestCase)]
    for case in cases:
        result = unittest.defaultTestLoader.loadTestsFromTestCase(case).run(unittest.TestResult())
        for _, trace in [*result.errors, *result.failures]:
            raise AssertionError(trace.strip().split("\n")[-1])
        if result.unexpectedSuccesses:
            raise AssertionError("a test passed that was expected to fail")

def test():
    """Runs a test and answers why it failed, or null."""
    reason = None
    try:
        run(request())
    except BaseException as error:
        reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    answer({"reason": None if reason is None and State.refusal is None else (State.refusal or reason)[:200]})
`;
