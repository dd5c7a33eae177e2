/** Parameters by name. */
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { parameter } from "../../../src/policies/layers/parameter.ts";

test("a parameter is found, and one that is missing is named", async () => {
  await tf.setBackend("cpu");
  const here = tf.zeros([2, 2]);
  expect(parameter({ here }, "here")).toBe(here);
  expect(() => parameter({ here }, "there")).toThrow('expected a parameter "there", got 1 others');
});
