/** Reads mutated files in a process of its own: `child.ts MODULE READER SEED FIRST COUNT PROGRESS`. Its last line of output is the result as JSON. */
import { openSync, writeSync } from "node:fs";
import { stream } from "../../src/random/stream.ts";
import { mutate } from "./mutate.ts";
import { mostResident, type FuzzedReader } from "./reader.ts";

/** What a process found. */
export interface Findings {
  readonly mutations: number;
  readonly read: number;
  readonly refused: number;
  /** Milliseconds of the slowest one. */
  readonly slowest: number;
  /** Most memory that the process had, in bytes, JavaScript and its libraries included. */
  readonly resident: number;
  /** Errors that say nothing of the file, and memory beyond the bound, by the number of the mutation. */
  readonly failures: readonly { readonly mutation: number; readonly problem: string }[];
}

/** What a reading may take, for a file of so many bytes: the factor of the file, and room for buffers of a fixed size and for what is not collected yet. */
export const allowance = (size: number): number => 64 * size + 128 * 2 ** 20;

/** How JavaScript itself speaks of mistakes in a program. */
const ofTheEngine =
  /Cannot (?:read|set|convert|mix|destructure)|is not (?:a function|iterable|defined|a constructor)|Invalid (?:array|typed array|string|count)|call stack|Array buffer allocation|out of (?:bounds|range|memory)|undefined|\[object/i;

const problemOf = (error: unknown): string | undefined => {
  if (!(error instanceof Error)) return `threw ${String(error)}, which is no error`;
  const isKnown = error instanceof RangeError || error instanceof SyntaxError || error instanceof TypeError || error.constructor !== Error;
  if (!isKnown) return `an error of no known class: ${error.message}`;
  if (error.message.length > 5000) return `an error of ${error.message.length} characters: ${error.message.slice(0, 200)}`;
  return ofTheEngine.test(error.message)
    ? `an error of the engine: ${error.name}: ${error.message.slice(0, 200)} ${error.stack?.split("\n")[1] ?? ""}`
    : undefined;
};

const memory = (): number => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

const [, , module = "", name = "", seed = "", first = "", count = "", progress = ""] = process.argv;
const { readers } = (await import(module)) as { readers: readonly FuzzedReader[] };
const reader = readers.find((one) => one.name === name);
if (reader === undefined) throw new RangeError(`expected a reader among ${readers.map((one) => one.name).join(", ")}, got ${name}`);

const mostMemory = (): number => process.resourceUsage().maxRSS * 1024;

const file = openSync(progress, "w");
let isLarge = false;
const failures: { mutation: number; problem: string }[] = [];
let [read, refused, slowest] = [0, 0, 0];
for (let mutation = Number(first); mutation < Number(first) + Number(count); mutation += 1) {
  writeSync(file, String(mutation).padEnd(12), 0);
  const bytes = mutate(reader, stream(Number(seed), "test", "fuzz", name, mutation));
  const before = memory();
  const start = performance.now();
  let problem: string | undefined;
  try {
    await reader.read(bytes);
    read += 1;
  } catch (error) {
    refused += 1;
    problem = problemOf(error);
  }
  slowest = Math.max(slowest, performance.now() - start);
  const grown = memory() - before;
  if (grown > allowance(bytes.length)) problem = `${grown} bytes of memory for a file of ${bytes.length}`;
  if (!isLarge && mostMemory() > mostResident(reader)) {
    isLarge = true;
    problem = `a process of ${mostMemory()} bytes, of at most ${mostResident(reader)}`;
  }
  if (problem !== undefined && failures.length < 20) failures.push({ mutation, problem });
}
await reader.close?.();
const findings: Findings = { mutations: read + refused, read, refused, slowest, resident: mostMemory(), failures };
process.stdout.write(`\n${JSON.stringify(findings)}\n`);
