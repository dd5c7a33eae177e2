/** Results of figure 8 that were made up, with text that would be markup. */
import type { FigureResults, FigureTrial } from "../../src/reproduction/figure-results.ts";

const trial = (fraction: number, divergence: string, seed: number): FigureTrial => ({
  run: "trial",
  id: `${fraction}-${divergence}-${seed}`,
  label: "",
  axes: { "/data/onPolicyFraction": fraction, "/objective/divergence": { type: divergence }, "/seed": seed },
  initial: { accuracy: 0.0625 },
  final: { accuracy: 0.125 + 0.25 * fraction + 0.01 * seed + (divergence === "forward-kl" ? 0 : 0.03) },
});

/** Of two divergences, one with a name that is a script. */
export const madeFigure: FigureResults = {
  figure: "8",
  scale: "small",
  question: `Is <img src=x onerror="alert(1)"> & 'this' a question?`,
  engine: "onnx",
  planned: 30,
  trials: [0, 0.25, 0.5, 0.75, 1].flatMap((fraction) =>
    ["forward-kl", '"><script>alert(2)</script>'].flatMap((divergence) => [0, 1, 2].map((seed) => trial(fraction, divergence, seed))),
  ),
};
