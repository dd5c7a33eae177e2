/** Other programs that an installation runs: Python and its pip, npm, and a C++ compiler. */
import { spawn } from "node:child_process";

/** How a program is run. */
export interface ToolOptions {
  /** Ends the program; the call then rejects with its reason. */
  readonly signal: AbortSignal;
  /** Beside this process's own variables. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A program that ended with an error. */
export class ToolFailure extends Error {
  override readonly name = "ToolFailure";
  /** The last line of what it said that is not empty, or the last one that names an error. */
  readonly said: string;

  constructor(tool: string, ending: string, output: string) {
    const lines = output.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim()]));
    const said = lines.findLast((line) => /\berror\b/iu.test(line)) ?? lines.at(-1) ?? "it said nothing";
    super(`${tool} ended with ${ending}: ${said}`);
    this.said = said;
  }
}

/** Where each comes from, for who lacks it. */
const remedies: Readonly<Record<string, string>> = {
  python3: "install Python 3 (Debian: apt-get install python3 python3-pip)",
  "g++": "install a C++ compiler (Debian: apt-get install g++)",
  npm: "install npm, which comes with Node.js (Debian: apt-get install npm)",
};

/** Bytes of output that are kept, from its end. */
const kept = 2 ** 20;

/**
 * Runs a program and gives what it wrote to stdout. `Error` with the remedy where it is not there, `ToolFailure` where
 * it ends with an error.
 */
export const runTool = (tool: string, args: readonly string[], options: ToolOptions): Promise<string> => {
  const { signal, environment = {} } = options;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = spawn(tool, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...environment },
      // A group of its own: a compiler and pip start programs themselves, which are to end with them.
      detached: true,
    });
    const end = (): void => void (child.pid !== undefined && process.kill(-child.pid, "SIGTERM"));
    signal.addEventListener("abort", end);
    const texts = { output: "", errors: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (texts.output = (texts.output + text).slice(-kept)));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (texts.errors = (texts.errors + text).slice(-kept)));
    child.on("error", (cause) => {
      signal.removeEventListener("abort", end);
      const remedy = remedies[tool] ?? "install it";
      reject(new Error(`engines: expected ${tool} on the PATH, got none; ${remedy}`, { cause }));
    });
    child.on("close", (code, killed) => {
      signal.removeEventListener("abort", end);
      if (signal.aborted) reject(signal.reason as Error);
      else if (code === 0) resolve(texts.output);
      else reject(new ToolFailure(tool, String(code ?? killed), `${texts.output}\n${texts.errors}`));
    });
  });
};
