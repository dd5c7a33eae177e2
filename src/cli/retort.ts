#!/usr/bin/env node
/** The command `retort`. */
import { main } from "./program.ts";
import { processTerminal } from "./display/terminal.ts";

/** A trial whose driver is gone stops by itself: a second signal, by its output, would end it at once. */
const stopsByItself = process.send !== undefined && process.argv[2] === "trial";

/** When the reader of the output is gone (`retort ... | head`), a run stops as by Ctrl-C, and what only prints ends. */
const stopUnread = (error: NodeJS.ErrnoException): void => {
  if (error.code !== "EPIPE") throw error;
  process.stdout.off("error", stopUnread).on("error", () => undefined);
  process.stderr.off("error", stopUnread).on("error", () => undefined);
  if (!stopsByItself && !process.emit("SIGINT", "SIGINT")) process.exit();
};
process.stdout.on("error", stopUnread);
process.stderr.on("error", stopUnread);

process.exitCode = await main(process.argv.slice(2), processTerminal());
