/** The bundle of tfjs-node's JavaScript. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { compileFunction } from "node:vm";
import { afterEach, beforeEach, expect, test } from "vitest";
import { bundleBackend } from "../../../../src/engine/tensorflow/install/bundle.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "retort-bundle-"));
  mkdirSync(join(folder, "package", "dist"), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, code: string): void => writeFileSync(join(folder, "package", "dist", name), code);
const bundle = async (): Promise<string> => {
  const target = join(folder, "backend.cjs");
  await bundleBackend(join(folder, "package"), target);
  return readFileSync(target, "utf8");
};

test("it registers the kernels, exports the backend, and asks for one TensorFlow.js alone", async () => {
  write("register_all_kernels.js", 'require("@tensorflow/tfjs").register("kernel"); require("@tensorflow/tfjs-core").register("flip");');
  write(
    "nodejs_kernel_backend.js",
    `const { isNullOrUndefined, isArray } = require("util");
     require("./proto/api_pb");
     exports.NodeJSKernelBackend = { facts: [isNullOrUndefined(null), isNullOrUndefined(0), isArray([]), isArray({})] };`,
  );
  const registered: unknown[] = [];
  const required = new Set<string>();
  const requires = (name: string): unknown => {
    required.add(name);
    return { register: (kernel: string) => registered.push(kernel) };
  };
  const module = { exports: {} };
  (compileFunction(await bundle(), ["require", "module", "exports"]) as (...values: unknown[]) => void)(requires, module, module.exports);
  expect(module.exports).toEqual({ NodeJSKernelBackend: { facts: [true, false, true, false] } });
  expect(registered).toEqual(["kernel", "flip"]);
  expect([...required]).toEqual(["@tensorflow/tfjs"]);
});

test("it is the same bytes wherever it is made", async () => {
  write("register_all_kernels.js", "module.exports = 1;");
  write("nodejs_kernel_backend.js", "exports.NodeJSKernelBackend = class {};");
  expect(await bundle()).not.toContain(basename(folder));
});

test("what it does not know is refused", async () => {
  write("register_all_kernels.js", 'require("no-such-package");');
  write("nodejs_kernel_backend.js", "");
  await expect(bundle()).rejects.toThrow(/no-such-package/);
});
