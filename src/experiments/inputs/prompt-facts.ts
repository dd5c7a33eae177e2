/** What a file of prompts holds, before there is a task that reads it: its keys, its rows, what they are made of. */
import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { defined } from "../../optional/defined.ts";
import { foreignSources, isForeign } from "../../tasks/prompts/data-source.ts";
import { readJsonLines } from "../../tasks/prompts/json-lines.ts";
import { likelyTemplates } from "../../tasks/prompts/row-keys.ts";
import { shapeRow, type RowTemplates } from "../../tasks/prompts/row-template.ts";
import { dataKey, inSource, kindOf, readTaskData } from "./task-data.ts";

/** A file of prompts. */
export interface PromptFacts {
  /** Rows, whether a task can use them or not. */
  readonly rows: number;
  /** What prompts and references are made of; empty where the rows have these keys. */
  readonly templates: Pick<RowTemplates, "prompt" | "reference">;
  /** Whether the first row has a reference. */
  readonly answered: boolean;
}

/** The file of JSON lines that a task reads. `RangeError` for a file that cannot be read. */
const linesFile = async (path: string, templates: RowTemplates): Promise<string> => {
  const task = { path: resolve(path), ...templates };
  const [foreign] = foreignSources(task);
  if (foreign === undefined) return task.path;
  const made = (await readTaskData([task], dirname(task.path))).get(dataKey(foreign))!;
  if ("message" in made) throw new RangeError(made.message);
  return made.part;
};

const isTable = (path: string): boolean => isForeign({ path }) && kindOf(path) !== "jsonl";

const isRow = (value: unknown): value is object => typeof value === "object" && value !== null && !Array.isArray(value);

const keysOf = async (path: string): Promise<readonly string[]> => {
  if (isTable(path)) {
    const { tableColumns } = await import("./table-lines.ts");
    return tableColumns(kindOf(path) as Exclude<ReturnType<typeof kindOf>, "jsonl">, resolve(path));
  }
  let keys: readonly string[] = [];
  readJsonLines(await linesFile(path, {}), (value, location) => {
    if (!isRow(value)) {
      throw new RangeError(`${location}: expected an object with a prompt on each line, got ${typeof value}`);
    }
    keys = Object.keys(value);
    return false;
  });
  return keys;
};

/** `RangeError` for keys that say nothing of what is asked. */
const templatesFor = (path: string, keys: readonly string[], given: RowTemplates): PromptFacts["templates"] => {
  const likely = likelyTemplates(keys);
  const hasPrompt = given.prompt !== undefined || keys.includes("prompt") || keys.includes("messages");
  if (!hasPrompt && (!likely.isNamedPrompt || likely.prompt === undefined)) {
    const example = likely.prompt ?? "{question}";
    throw new RangeError(
      `${path}: expected "prompt" or "messages", got ${keys.slice(0, 20).join(", ") || "no keys"}; say what a prompt ` +
        `is made of, such as --prompt "${example}", and where there is an answer, --reference "{answer}"`,
    );
  }
  const hasReference = keys.includes("reference") || keys.includes("chosen");
  const reference = hasReference || !likely.isNamedReference ? undefined : likely.reference;
  return defined({
    prompt: given.prompt ?? (hasPrompt ? undefined : likely.prompt),
    reference: given.reference ?? reference,
  });
};

const hasReference = (row: unknown): boolean => isRow(row) && ("reference" in row || "chosen" in row);

/**
 * Reads a file of JSON lines or a table. Where its rows have other keys than a task reads, and `given` does not say
 * what to make of them, keys by the usual names are taken. `RangeError` for a file that is not there or no such file,
 * for keys without such names, and for a template that does not fit a row.
 */
export const promptFacts = async (path: string, given: RowTemplates = {}): Promise<PromptFacts> => {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true)
    throw new RangeError(`${path}: expected a file of prompts, got none`);
  const keys = await keysOf(path);
  if (keys.length === 0) throw new RangeError(`${path}: expected rows with prompts, got none`);
  const templates = templatesFor(path, keys, given);
  const file = await linesFile(path, templates);
  let [rows, answered] = [0, false];
  try {
    readJsonLines(file, (row, location) => {
      if (rows === 0) answered = hasReference(shapeRow(row, location, templates));
      rows += 1;
    });
  } catch (error) {
    if (error instanceof RangeError && isForeign({ path }))
      error.message = inSource(error.message, file, { path }, ".");
    throw error;
  }
  return { rows, templates, answered };
};
