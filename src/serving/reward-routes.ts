/** What a server of rewards answers: docs/remote-scorers.md. */
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { RefusedRequest } from "../remote/refused-request.ts";
import type { Route } from "../remote/server.ts";
import { receivedRollout, WireRollout, type WireFailure } from "../rewards/remote/wire.ts";
import type { RewardAnswer, RewardHandlers } from "../rewards/reward-worker.ts";
import type { RewardScore } from "../rewards/reward.ts";
import type { Restarting } from "../workers/restarting.ts";
import { healthRoute } from "./health-route.ts";
import { closedObject } from "../plugins/closed-object.ts";

const ScoreBody = Type.Object({
  rollouts: Type.Array(WireRollout, { maxItems: 4096 }),
  // What the rewards are made with is in the server's own file.
  parameters: Type.Optional(closedObject({})),
});

const scoreOf = (answer: RewardAnswer): RewardScore | WireFailure => {
  if (!("failure" in answer)) return answer;
  const { message, facts } = answer.failure;
  return { error: message, retryable: facts?.["retryable"] !== false };
};

/** `GET /health` and `POST /score`: the rewards of a thread that has been opened. */
export const rewardRoutes = (
  thread: Pick<Restarting<RewardHandlers>, "call"> & Partial<Pick<Restarting<RewardHandlers>, "alive">>,
): readonly Route[] => [
  healthRoute(thread),
  {
    method: "POST",
    path: "/score",
    async answer(document, signal) {
      if (!Value.Check(ScoreBody, document)) {
        const [first] = Value.Errors(ScoreBody, document);
        throw new RefusedRequest(400, `${first?.path ?? ""}: ${first?.message ?? "another form expected"}`);
      }
      const answers = await thread.call("score", document.rollouts.map(receivedRollout), { signal });
      return { scores: answers.map(scoreOf) };
    },
  },
];
