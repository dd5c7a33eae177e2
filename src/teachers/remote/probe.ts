/**
 * What a teacher's server says before a run: whether it has the model, the tokens, the context and the log-probs that
 * the run needs.
 */
import type { JsonClient } from "../../remote/client.ts";
import { RemoteError } from "../../remote/remote-error.ts";
import type { Rollout } from "../../rollouts/batches/rollout.ts";
import type { Tokenizer } from "../../tokenizers/tokenizer.ts";
import type { Detail, TeacherScore } from "../teacher.ts";
import { remoteTeacher, type RemoteTeacherOptions } from "./teacher.ts";

/** What is known of a server afterwards. Plain data, for the manifest. */
export interface ServerFacts {
  readonly model: string;
  /** Most tokens of one request, if the server says. */
  readonly contextLength?: number;
  /** `same`: some texts have the same ids there and here. `unknown`: the server does not tokenize. */
  readonly tokenizer: "same" | "unknown";
  readonly detail: Detail;
  /**
   * Probability of the tokens that it names, at the positions of some sequences: 1 for all, less for the likeliest K.
   * The rest is left out.
   */
  readonly mass?: { readonly mean: number; readonly least: number; readonly places: number };
}

/** What a server is asked with. */
export interface ProbeOptions extends RemoteTeacherOptions {
  /** Of the student. */
  readonly tokenizer: Tokenizer;
  /** Some sequences of the run. */
  readonly samples: readonly Rollout[];
  /** Most tokens of prompt and completion. */
  readonly length: number;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** The server's word on the model, which it must have. */
const modelCard = async (
  client: JsonClient,
  model: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> => {
  const answer = await client.get("v1/models", signal);
  const data: unknown = isObject(answer) ? answer["data"] : undefined;
  const cards = (Array.isArray(data) ? (data as readonly unknown[]) : []).filter(isObject);
  const card = cards.find(({ id }) => id === model);
  if (card === undefined) {
    throw client.misfit(
      "v1/models",
      `a model called ${JSON.stringify(model)}`,
      cards.map(({ id }) => id),
      { retryable: false },
    );
  }
  return card;
};

const contextOf = (
  card: Readonly<Record<string, unknown>>,
  model: string,
  needed: number,
): { contextLength?: number } => {
  const length = card["max_model_len"];
  if (typeof length !== "number") return {};
  if (length >= needed) return { contextLength: length };
  throw new RangeError(
    `teacher: expected a context of at least ${needed} tokens of ${model}, its server has ${length} (max_model_len)`,
  );
};

/** The ids of a text on the server; nothing where it does not tokenize. */
const serverIds = async (client: JsonClient, model: string, text: string, signal: AbortSignal): Promise<unknown> => {
  try {
    const answer = await client.post("tokenize", { model, prompt: text, add_special_tokens: false }, signal);
    return isObject(answer) ? answer["tokens"] : undefined;
  } catch (error) {
    if (error instanceof RemoteError && (error.status === 404 || error.status === 405)) return undefined;
    throw error;
  }
};

const compareTokens = async (
  client: JsonClient,
  { server, tokenizer, samples }: ProbeOptions,
  signal: AbortSignal,
): Promise<ServerFacts["tokenizer"]> => {
  for (const { prompt } of samples) {
    const there = await serverIds(client, server.model, prompt.text, signal);
    if (there === undefined) return "unknown";
    const here = tokenizer.encode(prompt.text);
    if (JSON.stringify(there) === JSON.stringify(here)) continue;
    const [ours, theirs] = [here, there].map((ids) => JSON.stringify(ids).slice(0, 80));
    throw new RangeError(
      `teacher: expected the student's tokens ${ours} of ${JSON.stringify(prompt.text.slice(0, 80))}, got ` +
        `${theirs} from its server`,
    );
  }
  return "same";
};

/**
 * Probability of the tokens that a score names, at each position. `RangeError` where it is no probability, or not 1 for
 * all tokens.
 */
const massesOf = ({ logProbs }: TeacherScore, width: number, isAll: boolean): number[] =>
  Array.from({ length: logProbs.length / width }, (_, position) => {
    const row = logProbs.subarray(position * width, (position + 1) * width);
    const mass = row.reduce((sum, logProb) => sum + Math.exp(logProb), 0);
    if (mass > 0 && mass <= 1 + 1e-3 && (!isAll || mass >= 1 - 1e-3)) return mass;
    throw new RangeError(
      `teacher: expected probabilities that sum to ${isAll ? "1" : "at most 1"}, got ${mass} from its server`,
    );
  });

const massOf = (scores: readonly TeacherScore[], detail: Detail, vocabularySize: number): Pick<ServerFacts, "mass"> => {
  if (detail === "tokens") return {};
  const width = detail === "all" ? vocabularySize : detail.topK;
  const masses = scores.flatMap((score) => massesOf(score, width, detail === "all"));
  if (masses.length === 0) return {};
  const mean = masses.reduce((sum, mass) => sum + mass, 0) / masses.length;
  return { mass: { mean: Math.min(1, mean), least: Math.min(1, ...masses), places: masses.length } };
};

/**
 * Asks a teacher's server for all that a run takes for granted. `RemoteError` when it does not answer, does not have
 * the model, or gives no scores of `samples` in the detail that is asked for; `RangeError` when its context is too
 * short, its tokens are others, or its scores are no probabilities.
 */
export const probeServer = async (options: ProbeOptions, signal: AbortSignal): Promise<ServerFacts> => {
  const { server, detail, vocabularySize, samples, length } = options;
  const teacher = remoteTeacher({ ...options, temperature: 1 });
  try {
    const card = await modelCard(teacher.client, server.model, signal);
    // One token is drawn beside.
    const context = contextOf(card, server.model, length + 1);
    const tokenizer = await compareTokens(teacher.client, options, signal);
    const answers = await teacher.score(samples, signal);
    const scores = answers.map((answer) => {
      if (answer instanceof Error) throw answer;
      return answer;
    });
    return { model: server.model, ...context, tokenizer, detail, ...massOf(scores, detail, vocabularySize) };
  } finally {
    await teacher.close();
  }
};
