/**
 * The process in which Python of unknown intent runs. It is plain JavaScript, because it starts with no right to read
 * what a TypeScript loader would need: `python.ts` starts it with Node's permission model (no files but these and
 * Pyodide's, no processes), without an environment, and without compilation of strings. A second thread reads the
 * memory of the whole process and ends it when it is too large.
 */
// @ts-check
import { readFileSync } from "node:fs";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { PythonInterpreter } from "./python-interpreter.mjs";

/** How often the memory of the process is read, in ms. */
const WATCH_INTERVAL = 20;

/** After so long without a trial, in ms, the interpreter of the next program is made ready. */
const IDLE = 50;

/** What Node, Pyodide's code and images of memory take beside the programs, in MiB. */
const OVERHEAD = 640;

/**
 * @param {number} most MiB.
 */
const watch = (most) => {
  setInterval(() => {
    if (process.memoryUsage.rss() > most * 2 ** 20) process.kill(process.pid, "SIGKILL");
  }, WATCH_INTERVAL);
};

/**
 * What `python.ts` gives as the only argument, in JSON.
 * @typedef {object} Settings
 * @property {string} pyodide Path of pyodide.asm.mjs.
 * @property {string} wasm Path of pyodide.asm.wasm.
 * @property {string} library Path of python_stdlib.zip.
 * @property {import("./cell.ts").Limits} limits
 */

const serve = async () => {
  const { limits, ...paths } = /** @type {Settings} */ (JSON.parse(process.argv[2] ?? "{}"));
  new Worker(new URL(import.meta.url), { workerData: 3 * limits.memory + OVERHEAD }).unref();
  process.on("disconnect", () => process.exit());
  const interpreter = new PythonInterpreter(
    {
      channel: readFileSync(new URL("./python-channel.mjs", import.meta.url), "utf8"),
      realm: readFileSync(new URL("./python-realm.mjs", import.meta.url), "utf8"),
      pyodide: readFileSync(paths.pyodide, "utf8"),
      wasm: readFileSync(paths.wasm),
      library: readFileSync(paths.library),
    },
    limits,
  );
  try {
    await interpreter.open();
  } catch (error) {
    process.send?.({ failure: error instanceof Error ? error.message : "an error that is none" });
    return;
  }
  /** @type {NodeJS.Timeout | undefined} */
  let idle;
  const answer = async (/** @type {import("./cell.ts").Trial} */ trial) => {
    clearTimeout(idle);
    process.send?.(await interpreter.run(trial));
    idle = setTimeout(() => void interpreter.warm(), IDLE);
  };
  process.on("message", (trial) => void answer(/** @type {import("./cell.ts").Trial} */ (trial)));
  process.send?.({});
};

if (isMainThread) await serve();
else watch(/** @type {number} */ (workerData));
