/** What the checks of a run warned of. */
import { join } from "node:path";
import { parseObject } from "../../files/json.ts";
import { presentLines } from "../../files/bounded-lines.ts";

/** A warning of a check. */
export interface RunWarning {
  readonly step: number;
  readonly check: string;
  readonly message: string;
}

/** Most bytes of a line; most warnings that are shown. */
const [longestLine, mostWarnings] = [2 ** 20, 50];

/** The warnings of a run, the first of many; lines that are damaged are left out. */
export const readWarnings = async (folder: string): Promise<readonly RunWarning[]> => {
  const path = join(folder, "metrics.jsonl");
  const warnings: RunWarning[] = [];
  for await (const line of presentLines(path, longestLine)) {
    if (!line.startsWith('{"kind":"warning"')) continue;
    const { step, check, message } = parseObject(line) ?? {};
    if (typeof step !== "number" || typeof check !== "string" || typeof message !== "string") continue;
    warnings.push({ step, check, message });
    if (warnings.length >= mostWarnings) break;
  }
  return warnings;
};
