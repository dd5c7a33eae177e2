/** `npm run fuzz -- [COUNT] [SEED] [READER] [FIRST]`: COUNT mutated files, shared by all readers, or of one reader from mutation FIRST on. */
import { readers } from "./readers.ts";
import { fuzz } from "./run.ts";

const [, , count = "10000", seed = "1", only, first = "0"] = process.argv;
const chosen = readers.filter(({ name }) => only === undefined || name === only);
if (chosen.length === 0) throw new RangeError(`expected a reader among ${readers.map(({ name }) => name).join(", ")}, got ${only}`);
const module = new URL("readers.ts", import.meta.url).href;
const each = Math.ceil(Number(count) / chosen.length);
let failed = 0;
const say = (line: string): void => void process.stdout.write(`${line}\n`);
say("reader         mutations      read   refused   slowest ms   peak MiB   failures");
for (const { name } of chosen) {
  const { mutations, read, refused, slowest, resident, failures } = await fuzz({
    module,
    reader: name,
    seed: Number(seed),
    first: Number(first),
    count: each,
    patience: 60_000,
  });
  const numbers = [
    [mutations, 9],
    [read, 9],
    [refused, 9],
    [slowest.toFixed(1), 12],
    [(resident / 2 ** 20).toFixed(0), 10],
    [failures.length, 10],
  ] as const;
  say(`${name.padEnd(14)} ${numbers.map(([number, width]) => String(number).padStart(width)).join(" ")}`);
  for (const { mutation, problem } of failures)
    say(`  mutation ${mutation}: ${problem}; again with npm run fuzz -- 1 ${seed} ${name} ${mutation}`);
  failed += failures.length;
}
process.exitCode = failed === 0 ? 0 : 1;
