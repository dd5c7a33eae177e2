/** What a trial's evaluation after so many steps said. */
import { join } from "node:path";
import { presentLines } from "../../files/bounded-lines.ts";
import { parseObject } from "../../files/json.ts";
import { headlineOf } from "../../training/recipe/headline.ts";
import { metricsIn } from "../../runs/reading/run-record.ts";

/** Lines longer than this are not ours. */
const longestLine = 2 ** 20;

/**
 * The metric of the evaluation after `step` steps of the run in a folder, or its headline where none is named. Nothing
 * where there is no such evaluation, or it has no such number.
 */
export const evaluationAt = async (folder: string, step: number, metric?: string): Promise<number | undefined> => {
  for await (const text of presentLines(join(folder, "metrics.jsonl"), longestLine)) {
    if (!text.includes('"evaluation"')) continue;
    const line = parseObject(text);
    if (line?.["kind"] !== "evaluation" || line["step"] !== step) continue;
    const value = headlineOf(metricsIn(line), metric)?.value;
    return Number.isFinite(value) ? value : undefined;
  }
  return undefined;
};
