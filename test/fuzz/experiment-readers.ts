/** Experiment files that are fuzzed: each mutated file is planned, or refused with a location for everything that is wrong with it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { extendedSource, readExperiment } from "../../src/experiments/file/extended-source.ts";
import { isObject, type Json } from "../../src/files/json.ts";
import { planSource } from "../../src/experiments/planning/run-plan.ts";
import { ExperimentError, type Problem } from "../../src/experiments/file/problem.ts";
import { parseSource } from "../../src/experiments/file/file-source.ts";
import { planSweep } from "../../src/sweeps/planning/sweep-plan.ts";
import { wholeText, type FuzzedReader } from "./reader.ts";

const root = join(import.meta.dirname, "../..");
const text = (...path: readonly string[]): string => readFileSync(join(root, ...path), "utf8");
/** Without what takes time and changes nothing: large tasks. */
const small = (content: string): string =>
  content.replaceAll(/("?train"?: )\d+/gu, "$112").replaceAll(/("?(?:test|examples)"?: )\d+/gu, "$14");
/** With what it extends, and without comments, which JSON's own edits cannot read. */
const plain = (name: string): string => small(JSON.stringify(readExperiment(join(root, name)).value, null, 2));
const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);

const swept: Json = {
  extends: "variants.yaml",
  seed: 3,
  teacher: null,
  variants: { distillation: null, both: null },
  sweep: { axes: { "/training/steps": [1, 2], "/seed": [0, 1] } },
};

/** What is said of each problem: a location with a line, a file, or an override. */
const isLocated = ({ location, message }: Problem): boolean => {
  if (message.trim() === "") return false;
  if ("override" in location) return location.override !== "";
  return location.file !== "" && (!("line" in location) || (location.line >= 1 && location.column >= 1));
};

const read = (name: string) => {
  const path = join(root, "test/fixtures/experiments", name);
  return (content: Uint8Array): unknown => {
    try {
      const source = extendedSource(parseSource(path, new TextDecoder().decode(content)));
      const plans = planSource(source, []);
      if (plans.length === 0) throw new Error("neither runs nor problems");
      return isObject(source.value) && source.value["sweep"] !== undefined ? planSweep(source) : plans;
    } catch (error) {
      if (!(error instanceof ExperimentError)) throw new Error(`not an ExperimentError: ${String(error)}`, { cause: error });
      const lost = error.problems.find((problem) => !isLocated(problem));
      if (error.problems.length === 0 || lost !== undefined) throw new Error(`a problem without a location: ${JSON.stringify(lost)}`);
      // What the problems say is checked as any reader's error is.
      throw new RangeError(
        error.problems
          .map(({ message }) => message.slice(0, 200))
          .join("\n")
          .slice(0, 4000),
      );
    }
  };
};

/** Every reader of experiment files. */
export const readers: readonly FuzzedReader[] = [
  {
    name: "experiment-json",
    weight: 0.15,
    seeds: [
      ...["test/fixtures/experiments/valid.json", "experiments/quickstart.json", "experiments/teachers.json"].map((name) =>
        bytes(plain(name)),
      ),
      bytes(JSON.stringify(swept)),
    ],
    json: wholeText,
    read: read("fuzzed.json"),
  },
  {
    name: "experiment-yaml",
    weight: 0.15,
    seeds: ["small.yaml", "variants.yaml"].map((name) => bytes(small(text("test/fixtures/experiments", name)))),
    read: read("fuzzed.yaml"),
  },
];
