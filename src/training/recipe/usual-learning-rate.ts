/** Learning rates that were found to be good, by the size of the student. */

/** What decides how large the steps of a training may be. */
export interface RateSignals {
  /** Whether a reward is what it learns from, or part of it: its estimate is noisy, and wants smaller steps. */
  readonly rewarded: boolean;
  /** Whether references or a teacher are what it learns from, or part of it. */
  readonly imitating: boolean;
}

/**
 * Peak learning rates of AdamW (beta2 0.99, 32 to 64 sequences a step) by the number of parameters in a decoder's
 * layers, for imitation: SFT and distillation. Up to 154 thousand they are those kept in docs/results/calibration.md
 * (arithmetic, reports, translation, instructions); where tasks differ, the middle one. That of 35 million is the
 * student of ten layers of SmolLM2-135M in docs/results/smollm2-model.md. Between rows nothing was measured: the rate
 * is taken from a line through both in logarithms. Outside of them it is that of the nearest row.
 */
export const measuredRates: readonly { readonly parameters: number; readonly rate: number }[] = [
  { parameters: 1_700, rate: 0.015 },
  { parameters: 3_500, rate: 0.012 },
  { parameters: 6_100, rate: 0.01 },
  { parameters: 13_800, rate: 0.008 },
  { parameters: 24_600, rate: 0.006 },
  { parameters: 38_400, rate: 0.004 },
  { parameters: 154_000, rate: 0.004 },
  { parameters: 35_400_000, rate: 0.0003 },
];

/**
 * What a reward's rate is of that for imitation: 0.0002 for a student of 55 thousand parameters, in
 * experiments/objectives with the results of docs/results/objectives.md. Nothing else was measured.
 */
const REWARD_SHARE = 0.05;

/** A rate is told to be odd when it is more than this many times too high or too low. */
const TOLERANCE = 10;

/** Two digits: more were not measured. */
const rounded = (rate: number): number => Number(rate.toPrecision(2));

/** The rate for imitation of a student with so many parameters in its layers. */
const imitationRate = (parameters: number): number => {
  const above = measuredRates.findIndex((row) => row.parameters >= parameters);
  if (above <= 0) return measuredRates.at(above)!.rate;
  const [low, high] = [measuredRates[above - 1]!, measuredRates[above]!];
  const share = Math.log(parameters / low.parameters) / Math.log(high.parameters / low.parameters);
  return rounded(low.rate * (high.rate / low.rate) ** share);
};

/**
 * A good peak learning rate for a student with `parameters` in its layers. One that learns from a teacher and a reward
 * at once (experiments/quickstart.json) takes that for imitation.
 */
export const usualLearningRate = (parameters: number, { rewarded, imitating }: RateSignals): number => {
  const rate = imitationRate(parameters);
  return rewarded && !imitating ? rounded(rate * REWARD_SHARE) : rate;
};

/**
 * The learning rate that would be usual where `rate` is more than ten times off it, else nothing. With a teacher and a
 * reward everything between the rates of both is usual.
 */
export const oddRate = (rate: number, parameters: number, signals: RateSignals): number | undefined => {
  const imitation = imitationRate(parameters);
  const least = signals.rewarded ? imitation * REWARD_SHARE : imitation;
  const most = signals.imitating ? imitation : imitation * REWARD_SHARE;
  // A rate that is ten times another one is so within the rounding of a quotient.
  const slack = TOLERANCE * (1 + 1e-9);
  if (rate <= most * slack && rate >= least / slack) return undefined;
  return rounded(rate > most ? most : least);
};
