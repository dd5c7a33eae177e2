/** Tests of what rewards ask besides this process. */
import { expect, test } from "vitest";
import { outsideOf } from "../../src/rewards/outside.ts";

const [http, code] = [{ type: "http", url: "http://127.0.0.1:1" }, { type: "code" }];
const model = { type: "classifier", model: { checkpoint: "owner/name" } };
const plain = { type: "exact-match" };

test("servers, sandboxes and models are outside, also within gates and products", () => {
  expect([http, code, model, plain].map(outsideOf)).toEqual(["a server", "a sandbox", "a model", undefined]);
  expect(outsideOf({ type: "gate", condition: plain, reward: http })).toBe("a server");
  expect(outsideOf({ type: "product", rewards: [plain, { type: "gate", condition: code, reward: plain }] })).toBe("a sandbox");
  expect(outsideOf({ type: "gate", condition: plain, reward: plain })).toBeUndefined();
});
