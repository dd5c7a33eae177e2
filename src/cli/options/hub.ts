/** Options of the commands that take a model, and the progress of its download. */
import { Option, type Command } from "commander";
import type { HubOptions } from "../../policies/checkpoints/hub/hub.ts";
import { percent } from "../display/number-text.ts";
import type { Terminal } from "../display/terminal.ts";
import { defined } from "../../optional/defined.ts";

/** Where a model of the Hub may come from. */
export interface HubFlags {
  readonly offline?: true;
  readonly endpoint?: string;
}

/** What every `<model>` argument may be. */
export const modelHelp = "a folder, a .gguf or .safetensors file, or owner/name[/file.gguf][@revision] of the Hub";

/** Adds `--offline` and `--endpoint`. */
export const addHubFlags = (command: Command): Command =>
  command
    .addOption(new Option("--offline", "take models of the Hub from the cache alone (also HF_HUB_OFFLINE=1)"))
    .addOption(new Option("--endpoint <url>", "another server than huggingface.co (also HF_ENDPOINT)"));

/** The options of a download, which shows itself on a live terminal. */
export const hubOptions = ({ offline, endpoint }: HubFlags, { live }: Terminal): HubOptions => ({
  ...defined({ offline, endpoint }),
  ...(live === undefined
    ? {}
    : {
        onProgress: (file, bytes, size) =>
          void live.write(`\r${file} ${percent(bytes / size)}${bytes === size ? "\n" : ""}`),
      }),
});
