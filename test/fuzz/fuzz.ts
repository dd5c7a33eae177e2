/**
 * `npm run fuzz -- [COUNT] [SEED] [READER] [FIRST]`: COUNT mutated files, shared by all readers by their weights, or of one reader from mutation
 * FIRST on.
 */
import { shares } from "./reader.ts";
import { readers } from "./readers.ts";
import { fuzz } from "./run.ts";

const [, , count = "10000", seed = "1", only, first = "0"] = process.argv;
const chosen = readers.filter(({ name }) => only === undefined || name === only);
if (chosen.length === 0) throw new RangeError(`expected a reader among ${readers.map(({ name }) => name).join(", ")}, got ${only}`);
const module = new URL("readers.ts", import.meta.url).href;
const counts = shares(chosen, Number(count));
let failed = 0;
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const lighter = chosen.filter(({ weight = 1 }) => weight < 1);
if (chosen.length > 1 && lighter.length > 0)
  say(`shared by weight, 1 but for slow readers: ${lighter.map(({ name, weight }) => `${name} ${weight}`).join(", ")}`);
say("reader             mutations      read   refused   slowest ms   peak MiB   failures   seconds");
for (const [i, { name }] of chosen.entries()) {
  const start = performance.now();
  const { mutations, read, refused, slowest, resident, failures } = await fuzz({
    module,
    reader: name,
    seed: Number(seed),
    first: Number(first),
    count: counts[i]!,
    patience: 60_000,
  });
  const numbers = [
    [mutations, 9],
    [read, 9],
    [refused, 9],
    [slowest.toFixed(1), 12],
    [(resident / 2 ** 20).toFixed(0), 10],
    [failures.length, 10],
    [((performance.now() - start) / 1000).toFixed(0), 9],
  ] as const;
  say(`${name.padEnd(18)} ${numbers.map(([number, width]) => String(number).padStart(width)).join(" ")}`);
  for (const { mutation, problem } of failures)
    say(`  mutation ${mutation}: ${problem}; again with npm run fuzz -- 1 ${seed} ${name} ${mutation}`);
  failed += failures.length;
}
process.exitCode = failed === 0 ? 0 : 1;
