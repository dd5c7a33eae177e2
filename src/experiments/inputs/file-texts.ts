/** The texts of a file that is no task's: what a tokenizer is trained on, or measured with. */
import { dirname, resolve } from "node:path";
import { withRegular } from "../../files/regular-file.ts";
import type { HubOptions } from "../../policies/checkpoints/hub/hub.ts";
import { foreignSources } from "../../tasks/prompts/data-source.ts";
import type { RowTemplates } from "../../tasks/prompts/row-template.ts";
import { allTexts } from "../../tasks/prompts/training-texts.ts";
import { trainingLimits } from "../../tokenizers/train.ts";
import { dataKey, inSource, readTaskData } from "./task-data.ts";

/** Bytes of a plain file that are looked at: no more characters than a tokenizer is trained on. */
const mostBytes = trainingLimits.characters;

const plain = /\.(?:txt|text|md)$/iu;

/** Lines with their ends. Of a longer file those that are whole within the limit. */
const linesOf = (path: string): readonly string[] => {
  const start = withRegular(path, Number.POSITIVE_INFINITY, ({ facts, read }) => {
    const bytes = Buffer.alloc(Math.min(facts.size, mostBytes));
    const count = read(bytes, 0);
    return bytes.subarray(0, facts.size > count ? bytes.lastIndexOf(0x0a, count - 1) + 1 : count);
  });
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(start);
    return text === "" ? [] : text.split(/(?<=\n)/u);
  } catch (cause) {
    throw new RangeError(`${path}: expected text in UTF-8: ${(cause as Error).message}`, { cause });
  }
};

/**
 * The texts of a file, as many as a tokenizer is trained on: lines of a `.txt` or `.md`, else prompts and completions
 * of all lines of JSON lines or a table, which templates make of other keys. `RangeError` for what a task of prompts
 * refuses, and for a file without texts.
 */
export const fileTexts = async (path: string, templates: RowTemplates, hub: HubOptions = {}): Promise<string[]> => {
  const texts = [...(plain.test(path) ? linesOf(path) : await promptTexts(path, templates, hub))];
  if (texts.length === 0) throw new RangeError(`${path}: expected texts, got none`);
  return texts;
};

const promptTexts = async (path: string, templates: RowTemplates, hub: HubOptions): Promise<readonly string[]> => {
  const task = { path: resolve(path), ...templates };
  const [foreign] = foreignSources(task);
  if (foreign === undefined) return allTexts({ file: task.path, templates });
  const made = (await readTaskData([task], dirname(task.path), hub)).get(dataKey(foreign))!;
  if ("message" in made) throw new RangeError(made.message);
  try {
    return allTexts({ file: made.part, templates });
  } catch (error) {
    if (error instanceof RangeError) error.message = inSource(error.message, made.part, foreign.source, ".");
    throw error;
  }
};
