/** Tests of the rewards that `retort new` offers. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { comparing, independent, offeredReward, writeModule } from "../../../../src/cli/commands/new/offered-rewards.ts";
import { rewards } from "../../../../src/rewards/index.ts";

test("each is a reward, and those that need no reference say what they are good for", () => {
  for (const type of [...comparing, ...independent].filter((one) => one !== "module"))
    expect(rewards.types).toContain(offeredReward(type).value["type"]);
  expect(offeredReward("module").value).toEqual({ module: "reward.ts" });
  for (const type of comparing) expect(offeredReward(type)).toEqual({ value: { type } });
  for (const type of independent) expect(offeredReward(type).note).toBeDefined();
});

test("a module is written beside the file, and one that is there is left alone", () => {
  const folder = mkdtempSync(join(tmpdir(), "retort-module-"));
  const file = join(folder, "x.json");
  expect(writeModule(file, offeredReward("length"))).toBeUndefined();
  expect(existsSync(join(folder, "reward.ts"))).toBe(false);
  expect(writeModule(file, offeredReward("module"))).toBe(join(folder, "reward.ts"));
  expect(readFileSync(join(folder, "reward.ts"), "utf8")).toContain("The reward of x.json");
  writeFileSync(join(folder, "reward.ts"), "mine");
  expect(writeModule(file, offeredReward("module"))).toBeUndefined();
  expect(readFileSync(join(folder, "reward.ts"), "utf8")).toBe("mine");
});
