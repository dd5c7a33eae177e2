/**
 * How the Python of a realm asks the other interpreter of its trial, and is asked by it: two devices to which texts are
 * written and from which they are read. It runs inside the realm, before `python-realm.mjs`.
 */
// @ts-check

/**
 * What is used of Emscripten's file system.
 * @typedef {object} FileSystem
 * @property {(path: string, mode: number, device: number) => void} mkdev
 * @property {(major: number, minor: number) => number} makedev
 * @property {(device: number, operations: object) => void} registerDevice
 */

/**
 * An end that Python has opened of a device.
 * @typedef {object} Stream
 * @property {string} [written] What was written to it, as bytes in a string.
 * @property {string} [unread] What it gives to read.
 */

/** Most bytes of one question or answer. */
const MOST_BYTES = 2 ** 23;

/** EFBIG, as Emscripten numbers errors. */
const TOO_LARGE = 22;

/**
 * @param {Uint8Array} buffer
 * @param {number} offset
 * @param {number} length
 */
const bytesFrom = (buffer, offset, length) => {
  let text = "";
  for (let at = offset; at < offset + length; at += 1) text += String.fromCharCode((buffer[at] ?? 0) & 255);
  return text;
};

/**
 * A device that Python writes a text to and reads one from.
 * @param {() => string} read What there is to read, asked for at the first reading.
 * @param {(stream: Stream) => string} reply What there is to read when a text was written before.
 * @param {(text: string) => void} close Gets what was written when the device is closed.
 */
const device = (read, reply, close) => ({
  open() {},
  /** @param {Stream} stream */
  close(stream) {
    if (stream.written !== undefined) close(stream.written);
  },
  /**
   * @param {Stream} stream
   * @param {Uint8Array} buffer
   * @param {number} offset
   * @param {number} length
   */
  read(stream, buffer, offset, length) {
    stream.unread ??= stream.written === undefined ? read() : reply(stream);
    const part = stream.unread.slice(0, length);
    stream.unread = stream.unread.slice(part.length);
    // The memory may have grown, and be another, when the answer is there.
    const memory = buffer.length === 0 ? realm.memory() : buffer;
    for (let at = 0; at < part.length; at += 1) memory[offset + at] = part.charCodeAt(at);
    return part.length;
  },
  /**
   * @param {Stream} stream
   * @param {Uint8Array} buffer
   * @param {number} offset
   * @param {number} length
   */
  write(stream, buffer, offset, length) {
    const written = (stream.written ?? "") + bytesFrom(buffer, offset, length);
    if (written.length > MOST_BYTES)
      throw Object.assign(new Error("too large"), { name: "ErrnoError", errno: TOO_LARGE });
    stream.written = written;
    return length;
  },
});

/**
 * Asks the other interpreter.
 * @type {(question: string) => string}
 */
let ask = () => "";

/**
 * What is asked of this interpreter, the innermost last, and what it answers.
 * @type {{ question: string, answer: string }[]}
 */
const calls = [];

/** @param {FileSystem} files */
const addDevices = (files) => {
  const asking = device(
    () => "",
    (stream) => ask(stream.written ?? ""),
    () => {},
  );
  const serving = device(
    () => calls.at(-1)?.question ?? "",
    () => "",
    (text) => {
      const call = calls.at(-1);
      if (call !== undefined) call.answer = text;
    },
  );
  for (const [number, [name, operations]] of Object.entries({ ask: asking, serve: serving }).entries()) {
    const made = files.makedev(64, number);
    files.registerDevice(made, operations);
    files.mkdev(`/dev/${name}`, 0o666, made);
  }
};

const realm = /** @type {{ memory(): Uint8Array, run(source: string): number }} */ (
  /** @type {unknown} */ (globalThis)
);

/**
 * Runs Python that reads a question of `/dev/serve` and writes an answer there; "" when it writes none.
 * @param {string} source
 * @param {string} question Each character a byte.
 */
const serve = (source, question) => {
  calls.push({ question, answer: "" });
  try {
    realm.run(source);
    return calls.at(-1)?.answer ?? "";
  } finally {
    calls.pop();
  }
};

/**
 * @param {(question: string) => string} other What answers a question of this interpreter's: a function of another
 *   realm, which takes and gives strings and is out of Python's reach.
 */
const connect = (other) => {
  ask = other;
};

Object.defineProperty(globalThis, "channel", { value: { addDevices, serve, connect } });
