/** Readers of strangers' tokenizers read or refuse whatever they get. */
import { expect, test } from "vitest";
import { fuzz } from "./run.ts";
import { readers } from "./tokenizer-readers.ts";

test.each(readers)(
  "$name: of 2,000 mutated ones each is read or refused with a clear error, none hangs, none crashes, none takes memory beyond the bound",
  async ({ name: reader }) => {
    const module = new URL("tokenizer-readers.ts", import.meta.url).href;
    const { mutations, read, refused, failures } = await fuzz({ module, reader, seed: 4, first: 0, count: 2000, patience: 60_000 });
    expect(failures).toEqual([]);
    expect(mutations).toBe(2000);
    expect(read).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(100);
  },
  600_000,
);
