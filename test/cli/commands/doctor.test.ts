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
    ]);
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
});
