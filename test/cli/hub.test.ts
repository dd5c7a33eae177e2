/** Tests of the options of a download. */
import { expect, test } from "vitest";
import { hubOptions } from "../../src/cli/hub.ts";
import { recorder } from "./recorder.ts";

test("flags are passed on, and what is left out stays so", () => {
  const { terminal } = recorder();
  expect(hubOptions({}, terminal)).toEqual({});
  expect(hubOptions({ offline: true, endpoint: "http://127.0.0.1:1" }, terminal)).toEqual({
    offline: true,
    endpoint: "http://127.0.0.1:1",
  });
});

test("a live terminal sees how much of a file has come, on one line", () => {
  let shown = "";
  const live = { write: (text: string) => ((shown += text), true) } as unknown as NodeJS.WriteStream;
  const { onProgress } = hubOptions({}, { ...recorder().terminal, live });
  onProgress!("model.safetensors", 25, 100);
  onProgress!("model.safetensors", 100, 100);
  expect(shown).toBe("\rmodel.safetensors 25.0%\rmodel.safetensors 100.0%\n");
});
