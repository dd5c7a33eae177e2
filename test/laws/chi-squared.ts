/** Pearson's chi-squared test: whether counts follow probabilities. */

/** log Gamma(x) for x > 0 (Lanczos, g = 7), to about 1e-13. */
const logGamma = (x: number): number => {
  const coefficients = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
    -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  const shifted = x + 6.5;
  const sum = coefficients.reduce((total, c, i) => (i === 0 ? c : total + c / (x - 1 + i)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(shifted) - shifted + Math.log(sum);
};

/** The probability that a chi-squared number of `freedom` degrees exceeds `x`: the regularised upper incomplete gamma function. */
export const tailOf = (x: number, freedom: number): number => {
  if (x <= 0) return 1;
  const [a, z] = [freedom / 2, x / 2];
  const front = Math.exp(a * Math.log(z) - z - logGamma(a));
  if (z < a + 1) {
    let [term, sum] = [1 / a, 1 / a];
    for (let n = 1; n < 1000; n += 1) {
      term *= z / (a + n);
      sum += term;
    }
    return 1 - front * sum;
  }
  // Lentz's continued fraction.
  let [b, c] = [z + 1 - a, 1e300];
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < 1000; n += 1) {
    const step = -n * (n - a);
    b += 2;
    d = 1 / (step * d + b);
    c = b + step / c;
    fraction *= d * c;
  }
  return front * fraction;
};

/**
 * The p-value of counts under probabilities, by name. Categories that are expected fewer than 5 times are taken together. 0 when something was counted
 * that has no probability.
 */
export const pValue = (counts: ReadonlyMap<string, number>, probabilities: ReadonlyMap<string, number>): number => {
  const total = [...counts.values()].reduce((a, b) => a + b, 0);
  const possible = [...counts].every(([name]) => (probabilities.get(name) ?? 0) > 0);
  if (!possible) return 0;
  const cells: { seen: number; expected: number }[] = [];
  const rare = { seen: 0, expected: 0 };
  for (const [name, probability] of probabilities) {
    if (probability === 0) continue;
    const cell = { seen: counts.get(name) ?? 0, expected: total * probability };
    if (cell.expected >= 5) cells.push(cell);
    else {
      rare.seen += cell.seen;
      rare.expected += cell.expected;
    }
  }
  if (rare.expected > 0) cells.push(rare);
  const statistic = cells.reduce((sum, { seen, expected }) => sum + (seen - expected) ** 2 / expected, 0);
  return cells.length < 2 ? 1 : tailOf(statistic, cells.length - 1);
};
