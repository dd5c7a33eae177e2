/**
 * What runs inside the realm of one Python interpreter: a JavaScript realm without process, modules, network, timers or
 * compilation of strings. It has its own WebAssembly, and what little of a JavaScript shell Pyodide asks for. Nothing
 * of another realm comes in but the function that `python-channel.mjs` asks the other interpreter with, and only
 * numbers and strings go out. `python-interpreter.mjs` makes the realm and calls this file through the globals that it
 * defines.
 */
// @ts-check
/**
 * What is used of an interpreter.
 * @typedef {object} Pyodide
 * @property {Uint8Array} HEAPU8
 * @property {(size: number) => number} _malloc
 * @property {(pointer: number) => void} _free
 * @property {(text: string, pointer: number, size: number) => void} stringToUTF8
 * @property {(bytes: Uint8Array) => string} UTF8ArrayToString
 * @property {() => number} _PyGILState_Ensure
 * @property {(state: number) => void} _PyGILState_Release
 * @property {(source: number) => number} _PyRun_SimpleString 0 when it ended without an error.
 */

/**
 * What is used of its files and variables before it starts.
 * @typedef {object} Surroundings
 * @property {FileSystem} FS
 * @property {Record<string, string>} ENV
 */

/**
 * @typedef {object} FileSystem
 * @property {(path: string) => void} mkdirTree
 * @property {(path: string) => void} chdir
 * @property {(path: string) => string[]} readdir
 * @property {(path: string) => { mode: number }} lstat
 * @property {(mode: number) => boolean} isDir
 * @property {(path: string) => void} rmdir
 * @property {(path: string) => void} unlink
 * @property {({ fd: number } | null | undefined)[]} streams
 * @property {(stream: object) => void} close
 * @property {(path: string, bytes: Uint8Array, options: object) => void} writeFile
 * @property {(path: string, mode: number, device: number) => void} mkdev
 * @property {(major: number, minor: number) => number} makedev
 * @property {(device: number, operations: object) => void} registerDevice
 */

/** @typedef {{ buffer: ArrayBuffer, grow(pages: number): number }} Memory */

/**
 * What is used of WebAssembly, whose types come with those of browsers only.
 * @typedef {object} WebAssemblyParts
 * @property {{ prototype: Memory }} Memory
 * @property {new (module: object, imports: object) => object} Instance
 */

const { WebAssembly } = /** @type {{ WebAssembly: WebAssemblyParts }} */ (/** @type {unknown} */ (globalThis));

/** Of python-channel.mjs. */
const { channel } = /** @type {{ channel: { addDevices(files: FileSystem): void } }} */ (
  /** @type {unknown} */ (globalThis)
);

const PAGE = 65_536;

/**
 * Numbers that are the same in each run (Marsaglia 2003, xorshift32): Python's random numbers start from them, and so
 * do its hashes.
 */
let state = 2_463_534_242;
const randomByte = () => {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return state & 255;
};

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/**
 * Pyodide's only question to the shell.
 * @param {string} _
 * @param {readonly [string, string]} parameters `-c` and `head -c<size> /dev/urandom | base64`.
 */
const system = (_, [, command]) => {
  const size = Number(/^head -c(\d+) /.exec(command)?.[1] ?? 0);
  let text = "";
  for (let at = 0; at < size; at += 3) {
    const bits = (randomByte() << 16) | (randomByte() << 8) | randomByte();
    for (const shift of [18, 12, 6, 0]) text += alphabet[(bits >>> shift) & 63];
  }
  const surplus = (3 - (size % 3)) % 3;
  return text.slice(0, text.length - surplus) + "=".repeat(surplus);
};

const silent = () => {};
const started = Date.now();
Object.assign(globalThis, {
  console: { log: silent, warn: silent, error: silent },
  performance: { now: () => Date.now() - started, timeOrigin: started },
  os: { system },
});

/**
 * Memory grows by this call only: the program itself holds no instruction for it.
 * @param {number} mebibytes
 */
const limitMemory = (mebibytes) => {
  const { prototype } = WebAssembly.Memory;
  const grow = /** @type {(this: Memory, pages: number) => number} */ (
    Object.getOwnPropertyDescriptor(prototype, "grow")?.value
  );
  /**
   * @this {Memory}
   * @param {number} pages
   */
  prototype.grow = function (pages) {
    if (this.buffer.byteLength + pages * PAGE > mebibytes * 2 ** 20) throw new RangeError("out of memory");
    return grow.call(this, pages);
  };
};

/** Bytes that are kept of the program's standard error. */
const KEPT = 1000;

/**
 * The last bytes that the program wrote to its standard error.
 * @type {number[]}
 */
let errors = [];

/** @type {Pyodide | undefined} */
let opened;
const pyodide = () => {
  if (opened === undefined) throw new Error("expected a call of start before any other");
  return opened;
};

/** @type {FileSystem | undefined} */
let fileSystem;

/** Folders that Python may write to. */
const WRITABLE = ["/program", "/tmp", "/home"];

/**
 * @param {FileSystem} files
 * @param {string} path
 */
const empty = (files, path) => {
  for (const name of files.readdir(path)) {
    if (name === "." || name === "..") continue;
    const inner = `${path}/${name}`;
    if (files.isDir(files.lstat(inner).mode)) {
      empty(files, inner);
      files.rmdir(inner);
    } else files.unlink(inner);
  }
};

/** Removes the files that Python has made, and closes those that it has open. */
const clean = () => {
  if (fileSystem === undefined) return;
  for (const stream of fileSystem.streams) if (stream && stream.fd > 2) fileSystem.close(stream);
  for (const path of WRITABLE) empty(fileSystem, path);
  fileSystem.chdir("/program");
};

/** Functions of JavaScript that Pyodide lends to Python: all of them are refused. */
const bridge = new RegExp(
  String.raw`^(?:Js|js|python2js|pyproxy|create_|set_pyodide|set_suspender|pyodide_js|hiwire|` +
    String.raw`emscripten_run_script|emscripten_asm_const)`,
);

const refuse = () => {
  throw new Error("not available");
};

/**
 * Pyodide without its bridge to JavaScript: there are no modules `js` and `pyodide_js`.
 * @param {object} wasm
 * @param {Uint8Array} library
 * @param {number} size
 */
const settings = (wasm, library, size) => ({
  API: { config: { env: {}, jsglobals: {} }, runtimeEnv: { IN_SHELL: true } },
  noInitialRun: size !== 0,
  ...(size === 0 ? {} : { INITIAL_MEMORY: size }),
  arguments: [],
  thisProgram: "python",
  stdin: () => null,
  stdout: silent,
  stderr: (/** @type {number} */ byte) => {
    if (errors.push(byte & 255) > 2 * KEPT) errors = errors.slice(-KEPT);
  },
  print: silent,
  printErr: silent,
  locateFile: (/** @type {string} */ name) => name,
  preRun: [
    (/** @type {Surroundings} */ { FS, ENV }) => {
      fileSystem = FS;
      for (const folder of ["/lib/python3.14/site-packages", "/lib/python3.14/lib-dynload", "/program"])
        FS.mkdirTree(folder);
      FS.chdir("/program");
      FS.writeFile("/lib/python314.zip", library, { canOwn: true });
      channel.addDevices(FS);
      Object.assign(ENV, { HOME: "/program", USER: "program", LOGNAME: "program", PYTHONHASHSEED: "0" });
    },
  ],
  instantiateWasm(
    /** @type {{ env: Record<string, unknown> }} */ imports,
    /** @type {(instance: object, module: object) => void} */ done,
  ) {
    for (const name of [
      "Jsv_GetError_import",
      "JsvError_Check",
      ...Object.keys(imports.env).filter((key) => bridge.test(key)),
    ]) {
      imports.env[name] = refuse;
    }
    done(new WebAssembly.Instance(wasm, imports), wasm);
    return {};
  },
});

/**
 * Starts the interpreter: `size` is that of a memory image in bytes, which is then put into `memory()`, or 0 to start
 * from nothing. `wasm` is a module of this realm, `create` what `pyodide.asm.mjs` exports, `library` the bytes of the
 * standard library.
 * @param {(settings: object) => Promise<Pyodide>} create
 * @param {object} wasm
 * @param {Uint8Array} library
 * @param {number} size
 * @param {number} mebibytes
 */
const start = async (create, wasm, library, size, mebibytes) => {
  limitMemory(mebibytes);
  opened = await create(settings(wasm, library, size));
};

const memory = () => pyodide().HEAPU8;

/**
 * Runs Python in `__main__`: 0 when it ended without an error. Throws whatever ends the interpreter.
 * @param {string} source
 */
const run = (source) => {
  errors = [];
  const python = pyodide();
  const text = /** @type {string & { toWellFormed(): string }} */ (source).toWellFormed();
  const size = 3 * text.length + 1;
  const pointer = python._malloc(size);
  if (pointer === 0) return -1;
  python.stringToUTF8(text, pointer, size);
  // A question may come while Python waits for the answer to its own, and holds no lock.
  const state = python._PyGILState_Ensure();
  const status = python._PyRun_SimpleString(pointer);
  python._PyGILState_Release(state);
  python._free(pointer);
  return status;
};

/** Last line of the program's standard error, at most 200 characters. */
const lastError = () =>
  pyodide().UTF8ArrayToString(Uint8Array.from(errors)).trimEnd().split("\n").at(-1)?.slice(-200) ?? "";

for (const [name, value] of Object.entries({ start, memory, run, clean, lastError }))
  Object.defineProperty(globalThis, name, { value });
