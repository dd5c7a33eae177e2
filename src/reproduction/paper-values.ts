/** What the paper measured: tables beside the figures' files, and trials of them that claims can be judged by. */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Type, type Static } from "@sinclair/typebox";
import { matches, Match } from "../evaluation/claims/selection.ts";
import { isSeed } from "../evaluation/claims/seeds.ts";
import { settingOf, type Trial } from "../evaluation/claims/trial.ts";
import { checker } from "../experiments/schema/check.ts";
import { parseObject } from "../files/json.ts";
import { readBoundedText } from "../files/regular-file.ts";
import type { Figure } from "./figures.ts";

const numbers = Type.Array(Type.Number());

/** A table of the paper: a number for each row and column. */
const PaperTable = Type.Object(
  {
    metric: Type.String({ minLength: 1, description: "The metric of ours that it is about." }),
    unit: Type.Number({ default: 1, exclusiveMinimum: 0, description: "Its unit in ours: 0.01 of a percentage." }),
    where: Type.Unsafe<Match>({ ...Match, default: {}, description: "What all of its numbers have in common." }),
    rows: Type.Array(Match, { minItems: 1 }),
    columns: Type.Array(Match, { minItems: 1 }),
    values: Type.Array(numbers, { minItems: 1, description: "values[row][column]." }),
    gains: Type.Boolean({ default: false, description: "Whether they are gains over the student before training." }),
    start: Type.Optional({ ...numbers, description: "The student before training, by column." } as typeof numbers),
    teacher: Type.Optional(Type.Number()),
  },
  { additionalProperties: false },
);

const PaperFile = Type.Object(
  {
    source: Type.String({ minLength: 1, description: "Which figure, of what." }),
    reading: Type.Union([Type.Literal("printed"), Type.Literal("plot"), Type.Literal("none")], {
      description: "How the numbers are known: printed, read off a plot, or not at all.",
    }),
    precision: Type.Optional(Type.Number({ description: "How well a plot could be read, in the paper's unit." })),
    tables: Type.Array(PaperTable),
  },
  { additionalProperties: false },
);

/** What the paper has of a figure. */
export type PaperValues = Static<typeof PaperFile>;
type Table = PaperValues["tables"][number];

const check = checker<PaperValues>(PaperFile);

/** Largest file that is read, in bytes. */
const largest = 1_000_000;

/** The paper's values of a figure: in `reference` beside its file; those of the full one may be the small one's. */
const pathOf = ({ path }: Pick<Figure, "path">): string => {
  const [folder, file] = [dirname(path), basename(path)];
  const own = join(folder, "reference", file);
  return basename(folder) === "full" && !existsSync(own) ? join(dirname(folder), "reference", file) : own;
};

/** `RangeError` unless a table has a number for each row and column. */
const checkSize = (path: string, { metric, rows, columns, values, start }: Table): void => {
  const whole = values.length === rows.length && values.every(({ length }) => length === columns.length);
  if (whole && (start === undefined || start.length === columns.length)) return;
  throw new RangeError(`${path}: expected ${rows.length} rows of ${columns.length} numbers of ${metric}, got others`);
};

/**
 * The paper's values of a figure; nothing where there is no file of them. `TypeError` for a file of another form,
 * `RangeError` for a table that is not whole.
 */
export const readPaperValues = (figure: Pick<Figure, "path">): PaperValues | undefined => {
  const path = pathOf(figure);
  if (!existsSync(path)) return undefined;
  const checked = check(parseObject(readBoundedText(path, largest)) ?? null);
  if ("mistakes" in checked) {
    const [{ pointer, message } = { pointer: "", message: "" }] = checked.mistakes;
    throw new TypeError(`${path}${pointer}: ${message}`);
  }
  for (const table of checked.values.tables) checkSize(path, table);
  return checked.values;
};

/** A number of the paper's, and the student before training, in our unit. */
interface PaperNumber {
  readonly metric: string;
  readonly initial: number | undefined;
  readonly final: number;
}

/** Index of the one that a trial matches, or -1. `RangeError` where it matches several. */
const matched = ({ metric }: Table, all: readonly Match[], trial: Trial): number => {
  const first = all.findIndex((match) => matches(trial, match));
  if (first === all.findLastIndex((match) => matches(trial, match))) return first;
  throw new RangeError(`the paper's ${metric}: expected one row and column of each setting, got several of one`);
};

/** The number of a table that a setting has. */
const numberIn = (table: Table, trial: Trial): PaperNumber | undefined => {
  const { metric, unit, where, rows, columns, values, gains, start } = table;
  if (!matches(trial, where)) return undefined;
  const [row, column] = [matched(table, rows, trial), matched(table, columns, trial)];
  const value = values[row]?.[column];
  if (value === undefined) return undefined;
  // Gains over a start that is not known are as good as numbers over 0: claims are about differences.
  const before = start?.[column] ?? (gains ? 0 : undefined);
  const final = gains ? before! + value : value;
  return { metric, initial: before === undefined ? undefined : before * unit, final: final * unit };
};

const byMetric = (found: readonly PaperNumber[], pick: (number: PaperNumber) => number | undefined) =>
  Object.fromEntries(
    found.flatMap((number) => {
      const value = pick(number);
      return value === undefined ? [] : [[number.metric, value] as const];
    }),
  );

/**
 * The paper's numbers as one trial of each of our settings that it has, without a seed, in our units and in the order
 * of `trials`. `RangeError` for a table that has several of one.
 */
export const paperTrials = ({ tables }: PaperValues, trials: readonly Trial[]): readonly Trial[] => {
  const settings = new Map(trials.map((trial) => [settingOf(trial, new Set()), trial]));
  return [...settings.values()].flatMap((trial): Trial[] => {
    const found = tables.flatMap((table) => numberIn(table, trial) ?? []);
    if (found.length === 0) return [];
    const axes = Object.fromEntries(Object.entries(trial.axes).filter(([axis]) => !isSeed(axis)));
    return [
      {
        run: trial.run,
        axes,
        initial: byMetric(found, ({ initial }) => initial),
        final: byMetric(found, ({ final }) => final),
      },
    ];
  });
};
