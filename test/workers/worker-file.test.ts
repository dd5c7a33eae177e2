/** Tests of how a worker's file is found. */
import { describe, expect, test } from "vitest";
import { workerFile } from "../../src/workers/worker-file.ts";

describe("workerFile", () => {
  test("TypeScript that is there is started through tsx", () => {
    const url = new URL("../fixtures/workers/echo.ts", import.meta.url);
    const file = workerFile(url);
    expect(file.url.href).toBe(url.href);
    expect(file.execArgv[0]).toBe("--import");
    expect(decodeURIComponent(file.execArgv[1]!)).toContain("/tsx/");
  });

  test("TypeScript that is not there means the JavaScript that it was compiled to", () => {
    expect(workerFile(new URL("file:///dist/a.ts.d/sampler.ts"))).toEqual({ url: new URL("file:///dist/a.ts.d/sampler.js"), execArgv: [] });
  });

  test("JavaScript is started plainly", () => {
    expect(workerFile(new URL("file:///dist/sampler.js"))).toEqual({ url: new URL("file:///dist/sampler.js"), execArgv: [] });
  });
});
