/** Tests of `retort serve-policy`. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { main } from "../../../src/cli/program.ts";
import { jsonClient } from "../../../src/remote/client.ts";
import { savedModel } from "../../fixtures/models.ts";
import { recorder } from "../recorder.ts";
import { serving } from "../serving.ts";

const { signal } = new AbortController();

afterEach(() => void vi.unstubAllEnvs());

const servingPolicy = (...args: readonly string[]) => serving("serve-policy", ...args, "--engine", "cpu");

describe("retort serve-policy", () => {
  test("serves until Ctrl-C, and says what was asked", async () => {
    const { url, errors, end } = await servingPolicy(await savedModel(), "--name", "tiny");
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const client = jsonClient({ name: "test", url });
    await client.probe("/health", signal);
    const answer = await client.post("/v1/completions", { model: "tiny", prompt: "abc", max_tokens: 1, prompt_logprobs: 0 }, signal);
    expect(answer).toMatchObject({ choices: [{ prompt_logprobs: [null, { 3: { rank: expect.any(Number) as number } }, {}] }] });
    await expect(client.get("/\u001b[2J", signal)).rejects.toMatchObject({ status: 404 });
    await client.close();
    expect(await end()).toBe(0);
    const lines = errors().trimEnd().split("\n");
    expect(lines.shift()).toBe("serving tiny on the engine cpu; Ctrl-C ends it");
    expect(lines.pop()).toBe("closing; press Ctrl-C again to stop at once");
    expect(lines.map((line) => line.replace(/^\d\d:\d\d:\d\d /, "").replace(/ \d+ ms/, ""))).toEqual([
      "GET /health 200",
      "POST /v1/completions 200",
      expect.stringMatching(/^GET \/%1B\[2J 404 expected one of \/health, /),
    ]);
  });

  test("bounds log-probs, needs a token where other machines can ask, and is quiet when told to", async () => {
    const model = await savedModel();
    const { terminal, errors: said } = recorder();
    expect(await main(["serve-policy", model, "--host", "0.0.0.0", "--port", "0", "--engine", "cpu"], terminal)).toBe(1);
    expect(said()).toContain("expected a token for 0.0.0.0, where other machines can ask, got none");
    vi.stubEnv("RETORT_TEST_TOKEN", "0123456789abcdef");
    const { url, errors, end } = await servingPolicy(
      model,
      "--host",
      "0.0.0.0",
      "--token-env",
      "RETORT_TEST_TOKEN",
      "--max-logprobs",
      "2",
      "--quiet",
    );
    const client = jsonClient({ name: "test", url, tokenVariable: "RETORT_TEST_TOKEN", namedBy: "user" });
    await expect(client.post("/v1/completions", { prompt: "abc", prompt_logprobs: 3 }, signal)).rejects.toThrow(
      `got 400 "expected prompt_logprobs of at most 2, the server's --max-logprobs, got 3"`,
    );
    await client.close();
    await end();
    expect(errors()).not.toContain("POST");
  });

  test.each([
    [["--port", "99999"], /expected a port from 0 to 65535, got "99999"/],
    [["--token-env", "RETORT_NO_TOKEN"], /--token-env: expected a token in the environment variable RETORT_NO_TOKEN, got nothing/],
    [["--max-logprobs", "-2"], /expected a whole number from -1, got "-2"/],
  ])("%j is refused", async (args, message) => {
    const { terminal, errors } = recorder();
    expect(await main(["serve-policy", await savedModel(), ...args, "--engine", "cpu"], terminal)).toBeGreaterThan(0);
    expect(errors()).toMatch(message);
  });
});
