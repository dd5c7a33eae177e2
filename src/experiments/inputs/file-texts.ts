/** The texts of a file that is no task's: what a tokenizer is trained on, or measured with. */
import { open } from "node:fs/promises";
import { dirname, resolve } from "node:path";
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
const linesOf = async (path: string): Promise<readonly string[]> => {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const bytes = Buffer.alloc(Math.min(size, mostBytes));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    const end = size > bytesRead ? bytes.lastIndexOf(0x0a, bytesRead - 1) + 1 : bytesRead;
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, end));
    return text === "" ? [] : text.split(/(?<=\n)/u);
  } catch (cause) {
    throw new RangeError(`${path}: expected text in UTF-8: ${(cause as Error).message}`, { cause });
  } finally {
    await file.close();
  }
};

/**
 * The texts of a file, as many as a tokenizer is trained on: lines of a `.txt` or `.md`, else prompts and completions
 * of all lines of JSON lines or a table, which templates make of other keys. `RangeError` for what a task of prompts
 * refuses, and for a file without texts.
 */
export const fileTexts = async (path: string, templates: RowTemplates, hub: HubOptions = {}): Promise<string[]> => {
  const texts = [...(plain.test(path) ? await linesOf(path) : await promptTexts(path, templates, hub))];
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
