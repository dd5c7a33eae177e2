/** What a schema cannot say of a sweep. */
import { attempt } from "../../experiments/file/refusals.ts";
import type { Mistake } from "../../experiments/schema/check.ts";
import { formatPointer, parsePointer } from "../../files/json.ts";
import { trialCount } from "./assignments.ts";
import { distributions } from "../../experiments/schema/distributions.ts";
import { halvingMistakes } from "../../experiments/schema/halving.ts";
import { mostTrials, type SweepValues } from "../../experiments/schema/sweep-schema.ts";

/** They name or describe; no trial differs by them. */
const fixed = ["$schema", "question", "label", "paper", "extends", "variants", "sweep", "claims"];

interface Named {
  readonly pointer: string;
  /** Where the sweep names it. */
  readonly at: string;
}

const pointerTo = (...keys: readonly (string | number)[]): string => formatPointer(["sweep", ...keys]);

/** All axes of a sweep. */
export const axesOf = ({ axes, zip, random }: SweepValues): Named[] => [
  ...Object.keys(axes).map((pointer) => ({ pointer, at: pointerTo("axes", pointer) })),
  ...zip.flatMap((group, g) => Object.keys(group).map((pointer) => ({ pointer, at: pointerTo("zip", g, pointer) }))),
  ...Object.keys(random?.axes ?? {}).map((pointer) => ({ pointer, at: pointerTo("random", "axes", pointer) })),
];

const askedOf = ({ when, exclude }: SweepValues): Named[] => [
  ...Object.entries(when).flatMap(([axis, match]) =>
    Object.keys(match).map((pointer) => ({ pointer, at: pointerTo("when", axis, pointer) })),
  ),
  ...exclude.flatMap((match, i) =>
    Object.keys(match).map((pointer) => ({ pointer, at: pointerTo("exclude", i, pointer) })),
  ),
];

const pointerMistake = ({ pointer, at }: Named): Mistake[] => {
  const keys = attempt(() => parsePointer(pointer));
  const mistake = (message: string): Mistake[] => [{ pointer: at, part: "key", message }];
  if ("message" in keys) return mistake(keys.message);
  const [first, ...rest] = keys.part;
  if (first === undefined || [first, ...rest].includes(""))
    return mistake("expected a pointer to one value, such as /objective/alpha");
  if (keys.part.includes("__proto__")) return mistake(`the key "__proto__" is not allowed`);
  return fixed.includes(first) ? mistake(`expected a value that decides a result, got "${first}"`) : [];
};

const twice = (axes: readonly Named[]): Mistake[] =>
  axes.flatMap(({ pointer, at }, i): Mistake[] => {
    const first = axes.findIndex((other) => other.pointer === pointer);
    return first === i
      ? []
      : [{ pointer: at, part: "key", message: `${pointer} has its values at ${axes[first]!.at} already; keep one` }];
  });

const lengths = ({ zip }: SweepValues): Mistake[] =>
  zip.flatMap((group, g) => {
    const [first, ...rest] = Object.entries(group);
    return rest.flatMap(([pointer, values]): Mistake[] => {
      const wanted = first![1].length;
      if (values.length === wanted) return [];
      return [
        {
          pointer: pointerTo("zip", g, pointer),
          message: `expected ${wanted} values, as many as ${first![0]} has, got ${values.length}`,
        },
      ];
    });
  });

const refusedDistributions = ({ random }: SweepValues): Mistake[] =>
  Object.entries(random?.axes ?? {}).flatMap(([pointer, values]): Mistake[] => {
    const made = attempt(() => distributions.create(values, undefined));
    return "message" in made
      ? [{ pointer: pointerTo("random", "axes", pointer), part: "whole", message: made.message }]
      : [];
  });

const conditions = ({ when }: SweepValues, axes: readonly Named[]): Mistake[] => {
  const names = new Set(axes.map(({ pointer }) => pointer));
  const asked = (pointer: string): readonly string[] =>
    Object.hasOwn(when, pointer) ? Object.keys(when[pointer]!) : [];
  const reachable = (start: string): ReadonlySet<string> => {
    const seen = new Set<string>();
    const waiting = [...asked(start)];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      waiting.push(...asked(next));
    }
    return seen;
  };
  return Object.keys(when).flatMap((axis): Mistake[] => {
    const at = { pointer: pointerTo("when", axis), part: "key" } as const;
    if (!names.has(axis))
      return [{ ...at, message: `expected an axis of the sweep (${[...names].join(", ")}), got "${axis}"` }];
    return reachable(axis).has(axis)
      ? [{ ...at, message: "this condition asks, in the end, for the axis itself" }]
      : [];
  });
};

/**
 * Everything that is wrong with a sweep whose schema is right, with pointers in the file. `overridden` are the pointers
 * that the command line sets.
 */
export const sweepMistakes = (sweep: SweepValues, overridden: readonly string[] = []): Mistake[] => {
  const axes = axesOf(sweep);
  const pointers = [...axes, ...askedOf(sweep)].flatMap(pointerMistake);
  if (pointers.length > 0) return pointers;
  if (axes.length === 0)
    return [{ pointer: "/sweep", message: 'expected axes, such as { "axes": { "/seed": [0, 1, 2] } }, got none' }];
  const count = trialCount(sweep);
  const both = axes.filter(({ pointer }) =>
    overridden.some((other) => other === pointer || other.startsWith(`${pointer}/`)),
  );
  return [
    ...twice(axes),
    ...lengths(sweep),
    ...refusedDistributions(sweep),
    ...conditions(sweep, axes),
    ...halvingMistakes(sweep.halving),
    ...(count > mostTrials
      ? [{ pointer: "/sweep", message: `expected at most ${mostTrials} trials, got ${count}` }]
      : []),
    ...both.map(({ pointer, at }): Mistake => {
      return {
        pointer: at,
        part: "key",
        message: `the command line sets ${pointer} too; set ${at} there instead, or leave it to the sweep`,
      };
    }),
  ];
};
