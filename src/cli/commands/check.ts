/** `retort check`: holds a module of the user's to the laws of its kind. */
import { InvalidArgumentError, type Command } from "commander";
import { checkModule, type CheckedModule } from "../../checking/check-module.ts";
import type { Json } from "../../files/json.ts";
import { table } from "../display/table.ts";
import type { Terminal } from "../display/terminal.ts";
import { visible } from "../../files/visible.ts";

interface CheckFlags {
  readonly data?: string;
  readonly json?: true;
}

/** `factor=2` as a key and a value: JSON where it is, else a text. */
const parameterIn = (text: string): readonly [string, Json] => {
  const [, key, given] = /^([^=]+)=(.*)$/su.exec(text) ?? [];
  if (key === undefined || given === undefined)
    throw new InvalidArgumentError(`expected a parameter such as factor=2, got ${JSON.stringify(text)}`);
  try {
    return [key, JSON.parse(given) as Json];
  } catch {
    return [key, given];
  }
};

const show = ({ kind, code, parameters, results }: CheckedModule, file: string, { output, colors }: Terminal): void => {
  const verdict = ({ passed, warned }: CheckedModule["results"][number]): string => {
    if (warned === true) return colors.yellow("warning");
    return passed ? colors.green("holds") : colors.red("broken");
  };
  const rows = results.map(({ law, engine, detail, ...result }) => [
    verdict({ law, detail, ...result }),
    visible(law),
    engine ?? "",
    visible(detail),
  ]);
  const broken = results.filter(({ passed }) => !passed).length;
  output.write(
    `${visible(file)}: a ${kind}, sha256 ${code.slice(0, 12)}, with ${visible(JSON.stringify(parameters))}\n\n`,
  );
  output.write(`${table(["", "law", "engine", "found"], rows)}\n\n`);
  const warnings = results.filter(({ warned }) => warned === true).length;
  const rest = warnings === 0 ? "" : `, ${warnings} warning`;
  const all = warnings === 0 ? `all ${results.length} laws hold` : `${results.length - warnings} laws hold`;
  output.write(`${broken === 0 ? all : `${broken} of ${results.length} laws are broken`}${rest}\n`);
};

/** Refuses what is an experiment file by its name: `explain` checks those. */
const refuseExperiment = (file: string): void => {
  if (/\.(?:json|yaml|yml)$/iu.test(file))
    throw new InvalidArgumentError(
      `expected a module in TypeScript or JavaScript, got ${visible(file)}; an experiment file is checked by ` +
        `"retort explain ${visible(file)}"`,
    );
};

/** Adds description, arguments, options and action to the command. */
export const addCheck = (command: Command, terminal: Terminal): void => {
  command
    .description(
      "Holds a module of your own, such as a divergence or a reward, to what must hold of its kind: finite values, " +
        "gradients against finite differences, and what it says of itself (laws). Programs run on two engines.",
    )
    .argument("<file>", "the module, in TypeScript or JavaScript")
    .argument("[parameters...]", "parameters of it, such as factor=2; its defaults when left out")
    .option("--data <file>", "JSON lines of prompt, completion, reference and fields, which a reward is tried on")
    .option("--json", "print what was found as JSON")
    .addHelpText(
      "after",
      `
Examples:
  retort check my-divergence.ts
  retort check my-divergence.ts factor=2
  retort check my-reward.ts --data examples.jsonl`,
    )
    .action(async (file: string, given: string[], { json, ...options }: CheckFlags) => {
      refuseExperiment(file);
      const checked = await checkModule(file, Object.fromEntries(given.map(parameterIn)), options);
      if (json === true) terminal.output.write(`${JSON.stringify(checked, null, 2)}\n`);
      else show(checked, file, terminal);
      const broken = checked.results.filter(({ passed }) => !passed).length;
      if (broken > 0) throw new Error(`${file}: expected all laws of a ${checked.kind} to hold, got ${broken} broken`);
    });
};
