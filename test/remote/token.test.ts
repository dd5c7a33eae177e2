/** Tests of tokens in environment variables. */
import { afterEach, expect, test, vi } from "vitest";
import { tokenFrom } from "../../src/remote/token.ts";

afterEach(() => void vi.unstubAllEnvs());

test("comes from the variable", () => {
  vi.stubEnv("RETORT_TEST_TOKEN", "abc-123");
  expect(tokenFrom("RETORT_TEST_TOKEN", "reward")).toBe("abc-123");
});

test.each([[undefined], [""]])("%j is nothing", (value) => {
  vi.stubEnv("RETORT_TEST_TOKEN", value);
  expect(() => tokenFrom("RETORT_TEST_TOKEN", "reward")).toThrow(
    new RangeError("reward: expected a token in the environment variable RETORT_TEST_TOKEN, got nothing; set it"),
  );
});

test.each(["two words", "line\nX-Other: 1", "schön"])("%j cannot be in a header, and is not shown", (value) => {
  vi.stubEnv("RETORT_TEST_TOKEN", value);
  expect(() => tokenFrom("RETORT_TEST_TOKEN", "reward")).toThrow(
    /^reward: expected a token of visible ASCII characters in the .*TOKEN, got others$/,
  );
});
