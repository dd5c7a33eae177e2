/** A reward that a server gives. */
import { Type } from "@sinclair/typebox";
import { define } from "../../plugins/definition.ts";
import { microBatch } from "../../remote/micro-batch.ts";
import { coordinatesText } from "../../rollouts/batches/order.ts";
import type { Rollout } from "../../rollouts/batches/rollout.ts";
import type { Reward, RewardContext } from "../reward.ts";
import { serverClient, serverParameters } from "./server-options.ts";
import { wireFailure, wireRollout, wireScore, wireScores } from "./wire.ts";
import { defined } from "../../optional/defined.ts";

/**
 * Sends rollouts that are scored at the same time in requests of at most `batch`, and takes the server's scores.
 * `prepare` asks for `health`. Errors are those of the client: `RemoteError`s that say whether another attempt makes
 * sense. `RangeError` for an address that is none, and a range that is turned round.
 */
export const httpReward = define({
  type: "http",
  summary: "The scores that a server gives over HTTP (docs/remote-scorers.md).",
  parameters: {
    url: Type.String({
      minLength: 1,
      description: "Address that rollouts are sent to, for example http://127.0.0.1:8000/score.",
    }),
    health: Type.String({
      default: "/health",
      description: "Path that must answer with status 200 before training starts; empty to ask for none.",
    }),
    batch: Type.Integer({ default: 32, minimum: 1, maximum: 4096, description: "Most rollouts of one request." }),
    range: Type.Optional(
      Type.Array(Type.Number(), {
        minItems: 2,
        maxItems: 2,
        description:
          "Least and greatest score when all is well; one outside stops the run (training.checks.rewardRange).",
      }),
    ),
    parameters: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), { description: "Sent with each request as they are." }),
    ),
    ...serverParameters,
  },
  create({ health, batch, range, parameters, ...server }, { task }: Pick<RewardContext, "task">): Reward {
    const [least, most] = range ?? [];
    if (least !== undefined && !(least <= most!)) {
      throw new RangeError(
        `http reward: expected a range from its least to its greatest value, got [${least}, ${most}]`,
      );
    }
    const client = serverClient(server);
    const ask = async (rollouts: readonly Rollout[], signal: AbortSignal): Promise<readonly unknown[]> => {
      const asked = rollouts.map((rollout) => wireRollout(rollout, task.answered !== false));
      const answer = await client.post("", { rollouts: asked, ...defined({ parameters }) }, signal);
      const scores = wireScores(answer, rollouts.length);
      if (scores === undefined) throw client.misfit("", `{ "scores": [...] } with ${rollouts.length} scores`, answer);
      return scores;
    };
    const scoreOf = microBatch({ size: batch, ask });
    return {
      name: "http",
      ...defined({ range: least === undefined ? undefined : ([least, most!] as const) }),
      async prepare() {
        if (health !== "") await client.probe(health, new AbortController().signal);
      },
      close: () => client.close(),
      async score(rollout, signal) {
        const given = await scoreOf(rollout, signal);
        const failure = wireFailure(given);
        if (failure !== undefined)
          throw client.misfit("", `a score for ${coordinatesText(rollout)}`, failure.error, {
            retryable: failure.retryable,
          });
        const score = wireScore(given);
        if (score === undefined)
          throw client.misfit(
            "",
            `a finite number, or { value, parts } of such, for ${coordinatesText(rollout)}`,
            given,
          );
        return score;
      },
    };
  },
});
