/**
 * Where a task's prompts may be besides in a file of JSON lines: in a table (Parquet, CSV), in JSON lines that are
 * packed, or in a dataset of the HuggingFace Hub.
 */
import { Type, type Static } from "@sinclair/typebox";
import { templateColumns, type RowTemplates } from "./row-template.ts";
import { defined } from "../../optional/defined.ts";
import { closedObject } from "../../plugins/closed-object.ts";

const part = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,95}";

/** Files of a dataset of the Hub. */
export const HubData = closedObject(
  {
    dataset: Type.String({ pattern: `^${part}/${part}$`, description: "owner/name." }),
    revision: Type.String({
      default: "main",
      pattern: "^[A-Za-z0-9_][A-Za-z0-9_./-]{0,199}$",
      description: "A branch, a tag or a commit; a commit alone stays what it is.",
    }),
    files: Type.Array(
      Type.String({ pattern: `^(?:${part}/){0,8}${part}\\.(?:parquet|(?:jsonl|csv|tsv)(?:\\.gz)?)$` }),
      {
        minItems: 1,
        maxItems: 64,
        description: "Its tables (Parquet or CSV) that are read, in this order, or one file of JSON lines.",
      },
    ),
  },
  { description: "A dataset of the HuggingFace Hub, which is downloaded when the experiment is run or checked." },
);

/** Values of `HubData`. */
export type HubData = Static<typeof HubData>;

/** A file, or a dataset. */
export interface DataSource {
  readonly path?: string;
  readonly hub?: HubData;
}

/** Whether it must be made a file of JSON lines before a task can read it. */
export const isForeign = ({ path, hub }: DataSource): boolean =>
  hub !== undefined || (path !== undefined && /\.(?:parquet|(?:csv|tsv)(?:\.gz)?|jsonl\.gz)$/iu.test(path));

/** What is read of the rows of a table. */
export interface Columns {
  /** They must be there. */
  readonly needed: readonly string[];
  /** They are read if they are there. */
  readonly known: readonly string[];
}

/** What the values of a task say of its data. */
interface TaskData extends DataSource, RowTemplates {
  readonly heldOut?: DataSource & RowTemplates;
  readonly fields?: readonly string[];
}

/** A source that `isForeign` holds of, and what is read of it. */
export interface ForeignSource {
  readonly source: DataSource;
  readonly columns: Columns;
}

const usual = ["prompt", "messages", "reference", "chosen", "rejected", "tests"];

const columnsOf = (templates: RowTemplates, fields: readonly string[]): Columns => {
  const needed = [...new Set([...templateColumns(templates), ...fields])];
  return { needed, known: usual.filter((name) => !needed.includes(name) && !(name in templates)) };
};

const templatesIn = ({ prompt, reference, replace }: RowTemplates): RowTemplates => ({
  ...defined({ prompt, reference, replace }),
});

/** How lines that are held out are made: by their own templates, and by the task's where they have none. */
export const heldOutTemplates = (task: RowTemplates, heldOut: RowTemplates): RowTemplates => ({
  ...templatesIn(task),
  ...templatesIn(heldOut),
});

const foreign = (
  { path, hub }: DataSource,
  templates: RowTemplates,
  fields: readonly string[] = [],
): ForeignSource => ({
  source: hub === undefined ? { path: path! } : { hub },
  columns: columnsOf(templatesIn(templates), fields),
});

/** The sources of a task that must be made JSON lines; none of a task without such. */
export const foreignSources = (task: object): readonly ForeignSource[] => {
  const { heldOut, fields, ...own } = task as TaskData;
  return [
    ...(isForeign(own) ? [foreign(own, own, fields)] : []),
    ...(heldOut !== undefined && isForeign(heldOut) ? [foreign(heldOut, heldOutTemplates(own, heldOut), fields)] : []),
  ];
};

const nameOf = ({ path, hub }: DataSource): string => path ?? hub?.dataset ?? "";

/** What a task calls its files: its own, then that of its held-out prompts and that of its tokenizer. */
export const sourceNames = (task: object): readonly string[] => {
  const { heldOut, ...own } = task as TaskData;
  const { tokenizer } = task as { readonly tokenizer?: unknown };
  const named =
    typeof tokenizer === "object" && tokenizer !== null && "path" in tokenizer ? [String(tokenizer.path)] : [];
  return [nameOf(own), ...(heldOut === undefined ? [] : [nameOf(heldOut)]), ...named];
};

/** The same task with a file of JSON lines instead of each of its `foreignSources`. */
export const withLines = <T extends object>(task: T, pathOf: (foreign: ForeignSource) => string): T => {
  const { heldOut, fields } = task as TaskData;
  const withFile = <S extends DataSource>(source: S, templates: RowTemplates): S => {
    if (!isForeign(source)) return source;
    const { hub: _hub, ...others } = source;
    return { ...others, path: pathOf(foreign(source, templates, fields)) } as S;
  };
  const own = withFile(task, task);
  return heldOut === undefined ? own : { ...own, heldOut: withFile(heldOut, heldOutTemplates(task, heldOut)) };
};
