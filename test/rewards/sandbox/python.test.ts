/** What Python of ill intent tries, each refused within its limits, with honest programs scored right afterwards. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Verdict } from "../../../src/rewards/sandbox/cell.ts";
import { openPython } from "../../../src/rewards/sandbox/python.ts";
import { Sandbox } from "../../../src/rewards/sandbox/sandbox.ts";

const { signal } = new AbortController();
const sandbox = new Sandbox(openPython, { time: 3000, memory: 128 });
/** For programs that do nothing but take their time. */
const impatient = new Sandbox(openPython, { time: 300, memory: 128 });
beforeAll(async () => {
  await Promise.all([sandbox.prepare(), impatient.prepare()]);
});
afterAll(async () => {
  await Promise.all([sandbox.close(), impatient.close()]);
});

const run = (code: string, check = "", where = sandbox): Promise<Verdict> => where.run({ code, test: check }, signal);

const addition =
  "import json, math, os\nassert not os.path.exists('x') and os.getcwd() == '/program'\nassert [add(x, 1) for x in sorted([3, 1, 2])] == [2, 3, 4] and json.dumps(dict(a=[1])) == '{\"a\": [1]}'";

/** A right program is still told from a wrong one. */
const honest = async (where = sandbox): Promise<void> => {
  const code = "def add(a, b):\n  return a + b";
  expect(await run(code, addition, where)).toEqual({ passed: true });
  expect(await run(code, `add = lambda a, b: a - b\n${addition}`, where)).toMatchObject({ passed: false, reason: "AssertionError" });
};

describe("honest programs", () => {
  test.each([
    ["def add(a, b):\n  return a + b", "assert add(1, 2) == 3"],
    ["import re, math, collections\nclass A:\n  x: int = math.floor(2.5)", "assert A().x == 2"],
    ["from dataclasses import dataclass\n@dataclass\nclass P:\n  x: int", "assert P(1).x == 1"],
    ["name = __name__", "assert name == '__main__'"],
    ["if __name__ == '__main__':\n  print('hello')", ""],
    ["import sys\nsys.setrecursionlimit(20000)\ndef f(n):\n  return 0 if n == 0 else 1 + f(n - 1)", "assert f(10000) == 10000"],
    ["text = 'ä€😀\\n'", "assert text == 'ä€😀\\n' and len(text) == 4"],
    ["text = '\uD800'", "assert text == '\uFFFD'"],
    ["import unittest, string, textwrap, heapq", ""],
    ["open('mine', 'w').write('a')\ndef read(): return open('mine').read()", "assert read() == 'a'"],
    ["", "open('mine', 'w').write('a')\nassert open('mine').read() == 'a'"],
    ["", "import os\nassert os.listdir() == []"],
    ["", ""],
  ])("%s; %s", async (code, check) => {
    expect(await run(code, check)).toEqual({ passed: true });
  });

  test("each test sees what the program left, and nothing of another test", async () => {
    const code = "items = []\nimport math\ndef add(x): items.append(x)";
    for (let k = 0; k < 3; k += 1) expect(await run(code, "add(1)\nmath.pi = 3\nassert items == [1]")).toEqual({ passed: true });
    expect(await run(code, "assert items == [] and math.pi > 3")).toEqual({ passed: true });
    expect(await run(code, "while True: add(1)")).toMatchObject({ passed: false });
    expect(await run(code, "assert items == []")).toEqual({ passed: true });
  });

  test.each([
    ["def f(:", "SyntaxError: invalid syntax"],
    ["raise ValueError('mine')", "ValueError: mine"],
    ["f()", "NameError: name 'f' is not defined"],
    ["assert 1 == 2, 'because'", "AssertionError: because"],
    ["a = 1\0", "SyntaxError: source code cannot contain null bytes"],
    ["import numpy", "ModuleNotFoundError: No module named 'numpy'"],
    ["import sys; sys.stderr.write('x' * 10**6); 1 / 0", "ZeroDivisionError: division by zero"],
  ])("%s fails with its reason", async (code, reason) => {
    for (const verdict of [await run(code), await run("", code)]) {
      expect(verdict.passed).toBe(false);
      expect(verdict.reason).toContain(reason);
    }
  });

  test("random numbers and hashes are the same in each run", async () => {
    const code = "import random, os\nraise ValueError(random.random(), hash('a'), os.urandom(4))";
    const first = await run(code);
    expect(first.reason).toMatch(/^ValueError: \(0\.\d+, -?\d+, b/);
    await run("");
    expect(await run(code)).toEqual(first);
  });
});

describe("nothing of the host is there", () => {
  const refused = [
    "import js",
    "import pyodide_js",
    "open('/etc/passwd')",
    "open('/proc/self/environ')",
    "open('package.json')",
    "import os; os.listdir('/etc')",
    "import os; os.environ['NODE_OPTIONS']",
    "import os; assert os.system('id') == 0",
    "import os; assert os.popen('id').read() != ''",
    "import os; os.fork()",
    "import os; os.kill(os.getppid(), 9)",
    "import os; os.execv('/bin/sh', ['sh'])",
    "import os; os.posix_spawn('/bin/sh', ['sh'], {})",
    "import subprocess; subprocess.run(['id'])",
    "import threading; threading.Thread(target=print).start()",
    "import _thread; _thread.start_new_thread(print, ())",
    "import socket; socket.create_connection(('127.0.0.1', 22))",
    "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()",
    "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'a', ('127.0.0.1', 53))",
    "import ctypes; ctypes.CDLL('/lib/libc.so.6')",
    "import ssl; ssl.get_server_certificate(('127.0.0.1', 443))",
    "input()",
  ];

  test.each(refused)("%s raises an exception", async (attempt) => {
    // As tests of one empty program they share its interpreter.
    const check = `try: exec(${JSON.stringify(attempt)}, {})\nexcept Exception: pass\nelse: raise ValueError("accepted")`;
    expect(await run("", check)).toEqual({ passed: true });
  });

  // These may end their interpreter, or take their time: each has its own.
  test.each([
    "import pyodide; pyodide.code.run_js('process.exit()')",
    "from pyodide.code import run_js; run_js('1')",
    "from pyodide.ffi import to_js; to_js([1]).constructor.constructor('return process')()",
    "from pyodide.http import open_url; open_url('http://127.0.0.1')",
    "import _pyodide_core; _pyodide_core.run_js('1')",
    "from _pyodide_core import *; create_proxy([]).constructor",
    "import multiprocessing; multiprocessing.Process(target=print).start()",
    "import urllib.request; urllib.request.urlopen('http://127.0.0.1')",
    "import ctypes; ctypes.CDLL(None).emscripten_run_script(b'globalThis.process.exit(0)')",
    "import ctypes; ctypes.CDLL(None).emscripten_run_script_string(b'1')",
    "import ctypes; ctypes.CDLL(None).system(b'id') == 0 or 1 / 0",
    "import ctypes; ctypes.memset(0, 255, 10**7)",
    "import faulthandler; faulthandler._sigsegv()",
    "import os; os.abort()",
    "import os; os._exit(0)",
    "import sys; sys.exit(0)",
    "raise SystemExit(0)",
    "import signal; signal.raise_signal(signal.SIGKILL)",
  ])("%s", async (attempt) => {
    expect((await run(attempt)).passed).toBe(false);
  });

  test("and after all of them right and wrong programs are told apart", () => honest());
});

describe("time", () => {
  test.each([
    ["an endless loop", "while True: pass"],
    ["one that catches", "while True:\n  try:\n    while True: pass\n  except BaseException: pass"],
    ["sleep", "import time; time.sleep(1000)"],
    ["an expression that explodes", "import re; re.match(r'(a+)+$', 'a' * 50 + 'b')"],
    ["huge output", "while True: print('a' * 10**6, end='')"],
    ["an error without end", "import sys\ndef hook(*_):\n  while True: pass\nsys.excepthook = hook\n1 / 0"],
  ])("%s", async (_, code) => {
    expect(await run(code, "", impatient)).toEqual({ passed: false, reason: "took longer than 300 ms" });
  });
});

describe("resources", () => {
  test.each([
    ["a power", "9 ** 9 ** 9", /took longer|MemoryError/],
    ["a list", "items = []\nwhile True: items.append('a' * 10**6)", /MemoryError/],
    ["one large list", "[0] * 10**9", /MemoryError/],
    ["bytes that double", "b = b'a'\nwhile True: b += b", /MemoryError/],
    ["memory that is caught", "items = []\nwhile True:\n  try: items.append('a' * 10**6)\n  except MemoryError: pass", /took longer/],
    ["a map of memory", "import mmap; mmap.mmap(-1, 10**9)", /OSError/],
    ["calls without end", "def f(): return f()\nf()", /RecursionError/],
    [
      "and without limit",
      "import sys; sys.setrecursionlimit(10**9)\ndef f(): return f()\nf()",
      /ended the interpreter|MemoryError|RecursionError|took/,
    ],
    ["deep values", "x = []\nfor i in range(10**5): x = [x]\nrepr(x)", /RecursionError|ended the interpreter/],
    ["deep brackets", "eval('(' * 10**5 + ')' * 10**5)", /SyntaxError|MemoryError|ended the interpreter/],
    ["deep source", "eval('-' * 10**5 + '1')", /RecursionError|MemoryError|ended the interpreter|SyntaxError/],
    ["a huge error", "raise ValueError('a' * 10**6)", /^a{200}$/],
  ])("%s", async (_, code, reason) => {
    const verdict = await run(code);
    expect(verdict.passed).toBe(false);
    expect(verdict.reason).toMatch(reason);
    expect(verdict.reason!.length).toBeLessThanOrEqual(200);
  });

  test("and after all of them right and wrong programs are told apart", () => honest());

  test("what grows outside of Python's memory ends the process, and another takes its place", async () => {
    const patient = new Sandbox(openPython, { time: 60_000, memory: 64 });
    try {
      const files = "k = 0\nwhile True:\n  open(f'{k}', 'wb').write(b'a' * 10**7)\n  k += 1";
      const verdict = await run(files, "", patient);
      expect(verdict).toMatchObject({ passed: false, reason: expect.stringContaining("SIGKILL") as unknown });
      await honest(patient);
    } finally {
      await patient.close();
    }
  });
});

describe("what a program changes, the next does not see", () => {
  test.each([
    "import builtins\nbuiltins.sorted = lambda x: x\nbuiltins.len = None",
    "import json, math, sys\njson.dumps = None\nsys.modules['math'] = None",
    "import sys\nsys.modules.clear()\nsys.path.clear()\nsys.meta_path.clear()",
    "import builtins\nbuiltins.__import__ = None",
    "import os, shutil\nshutil.rmtree('/lib', ignore_errors=True)\nopen('x', 'w').write('x')",
    "import gc, sys\ngc.disable()\nsys.setrecursionlimit(50)",
    "import sys\nsys.settrace(lambda *_: (_ for _ in ()).throw(ValueError()))",
  ])("%s", async (code) => {
    await run(code, "");
    await honest();
  });
});

test("too little memory for Python is said when it is opened", async () => {
  await expect(new Sandbox(openPython, { time: 1000, memory: 16 }).prepare()).rejects.toThrow(
    /^Python sandbox: expected at least 30 MiB of memory for Python to start, got 16$/,
  );
});

describe("what crosses between program and test", () => {
  test.each([
    [
      "class A: pass\ndef f(): return A()",
      "try: f() == 1\nexcept TypeError: pass",
      "expected plain data to compare, got an object of the program's class A",
    ],
    [
      "def f():\n  a = []\n  a.append(a)\n  return a",
      "try: f()\nexcept TypeError: pass",
      "no plain data: expected values in at most 200 others",
    ],
    ["def f(): return 'a' * 10**7", "f()", "no plain data: expected at most 4194304 bytes of arguments or results, got 10000"],
    ["def f(x): pass", "f('a' * 10**7)", "expected at most 4194304 bytes of arguments or results, got 10000"],
    ["def f(x): pass", "f(iter([]))", "expected plain data or functions as arguments of the program, got an object of class list_iterator"],
    ["class A: pass\ndef f(): return [A() for _ in range(10**5)]", "f()", "expected at most 65536 objects of the program in a test"],
    ["def f(x): x(0)", "def hear(x): assert x == 1, 'heard'\nf(hear)", "AssertionError: heard"],
    ["def f(x):\n  try: x(0)\n  except AssertionError: pass", "def hear(x): assert x == 1, 'heard'\nf(hear)", "AssertionError: heard"],
  ])("%s; %s is told", async (code, check, reason) => {
    const verdict = await run(code, check);
    expect(verdict.passed).toBe(false);
    expect(verdict.reason).toContain(reason);
  });

  test("output of a call beyond 64 KiB is left out", async () => {
    const check =
      "import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()) as said: f()\nassert len(said.getvalue()) == 2**16";
    expect(await run("def f(): print('a' * 10**6)", check)).toEqual({ passed: true });
  });

  test("a test that ends its own interpreter has failed, and the next has another", async () => {
    const ended = await run("def add(a, b): return a + b", "import os\nos._exit(0)");
    expect(ended).toEqual({ passed: false, reason: "the test ended its interpreter" });
    await honest();
  });
});
