/**
 * Columns of runs: values by their pointers, and what else decides a result by name: `version`, `engine`,
 * `file reward.ts`, `checkpoint base`, `stage sft`, and `setting` for all of it.
 */
import type { Json } from "../../files/json.ts";
import type { RunRecord } from "../../runs/reading/run-record.ts";
import { finderOf } from "./parameters.ts";

/** The cells of a column, beside the runs. */
export type Cells = readonly (Json | undefined)[];

type Texts = readonly (string | undefined)[];

/** What columns are read from. */
interface RecordedRun {
  readonly record: RunRecord;
}

/** The column that is of everything but the seeds. */
export const wholeSetting = "setting";

const hash = /^[0-9a-f]{64}$/u;

/** Hashes by their first eight digits, but for columns in which two would then look alike. */
const shortened = (texts: Texts): Texts => {
  const short = texts.map((text) => (text !== undefined && hash.test(text) ? text.slice(0, 8) : text));
  return new Set(short).size === new Set(texts).size ? short : texts;
};

const named = (kind: string, texts: Readonly<Record<string, string>>): [string, string][] =>
  Object.entries(texts).map(([name, text]) => [`${kind} ${name}`, text]);

/** Whether every run says what its stages and itself are made of without the seeds; older folders have ids alone. */
export const saySettings = (runs: readonly RecordedRun[]): boolean =>
  runs.every(({ record }) => record.setting !== undefined && record.stageSettings !== undefined);

/** What is known of each run beside its values, by the names of the columns; hashes in full. */
const factsOf = (runs: readonly RecordedRun[]): ReadonlyMap<string, Texts> => {
  const columns = new Map<string, (string | undefined)[]>();
  const settings = saySettings(runs);
  runs.forEach(({ record }, i) => {
    const facts: readonly [string, string][] = [
      ["version", record.version],
      ["engine", record.engine],
      ...named("file", record.files ?? {}),
      ...named("checkpoint", record.checkpoints),
      ...named("stage", (settings ? record.stageSettings : undefined) ?? record.stages),
      [wholeSetting, (settings ? record.setting : undefined) ?? record.id],
    ];
    for (const [name, text] of facts) {
      const column = columns.get(name) ?? Array<string | undefined>(runs.length).fill(undefined);
      columns.set(name, column);
      column[i] = text;
    }
  });
  return columns;
};

/** Reads columns of some runs. */
export interface RunColumns {
  /** Names of what is known of them beside their values. */
  readonly facts: readonly string[];
  /**
   * The cells of a column by its name; empty where a run does not have it. `RangeError` for a name that is neither a
   * pointer nor of `facts`.
   */
  readonly read: (name: string) => Cells;
}

/** The columns that runs have. */
export const runColumns = (runs: readonly RecordedRun[]): RunColumns => {
  const facts = factsOf(runs);
  return {
    facts: [...facts.keys()],
    read(name) {
      const texts = facts.get(name);
      if (texts !== undefined) return shortened(texts);
      const find = finderOf(name);
      return runs.map(({ record }) => (Object.hasOwn(record.axes, name) ? record.axes[name] : find(record.values)));
    },
  };
};

/** What one run depends on beside its values, for tables of all that it was asked; of stages and itself no ids. */
export const factCells = (run: RecordedRun): ReadonlyMap<string, Json> => {
  const { facts, read } = runColumns([run]);
  return new Map(facts.flatMap((name) => (name === wholeSetting ? [] : [[name, read(name)[0]!] as const])));
};
