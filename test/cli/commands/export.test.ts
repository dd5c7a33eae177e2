/** Tests of `retort export`. */
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../../../src/cli/program.ts";
import { exportedRuns } from "../../fixtures/exported-runs.ts";
import { startMlflowServer } from "../../fixtures/mlflow-server.ts";
import { recorder } from "../recorder.ts";

const retort = async (...args: string[]) => {
  const { terminal, output, errors } = recorder();
  return { code: await main(["export", ...args], terminal), output: output(), errors: errors() };
};
const root = join(exportedRuns()[0]!.parent, "..");
const target = (): string => join(mkdtempSync(join(tmpdir(), "retort-export-")), "new");

test("writes the runs that the flags choose, and says how many", async () => {
  const folder = target();
  expect(await retort(root, "--to", "csv", "--target", folder)).toEqual({ code: 0, output: "", errors: `2 runs in ${folder}\n` });
  expect((await retort(root, "--to", "csv", "--target", folder, "--status", "done")).errors).toBe(`1 run in ${folder}\n`);
  const metrics = readFileSync(join(folder, "metrics.csv"), "utf8");
  expect([metrics.includes("run0"), metrics.includes("run1")]).toEqual([true, false]);
  for (const format of ["tensorboard", "parquet"]) {
    const other = target();
    expect(await retort(root, "--to", format, "--target", other)).toMatchObject({ code: 0 });
    expect(existsSync(other)).toBe(true);
  }
});

test("stops by Ctrl-C, and says what was not done", async () => {
  const { url, runs } = await startMlflowServer(({ path }) => {
    if (path.endsWith("runs/log-batch")) process.emit("SIGINT", "SIGINT");
    return false;
  });
  const { code, output, errors } = await retort(root, "--to", "mlflow", "--target", url);
  expect({ code, output }).toEqual({ code: 130, output: "" });
  expect(errors).toBe("stopping; press Ctrl-C again to stop at once\ninterrupted: the same command writes all of it again\n");
  expect([...runs.values()].filter(({ deleted }) => !deleted)).toEqual([]);
});

test("asks for a format, and for runs", async () => {
  expect(await retort(root)).toMatchObject({ code: 2, output: "" });
  expect((await retort(root, "--to", "excel")).errors).toContain("tensorboard, csv, parquet, mlflow");
  expect((await retort(root, "--to", "mlflow")).errors).toContain("--to mlflow: expected --target, got none");
  const none = await retort(root, "--to", "csv", "--name", "nobody", "--target", target());
  expect(none).toMatchObject({ code: 2, output: "" });
  expect(none.errors).toContain("expected runs in");
});
