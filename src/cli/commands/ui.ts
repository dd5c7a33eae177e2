/** `retort ui`: a page over the runs of a folder, as they happen. */
import { mkdirSync } from "node:fs";
import { setPriority } from "node:os";
import type { Command } from "commander";
import { serveUi } from "../../ui/server/ui-server.ts";
import { visible } from "../../files/visible.ts";
import { shownPath } from "../display/shown-path.ts";
import type { Terminal } from "../display/terminal.ts";
import { portIn, untilStopped } from "../options/listen.ts";
import { ownCommand } from "../options/own-command.ts";

interface UiFlags {
  readonly runs: string;
  readonly port?: number;
}

/** Until whoever started this is gone, where that is another process of ours. */
const untilParentIsGone = (): Promise<void> =>
  new Promise((resolve) => {
    if (process.send !== undefined) process.once("disconnect", () => resolve());
  });

/** Where runs go that name no other folder. */
const usualRuns = "runs";

/** How much less the page may than a training on the same machine. */
const niceness = 10;

const perform = async ({ runs, port }: UiFlags, terminal: Terminal): Promise<void> => {
  const { output, errors } = terminal;
  try {
    setPriority(niceness);
  } catch {
    // Where the system does not allow that, it runs as any other.
  }
  // Whoever opens the page before the first run shall see that run come.
  if (runs === usualRuns) mkdirSync(runs, { recursive: true });
  const server = await serveUi({ root: runs, port, command: ownCommand() });
  output.write(`${visible(server.url)}\n`);
  errors.write(`the runs in ${shownPath(runs)}; whoever has the link sees and controls them; Ctrl-C ends the page\n`);
  await Promise.race([untilStopped(terminal), untilParentIsGone()]);
  await server.close();
};

/** Adds description, options and action to the command. */
export const addUi = (command: Command, terminal: Terminal): void => {
  command
    .description(
      "Serves a page on this machine over the runs of a folder, as they happen: curves, rollouts token by token, " +
        "steps, sweeps, figures of the paper; stops, resumes and starts runs.",
    )
    .option("--runs <folder>", "one run, the runs of one file, or the root of all", usualRuns)
    .option(
      "--port <number>",
      "where to listen on 127.0.0.1; 0 takes a free one; 6400 or the next when left out",
      portIn,
    )
    .addHelpText(
      "after",
      `
Examples:
  retort ui
  retort ui --runs runs/quickstart --port 8080
  ssh -L 6400:127.0.0.1:6400 machine retort ui --port 6400`,
    )
    .action((flags: UiFlags) => perform(flags, terminal));
};
