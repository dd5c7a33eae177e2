/** Tests of the options of a download, and of experiment files that name models of the Hub. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { hubOptions } from "../../../src/cli/options/hub.ts";
import { main } from "../../../src/cli/program.ts";
import { startHub, type HubServer } from "../../fixtures/hub-server.ts";
import { writeModel } from "../../fixtures/model-folder.ts";
import { temporaryFolder } from "../../fixtures/models.ts";
import { recorder } from "../recorder.ts";

test("flags are passed on, and what is left out stays so", () => {
  const { terminal } = recorder();
  expect(hubOptions({}, terminal)).toEqual({});
  expect(hubOptions({ offline: true, endpoint: "http://127.0.0.1:1" }, terminal)).toEqual({
    offline: true,
    endpoint: "http://127.0.0.1:1",
  });
});

/** A live stream, and what was written to it. */
const screen = () => {
  const shown: string[] = [];
  const live = { write: (text: string) => shown.push(text) > 0 } as unknown as NodeJS.WriteStream;
  return { live, shown: () => shown.join("") };
};

test("a live terminal sees how much of a file has come, on one line", () => {
  const { live, shown } = screen();
  const { onProgress } = hubOptions({}, { ...recorder().terminal, live });
  onProgress!("model.safetensors", 25, 100);
  onProgress!("model.safetensors", 100, 100);
  expect(shown()).toBe("\rmodel.safetensors 25.0%\rmodel.safetensors 100.0%\n");
});

describe("an experiment that names a model of the Hub", () => {
  const experiment = {
    question: "Does a model of the Hub teach its own layers?",
    engine: "onnx",
    task: { type: "arithmetic", numbers: [2, 2], range: [1, 4], operators: "+", train: 12, test: 4 },
    student: { checkpoint: "someone/tiny", layers: [0, 2] },
    teacher: { checkpoint: "someone/tiny" },
    objective: { type: "distillation", divergence: { type: "forward-kl" } },
    rollouts: { group: 2, chunk: 4, maxNewTokens: 4 },
    training: { steps: 1, batch: 4, optimizer: { type: "adamw", learningRate: 0.01 } },
    evaluation: { prompts: 2 },
  };

  let hub: HubServer;
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = temporaryFolder();
    for (const key of ["HF_ENDPOINT", "HF_HUB_OFFLINE", "HF_TOKEN"]) vi.stubEnv(key, undefined);
    vi.stubEnv("HF_HUB_CACHE", join(folder, "hub"));
    const model = join(folder, "model");
    await writeModel(model);
    hub = await startHub();
    hub.serve(Object.fromEntries(readdirSync(model).map((name) => [name, readFileSync(join(model, name))])));
    file = join(folder, "experiment.json");
    writeFileSync(file, JSON.stringify(experiment));
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await hub.close();
  });

  const retort = async (...args: string[]) => {
    const { terminal, output, errors } = recorder();
    const { live, shown } = screen();
    return { code: await main(args, { ...terminal, live }), output: output(), errors: errors(), shown: shown() };
  };

  test("is checked with a download that shows itself, and from then on offline", async () => {
    const refused = await retort("validate", file, "--offline");
    expect([refused.code, refused.errors]).toEqual([
      2,
      expect.stringMatching(/the cache .* lacks any commit of main, and this is offline/u),
    ]);
    expect(hub.requests).toEqual([]);
    const first = await retort("validate", file, "--endpoint", hub.endpoint);
    expect([first.code, first.errors]).toEqual([0, ""]);
    expect(first.shown).toMatch(/\rmodel\.safetensors 100\.0%\n/u);
    expect(first.output).toMatch(/: ok\n/u);
    hub.requests.length = 0;
    expect(await retort("validate", file, "--offline", "--endpoint", hub.endpoint)).toEqual({ ...first, shown: "" });
    expect(hub.requests).toEqual([]);
  });

  test("runs, with what it downloads shown first, and from then on offline", async () => {
    const folders = ["--out", join(folder, "runs"), "--cache", join(folder, "cache")];
    const first = await retort("run", file, "--json", "--endpoint", hub.endpoint, ...folders);
    expect([first.code, first.errors]).toEqual([0, ""]);
    expect(first.shown).toMatch(/\rmodel\.safetensors 100\.0%\n$/u);
    hub.requests.length = 0;
    const again = await retort("run", file, "/training/steps=2", "--json", "--offline", ...folders);
    expect([again.code, again.shown]).toEqual([0, ""]);
    expect(hub.requests).toEqual([]);
  });

  test("shows no download where results alone are asked for", async () => {
    hub.serve({ "config.json": Buffer.from("{}"), "model.safetensors": Buffer.from("{}") });
    const shown = async (...flags: string[]) => {
      vi.stubEnv("HF_HUB_CACHE", temporaryFolder());
      return (await retort("run", file, "--endpoint", hub.endpoint, ...flags)).shown;
    };
    expect(await shown()).toContain("config.json 100.0%");
    expect(await shown("--quiet")).toBe("");
  });
});
