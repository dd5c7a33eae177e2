/** The command line: every command in one program, and how it ends. */
import { Command } from "commander";
import { packageVersion } from "../runs/folder/package-version.ts";
import { exitCodesHelp, reportError, exitCodes } from "./display/exit-codes.ts";
import type { Terminal } from "./display/terminal.ts";

/** Adds description, arguments, options and action to a command that has its name and summary. */
type AddCommand = (command: Command, terminal: Terminal) => void;

/**
 * A command's name and summary, which its file does not say again; the file, and with it all that the command needs, is
 * loaded when it is called.
 */
interface Listed {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<AddCommand>;
  /** Left out of the help: what commands start. */
  readonly hidden?: true;
}

const commands: readonly Listed[] = [
  { name: "run", summary: "run an experiment file", load: async () => (await import("./commands/run/run.ts")).addRun },
  {
    name: "sweep",
    summary: "run the trials of an experiment file's sweep",
    load: async () => (await import("./commands/sweep/sweep.ts")).addSweep,
  },
  {
    name: "worker",
    summary: "run trials of sweeps from a queue",
    load: async () => (await import("./commands/sweep/worker.ts")).addWorker,
  },
  {
    name: "new",
    summary: "write an experiment file to start from",
    load: async () => (await import("./commands/new/new.ts")).addNew,
  },
  {
    name: "validate",
    summary: "check an experiment file without running it",
    load: async () => (await import("./commands/validate.ts")).addValidate,
  },
  {
    name: "check",
    summary: "hold a module of your own to the laws of its kind",
    load: async () => (await import("./commands/check.ts")).addCheck,
  },
  {
    name: "explain",
    summary: "say where each value comes from and what a file's runs take",
    load: async () => (await import("./commands/explain.ts")).addExplain,
  },
  {
    name: "stages",
    summary: "list the stored results of stages",
    load: async () => (await import("./commands/stages/stages.ts")).addStages,
  },
  {
    name: "schema",
    summary: "print the JSON Schema of experiment files",
    load: async () => (await import("./commands/schema.ts")).addSchema,
  },
  {
    name: "runs",
    summary: "list runs and their status",
    load: async () => (await import("./commands/runs.ts")).addRuns,
  },
  {
    name: "ui",
    summary: "serve a page over runs as they happen",
    load: async () => (await import("./commands/ui.ts")).addUi,
  },
  {
    name: "results",
    summary: "show results of runs beside what tells them apart",
    load: async () => (await import("./commands/results/results.ts")).addResults,
  },
  {
    name: "claims",
    summary: "judge a file's claims by its finished trials",
    load: async () => (await import("./commands/claims.ts")).addClaims,
  },
  {
    name: "reproduce",
    summary: "run the paper's figures and judge its claims",
    load: async () => (await import("./commands/reproduce/reproduce.ts")).addReproduce,
  },
  {
    name: "report",
    summary: "write the paper's figures, a sweep or a run as a page",
    load: async () => (await import("./commands/report/report.ts")).addReport,
  },
  {
    name: "export",
    summary: "write runs as other programs read them",
    load: async () => (await import("./commands/export.ts")).addExport,
  },
  {
    name: "compare",
    summary: "show runs side by side",
    load: async () => (await import("./commands/compare.ts")).addCompare,
  },
  {
    name: "sample",
    summary: "complete a prompt with a model",
    load: async () => (await import("./commands/sample/sample.ts")).addSample,
  },
  {
    name: "inspect",
    summary: "say what a model is and what memory it takes",
    load: async () => (await import("./commands/inspect.ts")).addInspect,
  },
  {
    name: "convert",
    summary: "write a model as a HuggingFace folder",
    load: async () => (await import("./commands/convert.ts")).addConvert,
  },
  {
    name: "tokenizer",
    summary: "train a tokenizer on a file, or say what one is",
    load: async () => (await import("./commands/tokenizer/tokenizer.ts")).addTokenizer,
  },
  {
    name: "trace",
    summary: "show when each part of a step ran",
    load: async () => (await import("./commands/trace.ts")).addTrace,
  },
  {
    name: "serve-policy",
    summary: "let other processes ask a policy, as they ask vLLM",
    load: async () => (await import("./commands/serve-policy.ts")).addServePolicy,
  },
  {
    name: "serve-reward",
    summary: "let other processes ask the rewards of an experiment file",
    load: async () => (await import("./commands/serve-reward.ts")).addServeReward,
  },
  {
    name: "trial",
    summary: "run one trial of a sweep",
    load: async () => (await import("./commands/sweep/trial.ts")).addTrial,
    hidden: true,
  },
  {
    name: "doctor",
    summary: "say which engines this machine has",
    load: async () => (await import("./commands/doctor.ts")).addDoctor,
  },
  {
    name: "engines",
    summary: "install native libraries of engines",
    load: async () => (await import("./commands/engines/engines.ts")).addEngines,
  },
];

/** The program with all commands by name, and with those that the arguments name whole. */
const createProgram = async (args: readonly string[], terminal: Terminal): Promise<Command> => {
  const program = new Command("retort")
    .description("Trains language-model policies with rewards and with a teacher at the same time.")
    .version(packageVersion(), "-v, --version", "print the version")
    .option("--debug", "show where an error comes from")
    .showHelpAfterError("(--help shows how)")
    .exitOverride()
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .configureOutput({
      writeOut: (text) => void terminal.output.write(text),
      writeErr: (text) => void terminal.errors.write(text),
    })
    .addHelpText("after", exitCodesHelp);
  for (const { name, summary, load, hidden = false } of commands) {
    const command = program.command(name, { hidden }).summary(summary);
    if (args.includes(name)) (await load())(command, terminal);
  }
  return program;
};

/** Runs one command; `args` are those after the program's name. Gives the exit code and never throws. */
export const main = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  try {
    const program = await createProgram(args, terminal);
    await program.parseAsync(args, { from: "user" });
    return exitCodes.ok;
  } catch (error) {
    return reportError(error, terminal, args.includes("--debug"));
  }
};
