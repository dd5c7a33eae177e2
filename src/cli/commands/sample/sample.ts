/**
 * `retort sample`: completes a prompt with a model, and shows the text as it comes; or searches its likeliest
 * completions.
 */
import { availableParallelism } from "node:os";
import { text as readAll } from "node:stream/consumers";
import { InvalidArgumentError, Option, type Command } from "commander";
import type { Engine } from "../../../engine/engine.ts";
import { openEngine } from "../../../engine/choose.ts";
import { engineNames, type EngineName } from "../../../engine/names.ts";
import { loadModel, type Model } from "../../../experiments/inputs/model.ts";
import { Streamer } from "../../../rollouts/sampling/streamer.ts";
import { streamText, type StreamedText } from "../../../rollouts/sampling/stream-text.ts";
import { checkShaping, type Shaping } from "../../../rollouts/decoding/shaping.ts";
import { chatPrompt } from "../../../tokenizers/chat/prompt.ts";
import type { ModelTokenizer } from "../../../tokenizers/huggingface/tokenizer.ts";
import { promptIds } from "../../../tokenizers/prompt-ids.ts";
import { addModelArgument, addModelFlags, locateModel, type ModelFlags } from "../../options/named-model.ts";
import { finite, numberFrom } from "../../options/numbers.ts";
import { sampleBeams } from "./sample-beams.ts";
import type { Terminal } from "../../display/terminal.ts";
import { visible } from "../../../files/visible.ts";

interface SampleOptions extends ModelFlags, Shaping {
  readonly prompt?: string;
  readonly chat?: true;
  readonly system?: string;
  readonly count: number;
  readonly maxNewTokens?: number;
  readonly stop: readonly string[];
  readonly seed: number;
  readonly engine: EngineName;
  readonly beams?: number;
  readonly lengthPenalty: number;
  readonly json?: true;
}

/** New tokens when none are asked for, where the model's context has room for so many. */
const usualTokens = 128;

/** How many tokens are drawn at most. `InvalidArgumentError` for more than the context has room for. */
const newTokens = (prompt: number, context: number, asked: number | undefined): number => {
  const room = context - prompt;
  if (room < 1) {
    throw new InvalidArgumentError(
      `--prompt: expected at most ${context - 1} tokens, since the model's context has ${context}, got ${prompt}; ` +
        "shorten it",
    );
  }
  if (asked === undefined || asked <= room) return asked ?? Math.min(usualTokens, room);
  throw new InvalidArgumentError(
    `--max-new-tokens: expected at most ${room}, since the model's context has ${context} tokens and the prompt ` +
      `${prompt}, got ${asked}`,
  );
};

/** What was asked for, and how much of it there is room for. */
type Sampling = SampleOptions & { readonly maxNewTokens: number };

/** More threads than this bring the products of one row nothing. */
const mostThreads = 4;

/** The ids to complete: of the text, or of a conversation as the model's template writes it. */
const promptOf = (text: string, { chat, system }: SampleOptions, tokenizer: ModelTokenizer): readonly number[] => {
  if (chat === undefined && system === undefined) return promptIds(tokenizer, text);
  const { chatTemplate, beginId, endId } = tokenizer;
  if (chatTemplate === undefined)
    throw new InvalidArgumentError("--chat: the model has no chat template; leave it out to continue the text itself");
  const messages = [
    ...(system === undefined ? [] : [{ role: "system", content: system }]),
    { role: "user", content: text },
  ];
  const tokens = {
    eos_token: tokenizer.tokenOf(endId),
    ...(beginId === undefined ? {} : { bos_token: tokenizer.tokenOf(beginId) }),
  };
  return tokenizer.encode(chatPrompt(chatTemplate, messages, { addGenerationPrompt: true, tokens }));
};

/** One completion, shown while it comes. */
const show = async (
  chunks: AsyncIterable<StreamedText>,
  sample: number,
  { json }: SampleOptions,
  terminal: Terminal,
): Promise<number> => {
  let [text, logProb, finish]: [string, number, StreamedText["finish"]] = ["", 0, undefined];
  const tokens: number[] = [];
  for await (const chunk of chunks) {
    if (json === undefined) terminal.output.write(visible(chunk.text));
    text += chunk.text;
    tokens.push(...chunk.tokens);
    for (const value of chunk.rawLogProbs) logProb += value;
    ({ finish } = chunk);
  }
  terminal.output.write(json === undefined ? "\n" : `${JSON.stringify({ sample, text, tokens, logProb, finish })}\n`);
  return tokens.length;
};

/** A model that can read and write text. */
type SpeakingModel = Model & { readonly tokenizer: ModelTokenizer };

/** Draws the completions one after the other. Gives the number of their tokens. */
const drawAll = async (
  engine: Engine,
  { policy, weights, tokenizer }: SpeakingModel,
  prompt: readonly number[],
  options: Sampling,
  terminal: Terminal,
): Promise<number> => {
  const { endId, padId, stopIds } = tokenizer;
  const streamer = new Streamer(engine, { policy, endId, padId, stopIds });
  try {
    streamer.load(weights);
    let tokens = 0;
    for (let i = 0; i < options.count; i += 1) {
      if (i > 0 && options.json === undefined) terminal.output.write("\n");
      const request = {
        prompt,
        coordinates: [options.seed, "sample", 0, i] as const,
        shaping: options,
        maxNewTokens: options.maxNewTokens,
      };
      tokens += await show(
        streamText(streamer.stream(request), (ids) => tokenizer.decode(ids), options.stop),
        i,
        options,
        terminal,
      );
    }
    return tokens;
  } finally {
    await streamer.dispose();
  }
};

const sample = async (
  model: SpeakingModel,
  prompt: readonly number[],
  options: Sampling,
  terminal: Terminal,
): Promise<void> => {
  const { beams } = options;
  const engine = await openEngine(options.engine, { threads: Math.min(availableParallelism(), mostThreads) });
  try {
    const began = performance.now();
    const tokens =
      beams === undefined
        ? await drawAll(engine, model, prompt, options, terminal)
        : await sampleBeams(engine, model, model.tokenizer, prompt, { ...options, beams }, terminal);
    const seconds = (performance.now() - began) / 1000;
    if (options.json === undefined) {
      const rate =
        `${tokens} tokens in ${seconds.toFixed(1)} s, ${(tokens / seconds).toFixed(1)} tokens/s, engine ` +
        `${engine.name}`;
      terminal.errors.write(`${terminal.colors.dim(rate)}\n`);
    }
  } finally {
    await engine.dispose();
  }
};

const perform = async (name: string, options: SampleOptions, terminal: Terminal): Promise<void> => {
  try {
    checkShaping(options);
  } catch (error) {
    throw error instanceof RangeError ? new InvalidArgumentError(error.message) : error;
  }
  if (options.beams !== undefined && options.count > options.beams)
    throw new InvalidArgumentError(
      `--count: expected at most the ${options.beams} completions of --beams, got ${options.count}`,
    );
  const text = options.prompt ?? (await readAll(process.stdin));
  const { tokenizer, ...checkpoint } = await loadModel(await locateModel(name, options, terminal));
  if (tokenizer === undefined) throw new RangeError(`${name}: expected a tokenizer.json beside the weights, got none`);
  const prompt = promptOf(text, options, tokenizer);
  const maxNewTokens = newTokens(prompt.length, checkpoint.policy.contextLength, options.maxNewTokens);
  await sample({ ...checkpoint, tokenizer }, prompt, { ...options, maxNewTokens }, terminal);
};

const addSampling = (command: Command): Command =>
  command
    .option("--temperature <t>", "divides the logits; 0 takes the likeliest token", numberFrom(0), 1)
    .option("--top-k <k>", "draw from the k likeliest tokens", numberFrom(1, true))
    .option("--top-p <p>", "draw from the likeliest tokens that have this probability together", numberFrom(0))
    .option("--min-p <share>", "draw from tokens with this share of the likeliest one's probability", numberFrom(0))
    .option(
      "--repetition-penalty <r>",
      "makes tokens that are there already less likely; 1 does nothing",
      numberFrom(0),
    )
    .option("--min-new-tokens <n>", "no end before so many tokens", numberFrom(0, true))
    .option(
      "--max-new-tokens <n>",
      "at most so many tokens; 128, or what the context has room for, when left out",
      numberFrom(1, true),
    )
    .option(
      "--stop <text>",
      "ends the completion; may be given several times",
      (text: string, stops: string[]) => [...stops, text],
      [],
    )
    .option("--seed <n>", "the same seed gives the same text", numberFrom(0, true), 0)
    .option("--count <n>", "completions of the prompt", numberFrom(1, true), 1)
    .addOption(
      new Option(
        "--beams <n>",
        "search the likeliest completions with so many beams instead of drawing; shown when all are found",
      )
        .argParser(numberFrom(1, true))
        .conflicts(["temperature", "topK", "topP", "minP", "seed"]),
    )
    .option("--length-penalty <x>", "beams score log-prob / tokens ** x: above 0 favours long ones", finite, 1);

/** Adds description, arguments, options and action to the command. */
export const addSample = (command: Command, terminal: Terminal): void => {
  addModelArgument(command)
    .description("Completes a prompt, text as it comes: the completion to the output, speed to the errors.")
    .option("--prompt <text>", "the text to continue; standard input when left out")
    .option("--chat", "the prompt is a user's message, in the model's chat template")
    .option("--system <text>", "a system message before it; implies --chat");
  addModelFlags(addSampling(command))
    .addOption(new Option("--engine <name>", "what runs the programs").choices([...engineNames]).default("auto"))
    .option(
      "--json",
      "print one JSON object a completion: text, tokens, log-prob in nats or the score of its beam, and how it ended",
    )
    .addHelpText(
      "after",
      `
Examples:
  retort sample smollm2.gguf --chat --prompt "What is gravity?" --temperature 0
  retort sample runs/quickstart/run-0a1b2c3d/student --prompt "3+4-2=" --count 4 --max-new-tokens 32
  retort sample runs/own/run-0a1b2c3d/student --module runs/own/run-0a1b2c3d/code/policy.ts --prompt "abc"
  retort sample owner/name --prompt "The sky is" --beams 4 --length-penalty 0.6 --count 2`,
    )
    .action((name: string, options: SampleOptions) => perform(name, options, terminal));
};
