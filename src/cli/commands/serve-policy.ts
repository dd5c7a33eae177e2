/** `retort serve-policy`: a policy for other processes, behind vLLM's endpoints. */
import { availableParallelism } from "node:os";
import { basename } from "node:path";
import { InvalidArgumentError, Option, type Command } from "commander";
import { engineNames, type EngineName } from "../../engine/names.ts";
import { loadModel } from "../../experiments/inputs/model.ts";
import type { Weights } from "../../policies/policy.ts";
import { openServedPolicy } from "../../serving/open-policy.ts";
import { addListenFlags, listen, type ListenFlags } from "../options/listen.ts";
import { addModelArgument, addModelFlags, locateModel, type ModelFlags } from "../options/named-model.ts";
import type { Terminal } from "../display/terminal.ts";

interface ServeOptions extends ModelFlags, ListenFlags {
  readonly name?: string;
  readonly maxLogprobs: number;
  readonly memory?: number;
  readonly seed: number;
  readonly engine: EngineName;
}

/** More threads than this bring the products of one row nothing. */
const mostThreads = 4;

/** Bytes of a request: those of all chosen ids that one answer may be about. */
const largest = 2 ** 24;

const wholeFrom =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`expected a whole number from ${least}, got "${text}"`);
  };

const perform = async (model: string, options: ServeOptions, terminal: Terminal): Promise<void> => {
  const located = await locateModel(model, options, terminal);
  const { weights: first, ...loaded } = await loadModel(located);
  const { engine, seed, maxLogprobs: mostLogProbs, memory } = options;
  let unused: Weights | undefined = first;
  const weights = async (): Promise<Weights> => {
    const read = unused ?? (await loadModel(located)).weights;
    unused = undefined;
    return read;
  };
  const threads = Math.min(availableParallelism(), mostThreads);
  const opened = await openServedPolicy({
    ...loaded,
    weights,
    ...(memory === undefined ? {} : { memory: memory * 2 ** 20 }),
    name: options.name ?? basename(model),
    engine,
    threads,
    seed,
    mostLogProbs,
  });
  try {
    await listen(opened.routes, `${opened.name} on the engine ${opened.engine}`, { ...options, largest }, terminal);
  } finally {
    await opened.close();
  }
};

/** Adds description, arguments, options and action to the command. */
export const addServePolicy = (command: Command, terminal: Terminal): void => {
  addModelArgument(command).description(
    "Serves a policy: /v1/completions with prompt_logprobs, /inference/v1/generate with chosen ids, " +
      "/v1/models, /tokenize and /health. A teacher of experiment files.",
  );
  addListenFlags(addModelFlags(command))
    .option("--name <name>", "what the model is called; the last part of its path when left out")
    .option(
      "--max-logprobs <n>",
      "most log-probs beside a token's own; -1: as many as are asked for",
      wholeFrom(-1),
      -1,
    )
    .option(
      "--memory <MiB>",
      "most memory beside the weights; half of what is free at the start when left out",
      wholeFrom(1),
    )
    .option("--seed <n>", "of draws for which a request has no seed", wholeFrom(0), 0)
    .addOption(new Option("--engine <name>", "what runs the programs").choices([...engineNames]).default("auto"))
    .addHelpText(
      "after",
      `
Examples:
  retort serve-policy models/teacher.gguf
  RETORT_TOKEN=... retort serve-policy owner/name --host 0.0.0.0 --token-env RETORT_TOKEN
  "teacher": { "server": { "url": "http://127.0.0.1:8000", "model": "teacher.gguf" } }`,
    )
    .action((model: string, options: ServeOptions) => perform(model, options, terminal));
};
