/** Compiling the binding: that it works, the laws of the installed library show; here, how it fails. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compileBinding } from "../../../../src/engine/tensorflow/install/compile.ts";
import { programPath } from "../../../fixtures/programs-on-path.ts";

// Needs g++.
test.skipIf(programPath("g++") === undefined)("what does not compile is said with the compiler's first reason and the remedy", async () => {
  const backend = mkdtempSync(join(tmpdir(), "retort-compile-"));
  mkdirSync(join(backend, "binding"));
  for (const name of ["tfjs_backend.cc", "tfjs_binding.cc"])
    writeFileSync(join(backend, "binding", name), '#include "tensorflow/c/c_api.h"\n');
  const compiling = compileBinding({ target: backend, backend, headers: backend }, new AbortController().signal);
  await expect(compiling).rejects.toThrow(
    /^engines: the binding does not compile: \S+\/binding\/tfjs_b\w+\.cc:1:10: fatal error: tensorflow\/c\/c_api\.h: No such file[^\n]*; it needs a C\+\+ compiler/,
  );
  rmSync(backend, { recursive: true });
});
