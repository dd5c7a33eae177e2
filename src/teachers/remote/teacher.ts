/** A teacher on a server that speaks as vLLM does. */
import { jsonClient, type JsonClient } from "../../remote/client.ts";
import { RemoteError } from "../../remote/remote-error.ts";
import { coordinatesText } from "../../rollouts/batches/order.ts";
import type { Rollout } from "../../rollouts/batches/rollout.ts";
import type { Detail, Teacher, TeacherScore } from "../teacher.ts";
import { endpoints, type Part } from "./requests.ts";
import type { TeacherServerValues } from "./settings.ts";

/** What a remote teacher is made for. */
export interface RemoteTeacherOptions {
  readonly server: TeacherServerValues;
  /** Divides the teacher's logits; a server gives log-probs at temperature 1, so that any other needs all of them. */
  readonly temperature: number;
  readonly detail: Detail;
  /** Of the student: the server's ids mean its tokens. */
  readonly vocabularySize: number;
}

/** A teacher with connections to close. */
export interface RemoteTeacher extends Teacher {
  readonly client: JsonClient;
  /** Closes the connections. */
  close(): Promise<void>;
}

/** Most bytes of an answer: as many log-probs as one has, as JSON, are less. */
const largest = 2 ** 28;

/** log softmax(l / T) out of l [L, V], row by row; in place. */
const tempered = (logProbs: Float32Array, temperature: number, vocabularySize: number): Float32Array => {
  for (let start = 0; start < logProbs.length; start += vocabularySize) {
    const row = logProbs.subarray(start, start + vocabularySize);
    let most = -Infinity;
    for (const value of row) most = Math.max(most, value);
    let sum = 0;
    for (const value of row) sum += Math.exp((value - most) / temperature);
    const normalizer = Math.log(sum);
    for (const [k, value] of row.entries()) row[k] = (value - most) / temperature - normalizer;
  }
  return logProbs;
};

const joined = (arrays: readonly Float32Array[]): Float32Array => {
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const array of arrays) {
    all.set(array, start);
    start += array.length;
  }
  return all;
};

/** What came, or why nothing did; the signal's reason is thrown. */
const orError = async <Answer>(work: Promise<Answer>, signal: AbortSignal): Promise<Answer | Error> => {
  try {
    return await work;
  } catch (error) {
    signal.throwIfAborted();
    return error as Error;
  }
};

/**
 * A client of the teacher's server; addresses with and without a version are the same. `RangeError` for one that is
 * none.
 */
const clientOf = ({ url, tokenVariable, connections, timeout }: TeacherServerValues): JsonClient =>
  jsonClient({
    name: "teacher",
    url: url.replace(/\/+(?:v1\/*)?$/, "").concat("/"),
    tokenVariable,
    connections,
    timeout,
    largest,
  });

/**
 * Asks the server for each rollout, once or in parts, at most `connections` at a time. Row i of a score is for
 * completion token i. What a server cannot say is -9999 nats: a probability of 0. What has no score has the client's
 * `RemoteError`, which says whether another attempt makes sense, also for an answer that is no score. `RangeError` for
 * a temperature that is not above 0, or is not 1 where not all log-probs are asked for.
 */
export const remoteTeacher = ({ server, temperature, detail, vocabularySize }: RemoteTeacherOptions): RemoteTeacher => {
  if (!(temperature > 0)) throw new RangeError(`teacher: expected a temperature above 0, got ${temperature}`);
  if (temperature !== 1 && detail !== "all") {
    throw new RangeError(
      "teacher: expected temperature 1 of a server that gives some log-probs of each position, got " +
        `${temperature}; ask for all of them`,
    );
  }
  const endpoint = endpoints[server.endpoint];
  const client = clientOf(server);
  const partsOf = (rollout: Rollout): readonly Part[] => {
    try {
      return endpoint.parts(rollout, detail, vocabularySize);
    } catch (error) {
      throw new RemoteError((error as Error).message, { retryable: false });
    }
  };
  const scorePart = async (part: Part, rollout: Rollout, signal: AbortSignal): Promise<TeacherScore> => {
    const request = endpoint.request(server.model, part, detail, vocabularySize);
    const answer = await client.post(endpoint.path, request, signal);
    try {
      return endpoint.score(answer, part, detail, vocabularySize);
    } catch (error) {
      throw client.misfit(endpoint.path, `a score of ${coordinatesText(rollout)}`, (error as Error).message);
    }
  };
  const scoreOne = async (rollout: Rollout, signal: AbortSignal): Promise<TeacherScore> => {
    const parts = partsOf(rollout);
    // One after the other: no more than one large answer of a rollout is here at once.
    const scores: TeacherScore[] = [];
    for (const part of parts) scores.push(await scorePart(part, rollout, signal));
    const score = scores.length === 1 ? scores[0]! : { logProbs: joined(scores.map(({ logProbs }) => logProbs)) };
    return temperature === 1 ? score : { logProbs: tempered(score.logProbs, temperature, vocabularySize) };
  };
  return {
    vocabularySize,
    client,
    score: (rollouts, signal) => Promise.all(rollouts.map((rollout) => orError(scoreOne(rollout, signal), signal))),
    close: () => client.close(),
  };
};
