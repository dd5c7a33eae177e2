/** `--memory`: how much memory runs may take, and the parts of their batches that follow from it. */
import { Option } from "commander";
import type { Source } from "../../experiments/file/file-source.ts";
import { fittingParts, overridesOf } from "../../experiments/planning/fitting-parts.ts";
import type { MemoryLimit } from "../../experiments/planning/memory-rules.ts";
import type { HubOptions } from "../../policies/checkpoints/hub/hub.ts";
import { visible } from "../../files/visible.ts";
import type { Terminal } from "../display/terminal.ts";
import { bytesFrom } from "./numbers.ts";

/** `--memory <size>`, in bytes. */
export const memoryOption = (): Option =>
  new Option(
    "--memory <size>",
    "memory that a run may take, such as 8GiB or 500MB: training.microBatch, where nobody says it, is chosen for it",
  ).argParser(bytesFrom);

/** The limit that `--memory` sets. */
export const limitOf = (bytes: number): MemoryLimit => ({ bytes, of: "--memory", orElse: "allow more with --memory" });

/**
 * The overrides, and after them those that make the file's trainings fit, which are said on stderr. Errors as of
 * `fittingParts`.
 */
export const withFittingParts = async (
  source: Source,
  overrides: readonly string[],
  bytes: number,
  { hub, errors }: { readonly hub: HubOptions; readonly errors: Terminal["errors"] },
): Promise<readonly string[]> => {
  const parts = await fittingParts(source, overrides, bytes, hub);
  const set = overridesOf(parts);
  for (const [i, { rows, batch }] of parts.entries())
    errors.write(visible(`--memory: ${set[i]}, parts of the batch of ${batch}; ${batch / rows} a step`) + "\n");
  return [...overrides, ...set];
};
