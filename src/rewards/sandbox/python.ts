/** A cell for Python: Pyodide in a process of its own, without rights. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Cell, Limits, Verdict } from "./cell.ts";

const entry = fileURLToPath(new URL("./python-process.mjs", import.meta.url));

/** A program's interpreter starts in some 200 ms on a machine at rest; it ends nearly every program by itself. */
const GRACE = 20_000;

/** Node's flag for the permission model, by the name that this Node has for it. */
const permission = (): string =>
  process.allowedNodeEnvironmentFlags.has("--permission") ? "--permission" : "--experimental-permission";

const start = (limits: Limits): ChildProcess => {
  const paths = {
    pyodide: fileURLToPath(import.meta.resolve("pyodide/pyodide.asm.mjs")),
    wasm: fileURLToPath(import.meta.resolve("pyodide/pyodide.asm.wasm")),
    library: fileURLToPath(import.meta.resolve("pyodide/python_stdlib.zip")),
  };
  const execArgv = [
    permission(),
    `--allow-fs-read=${dirname(entry)}/*`,
    `--allow-fs-read=${dirname(paths.wasm)}/*`,
    "--allow-worker",
    "--disallow-code-generation-from-strings",
    "--experimental-vm-modules",
    "--expose-gc",
    "--no-warnings",
  ];
  const stdio = ["ignore", "ignore", "pipe", "ipc"] as const;
  return fork(entry, [JSON.stringify({ ...paths, limits })], { execArgv, env: {}, stdio: [...stdio] });
};

/** The last of what a process says to its standard error. */
const errorsOf = ({ stderr }: ChildProcess): (() => string) => {
  let text = "";
  stderr?.setEncoding("utf8").on("data", (part: string) => (text = (text + part).slice(-1000)));
  return () => text.trim();
};

/** Lets the process of this thread end although a child is there, or not. */
const hold = (child: ChildProcess, waiting: boolean): void => {
  const ends = [child, child.channel, child.stderr as Socket | null];
  for (const end of ends) {
    if (waiting) end?.ref();
    else end?.unref();
  }
};

/** Opens a process that runs Python. Rejects when Pyodide cannot be started within the limit of memory. */
export const openPython = async (limits: Limits): Promise<Cell> => {
  const child = start(limits);
  const errors = errorsOf(child);
  let alive = true;
  const exited = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) => {
      alive = false;
      resolve(`the process ended with ${signal ?? `exit code ${code}`}`);
    });
  });
  const message = async (): Promise<unknown> => {
    hold(child, true);
    try {
      const ended = exited.then((how) => Promise.reject(new Error(`Python sandbox: ${how}`)));
      const [first] = (await Promise.race([once(child, "message"), ended])) as [unknown];
      return first;
    } finally {
      hold(child, false);
    }
  };
  const end = async (): Promise<void> => {
    hold(child, true);
    child.kill("SIGKILL");
    await exited;
  };
  try {
    const { failure } = (await message()) as { failure?: string };
    if (failure !== undefined) throw new Error(`Python sandbox: ${failure}`);
  } catch (error) {
    await end();
    const said = errors();
    throw said === "" ? error : new Error(`Python sandbox: expected Pyodide to start, got: ${said}`, { cause: error });
  }
  return {
    get alive() {
      return alive;
    },
    grace: GRACE,
    async run(trial) {
      if (alive) child.send(trial);
      return (await message()) as Verdict;
    },
    end,
  };
};
