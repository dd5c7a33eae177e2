/** The command line: every command in one program, and how it ends. */
import { Command } from "commander";
import { packageVersion } from "../experiments/plan.ts";
import { addConvert } from "./convert.ts";
import { addDoctor } from "./doctor.ts";
import { exitCodesHelp, explain, exitCodes } from "./exit.ts";
import { addInspect } from "./inspect.ts";
import { addRun } from "./run.ts";
import { addSample } from "./sample.ts";
import { addSchema } from "./schema.ts";
import { addServePolicy } from "./serve-policy.ts";
import { addServeReward } from "./serve-reward.ts";
import type { Terminal } from "./terminal.ts";
import { addTrace } from "./trace.ts";
import { addValidate } from "./validate.ts";

const createProgram = (terminal: Terminal): Command => {
  const program = new Command("retort")
    .description("Trains language-model policies with rewards and with a teacher at the same time.")
    .version(packageVersion(), "-v, --version", "print the version")
    .option("--debug", "show where an error comes from")
    .showHelpAfterError("(--help shows how)")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.output.write(text),
      writeErr: (text) => void terminal.errors.write(text),
    })
    .addHelpText("after", exitCodesHelp);
  addRun(program, terminal);
  addValidate(program, terminal);
  addSchema(program, terminal);
  addSample(program, terminal);
  addInspect(program, terminal);
  addConvert(program, terminal);
  addTrace(program, terminal);
  addServePolicy(program, terminal);
  addServeReward(program, terminal);
  addDoctor(program, terminal);
  return program;
};

/** Runs one command; `args` are those after the program's name. Gives the exit code and never throws. */
export const main = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  const program = createProgram(terminal);
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCodes.ok;
  } catch (error) {
    return explain(error, terminal, program.opts<{ debug?: true }>().debug === true);
  }
};
