/** `retort doctor`. */
import { describe, expect, test } from "vitest";
import { diagnosisText, type Diagnosis } from "../../../src/cli/commands/doctor.ts";
import { main } from "../../../src/cli/program.ts";
import { recorder } from "../recorder.ts";

const diagnosis: Diagnosis = {
  retort: "1.2.3",
  node: "v20.19.0",
  platform: "linux x64",
  processor: "A processor",
  instructions: ["avx2", "amx_bf16"],
  cores: 1,
  memory: { total: 2 ** 34, free: 2 ** 33 },
  engines: [
    { name: "tensorflow-gpu", found: false, chosen: false, reason: "no driver" },
    { name: "onnx", found: true, chosen: true, reason: "the best", device: "CPU", version: "onnxruntime-node 1.0.0" },
    { name: "cpu", found: true, chosen: false, reason: "passed over: onnx comes first", device: "CPU", version: "tfjs 1" },
  ],
};

describe("retort doctor", () => {
  test("prints the machine, a table and the reasons", () => {
    expect(diagnosisText(diagnosis).split("\n")).toEqual([
      "retort 1.2.3, Node v20.19.0, linux x64",
      "A processor, 1 core, 16.0 GiB of memory, 8.0 free",
      "instructions: avx2, amx_bf16",
      "",
      "engine          state      runs on  package",
      "--------------  ---------  -------  ----------------------",
      "tensorflow-gpu  not there  -        -",
      "onnx            chosen     CPU      onnxruntime-node 1.0.0",
      "cpu             found      CPU      tfjs 1",
      "",
      "tensorflow-gpu  no driver",
      "onnx            the best",
      "cpu             passed over: onnx comes first",
      "",
      "retort doctor --speed measures which compiled engine is the fastest here",
      "",
    ]);
  });

  test("with speeds, compares the engines and names the fastest in float32", () => {
    const speeds = [
      { engine: "onnx", update: 200, draw: 150 },
      { engine: "tensorflow", update: 130, draw: 100 },
      { engine: "tensorflow-bfloat16", update: 70, draw: 60 },
    ] as const;
    const lines = diagnosisText({ ...diagnosis, speeds }).split("\n");
    expect(lines.slice(lines.indexOf("cpu             passed over: onnx comes first") + 2, -3)).toEqual([
      "engine                               update, ms    draw, ms",
      "-----------------------------------  ------------  ------------",
      "onnx                                 200           150",
      "tensorflow                           130 (1.54x)   100 (1.50x)",
      'tensorflow, "precision": "bfloat16"  70.0 (2.86x)  60.0 (2.50x)',
    ]);
    expect(lines.at(-3)).toMatch(/^tensorflow is the fastest in float32 here: an update/u);
  });

  test("--json prints the same as data, with code 0 when an engine works", async () => {
    const { terminal, output } = recorder();
    expect(await main(["doctor", "--json"], terminal)).toBe(0);
    const { engines, cores, node } = JSON.parse(output()) as Diagnosis;
    expect(node).toBe(process.version);
    expect(cores).toBeGreaterThan(0);
    expect(engines.filter(({ chosen }) => chosen)).toHaveLength(1);
    expect(engines.map(({ name }) => name)).toContain("onnx");
  });

  test("--speed measures what was found", { timeout: 180_000 }, async () => {
    const { terminal, output, errors } = recorder();
    expect(await main(["doctor", "--json", "--speed"], terminal)).toBe(0);
    expect(errors()).toBe("measuring the compiled engines, half a minute or more\n");
    const { engines, speeds } = JSON.parse(output()) as Diagnosis;
    const found = engines.filter(({ found }) => found).map(({ name }) => name);
    expect(speeds?.map(({ engine }) => engine)).toEqual([
      "onnx",
      ...(found.includes("tensorflow") ? ["tensorflow", "tensorflow-bfloat16"] : []),
    ]);
    expect(Math.min(...speeds!.flatMap(({ update, draw }) => [update, draw]))).toBeGreaterThan(0);
  });
});
