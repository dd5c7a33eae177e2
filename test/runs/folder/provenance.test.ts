/** Tests of what a manifest says of code and machine. */
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { expect, test } from "vitest";
import { provenance } from "../../../src/runs/folder/provenance.ts";

test("provenance names this machine and what is installed", () => {
  const { machine, versions, revision } = provenance();
  const { version, dependencies } = JSON.parse(readFileSync("package.json", "utf8")) as {
    version: string;
    dependencies: Record<string, string>;
  };
  expect(machine).toMatchObject({ platform: process.platform, cores: cpus().length });
  expect(machine.memory).toBeGreaterThan(1e8);
  expect(versions).toMatchObject({ "retort-rl": version, node: process.versions.node });
  for (const library of ["rxjs", "seedrandom", "@tensorflow/tfjs", "onnxruntime-node"])
    expect(versions[library]).toBe(dependencies[library]);
  if (revision !== undefined) expect(revision.commit).toMatch(/^[0-9a-f]{40}$/u);
});
