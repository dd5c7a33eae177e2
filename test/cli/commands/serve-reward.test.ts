/** Tests of `retort serve-reward`. */
import { describe, expect, test } from "vitest";
import { main } from "../../../src/cli/program.ts";
import { jsonClient } from "../../../src/remote/client.ts";
import { wireRollout } from "../../../src/rewards/remote/wire.ts";
import { smallTask } from "../../fixtures/recipes.ts";
import { rolloutOf } from "../../laws/reward.laws.ts";
import { recorder } from "../recorder.ts";
import { serving } from "../serving.ts";

const { signal } = new AbortController();
const file = "test/fixtures/experiments/small.yaml";

describe("retort serve-reward", () => {
  test("serves a file's rewards until Ctrl-C", async () => {
    const { url, errors, end } = await serving("serve-reward", file, '/rewards=[{"type": "exact-match", "weight": 3}]');
    const task = smallTask();
    const [prompt] = task.train;
    const rollouts = [prompt!.reference, "1"].map((text) => wireRollout(rolloutOf(task, prompt!, text), true));
    const client = jsonClient({ name: "test", url });
    await client.probe("/health", signal);
    expect(await client.post("/score", { rollouts }, signal)).toEqual({
      scores: [
        { value: 3, parts: { "exact-match": 1 } },
        { value: 0, parts: { "exact-match": 0 } },
      ],
    });
    await client.close();
    expect(await end()).toBe(0);
    expect(errors()).toContain(`serving the rewards of run in ${file}; Ctrl-C ends it\n`);
    expect(errors()).toMatch(/POST \/score 200 \d+ ms\n/);
  });

  test.each([
    [[file, "/rewards=[]", "/objective/alpha=1"], /expected rewards, got none/],
    [["test/fixtures/experiments/variants.yaml"], /--run: expected one of the file's runs, .*, got none/],
    [[file, "--run", "other"], /--run: expected one of the file's runs, run, got "other"/],
    [["nowhere.json"], /nowhere\.json/],
  ])("%j is refused", async (args, message) => {
    const { terminal, errors } = recorder();
    expect(await main(["serve-reward", ...args, "--port", "0"], terminal)).toBeGreaterThan(0);
    expect(errors()).toMatch(message);
  });
});
