/** Tests of questions to a person. */
import { expect, test } from "vitest";
import { InterruptedError } from "../../../src/cli/display/exit-codes.ts";
import { answered, canAsk } from "../../../src/cli/display/questions.ts";
import { recorder } from "../recorder.ts";

test("where nothing is shown live, no question can be asked", () => {
  expect(canAsk(recorder().terminal)).toBe(false);
});

test("an answer is given on, and Ctrl-C is an interruption", async () => {
  expect(await answered(Promise.resolve(7), "asks again")).toBe(7);
  const left = Object.assign(new Error("closed"), { name: "ExitPromptError" });
  const error: unknown = await answered(Promise.reject(left), "asks again").catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InterruptedError);
  expect(error).toMatchObject({ code: 130, again: "asks again" });
  await expect(answered(Promise.reject(new Error("broken")), "")).rejects.toThrow("broken");
});
