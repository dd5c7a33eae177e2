/** Files and texts of strangers go through one reader and one writer: what reads files or writes to a terminal by itself is listed here, and why. */
import { expect, test } from "vitest";
import { readSources } from "./source.ts";

/** The package's own files, and those that the kernel writes. */
const ownFiles: Readonly<Record<string, string>> = {
  "src/engine/instruction-sets.ts": "/proc",
  "src/engine/tensorflow/library/load.ts": "/proc",
  "src/plugins/module-code.ts": "package.json of packages, whose code runs anyway",
  "src/rewards/sandbox/": "code of the package and of Pyodide, and the protocol with a process of ours",
  "src/runs/folder/package-version.ts": "package.json of the package",
  "src/runs/folder/process-identity.ts": "/proc",
  "src/runs/folder/provenance.ts": "package.json of packages",
  "src/sweeps/driving/run-sweep.ts": "package.json of the package",
  "src/sweeps/executors/available-memory.ts": "/proc and /sys",
  "src/ui/answering/running-process.ts": "/proc",
  "src/ui/answering/step-details.ts": "/proc",
  "src/ui/server/page-files.ts": "the page as the build made it",
  "src/ui/server/ui-token.ts": "the user's own token, which must be a file that nobody else can read",
};

const streams: Readonly<Record<string, string>> = {
  "src/cli/display/terminal.ts": "the writer, which makes visible what would act on a terminal",
  "src/cli/retort.ts": "ends where nobody reads",
  "src/cli/commands/trace.ts": "the width of the terminal",
  "src/engine/probe-process.ts": "one line of JSON for the process that asked",
  "src/training/speed/speed-process.ts": "one line of JSON for the process that asked",
  "src/engine/tensorflow/library/check-process.ts": "one line of JSON for the process that asked",
};

const sources = readSources("src");
const others = (listed: Readonly<Record<string, string>>, pattern: RegExp): string[] =>
  sources
    .filter(({ path, text }) => pattern.test(text) && !Object.keys(listed).some((start) => path.startsWith(start)))
    .map(({ path }) => path);

const readers =
  /import \{[^}]*\b(?:readFile|readFileSync|readSync|createReadStream|createInterface)\b[^}]*\} from "node:(?:fs|fs\/promises|readline)"/u;

const writing = /\bprocess\.std(?:out|err)\b|\} = process;|\bconsole\./u;

test("files are opened by src/files/regular-file.ts, which refuses pipes, devices and what is too large", () => {
  expect(others({ ...ownFiles, "src/files/": "the reader" }, readers)).toEqual([]);
});

test("nothing but the terminal's writer writes to it", () => {
  expect(others(streams, writing)).toEqual([]);
});

test("what is listed is there, and needs to be", () => {
  const unused = (listed: Readonly<Record<string, string>>, pattern: RegExp): string[] =>
    Object.keys(listed).filter((start) => !sources.some(({ path, text }) => path.startsWith(start) && pattern.test(text)));
  expect([...unused(ownFiles, readers), ...unused(streams, writing)]).toEqual([]);
});
