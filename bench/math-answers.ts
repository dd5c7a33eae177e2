/**
 * Accuracy of the maths checker on pairs of answers: `npm run bench -- math-answers [FILE...]`, by default on the files
 * in test/fixtures/math-answers. Prints a table, then each pair whose verdict is wrong.
 */
import { readFileSync } from "node:fs";
import { mathChecker } from "../src/rewards/math/checker.ts";

interface Pair {
  readonly test: string;
  readonly reference: string;
  readonly answer: string;
  readonly same: boolean;
}

const own = ["math-verify", "sympy", "gsm8k"].map(
  (name) => new URL(`../test/fixtures/math-answers/${name}.json`, import.meta.url),
);
const named = process.argv.slice(2);
const check = await mathChecker(6);
const wrong: string[] = [];

console.log("| pairs | same | called the same wrongly | called different wrongly | accuracy | ms a pair |");
console.log("| --- | --- | --- | --- | --- | --- |");
for (const file of named.length > 0 ? named : own) {
  const { source, pairs } = JSON.parse(readFileSync(file, "utf8")) as { source: string; pairs: readonly Pair[] };
  const began = performance.now();
  const missed = pairs.filter(({ reference, answer, same }) => check(reference, answer) !== same);
  const time = (performance.now() - began) / pairs.length;
  const lenient = missed.filter(({ same }) => !same).length;
  const accuracy = ((100 * (pairs.length - missed.length)) / pairs.length).toFixed(1);
  const same = pairs.filter((pair) => pair.same).length;
  console.log(
    `| ${source}: ${pairs.length} | ${same} | ${lenient} | ${missed.length - lenient} | ${accuracy} % | ` +
      `${time.toFixed(2)} |`,
  );
  for (const { test, reference, answer, same: expected } of missed) {
    wrong.push(
      `${test}: expected ${expected ? "the same" : "different"}: ${JSON.stringify(reference.slice(-120))}, ` +
        `${JSON.stringify(answer.slice(-120))}`,
    );
  }
}
console.log(wrong.join("\n"));
