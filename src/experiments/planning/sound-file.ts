/**
 * A file whose values have the right schema, and how mistakes of its drafts become problems at their locations in the
 * text.
 */
import { dirname } from "node:path";
import { checker, type Mistake } from "../schema/check.ts";
import { expand, type Draft } from "../file/drafts.ts";
import { fileMistakes } from "../schema/file-check.ts";
import { isObject, parentPointer, type Json, type JsonObject } from "../../files/json.ts";
import { type Override } from "../file/overrides.ts";
import { ExperimentError, type Problem } from "../file/problem.ts";
import { experimentSchema, type ExperimentValues } from "../schema/experiment-schema.ts";
import type { Source } from "../file/file-source.ts";

/** First the file from top to bottom, then what it extends, then overrides from left to right. */
export const byLocation =
  (path: string, overrides: readonly Override[]) =>
  (a: Problem, b: Problem): number => {
    const order = ({ location }: Problem): readonly [number, string, number] => {
      if ("override" in location) {
        return [
          2,
          "",
          overrides.findIndex(({ text, variable }) => text === location.override && variable === location.variable),
        ];
      }
      return [
        location.file === path ? 0 : 1,
        location.file,
        "line" in location ? location.line * 1e7 + location.column : 0,
      ];
    };
    const [x, y] = [order(a), order(b)];
    return x[0] - y[0] || (x[1] < y[1] ? -1 : x[1] > y[1] ? 1 : x[2] - y[2]);
  };

/** What is wrong with one draft. */
export interface Found {
  readonly draft: Draft;
  readonly mistakes: readonly Mistake[];
}

const called = ({ axes, name, label }: Draft): string => (axes === undefined ? `variant "${name}"` : `trial ${label}`);

/** Locates the mistakes of all runs in the file, each once; what only some runs have is said with the first of them. */
export const located = (
  found: readonly Found[],
  runs: number,
  order: (a: Problem, b: Problem) => number,
): Problem[] => {
  const problems = new Map<string, { problem: Problem; drafts: Draft[] }>();
  for (const { draft, mistakes } of found) {
    for (const { pointer, part, message } of mistakes) {
      const problem: Problem = { ...draft.locate(pointer, part), message };
      const key = JSON.stringify(problem);
      const entry = problems.get(key) ?? { problem, drafts: [] };
      entry.drafts.push(draft);
      problems.set(key, entry);
    }
  }
  return [...problems.values()]
    .map(({ problem, drafts }) => {
      const general = drafts.length === runs || /^\/(variants|sweep)(\/|$)/u.test(problem.pointer);
      return general ? problem : { ...problem, message: `${problem.message} (${called(drafts[0]!)})` };
    })
    .toSorted(order);
};

/** Checks the values of one run against the schema. */
export const checkValues = checker<ExperimentValues>(experimentSchema);
/** Checks `variants` of a file against the schema. */
export const checkVariants = checker<Json>((experimentSchema["properties"] as JsonObject)["variants"] as JsonObject);

/** A file whose schema is right. */
export interface SoundFile {
  readonly path: string;
  readonly overrides: readonly Override[];
  readonly drafts: readonly { readonly draft: Draft; readonly values: ExperimentValues }[];
}

/**
 * What is wrong with the files by themselves though others make up for it: a value of the wrong kind that each variant
 * replaces, a misspelt key that is taken away.
 */
const unsound = (source: Source): Problem[] => {
  const layers = source.layers ?? (isObject(source.value) && source.value["variants"] !== undefined ? [source] : []);
  return layers.flatMap((layer) =>
    fileMistakes(layer.value, layer.path !== source.path).map(({ pointer, message }) => {
      const location = [pointer, parentPointer(pointer), ""]
        .map((one) => layer.find(one, "value"))
        .find((found) => found !== undefined);
      return { location: location ?? { file: layer.path }, pointer, message };
    }),
  );
};

/**
 * Checks a file that was read against the schema, with overrides of which later ones win. `ExperimentError` with every
 * problem.
 */
export const checkSource = (source: Source, overrides: readonly Override[]): SoundFile => {
  const { file, drafts } = expand(source, overrides);
  const variants = file.variants === undefined ? { mistakes: [] } : checkVariants(file.variants);
  const inVariants =
    "mistakes" in variants ? variants.mistakes.map((one) => ({ ...one, pointer: `/variants${one.pointer}` })) : [];
  const checked = drafts.map((draft) => ({ draft, result: checkValues(draft.value, dirname(source.path)) }));
  const schematic = checked.flatMap(({ draft, result }) =>
    "mistakes" in result ? [{ draft, mistakes: result.mistakes }] : [],
  );
  const problems = located(
    [{ draft: file, mistakes: inVariants }, ...schematic],
    drafts.length,
    byLocation(source.path, overrides),
  );
  const all = problems.length > 0 ? problems : unsound(source);
  if (all.length > 0) throw new ExperimentError(all);
  const sound = checked.flatMap(({ draft, result }) => ("values" in result ? [{ draft, values: result.values }] : []));
  return { path: source.path, overrides, drafts: sound };
};
