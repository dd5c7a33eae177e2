/** Wrong answers to arithmetic problems: one slip, from which the rest follows. */
import { integer, type Uniforms } from "../../random/stream.ts";

/** Largest size of a slip. */
const largest = 9;

/** The steps with `size` added to the result of the one at `slip`, and everything after it computed from there. */
const slipped = (steps: readonly string[], slip: number, size: number): string => {
  let result: number | undefined;
  const written = steps.map((step, index) => {
    const [, left, sign, right] = /^(-?\d+)([+-])(\d+)=/.exec(step)!;
    const before = result ?? Number(left);
    const change = sign === "+" ? Number(right) : -Number(right);
    result = before + change + (index === slip ? size : 0);
    return `${before}${sign}${right}=${result}`;
  });
  return `${written.join(";")}#${result}`;
};

/**
 * A reference such as `7+12=19;19-5=14#14` with the result of one step off by 1 to 9 and the rest as it follows,
 * `7+12=16;16-5=11#11`: of its form, no longer than it, and wrong.
 */
export const mistaken = (reference: string, uniforms: Uniforms): string => {
  const steps = reference.slice(0, reference.lastIndexOf("#")).split(";");
  for (;;) {
    const slip = integer(uniforms, 0, steps.length - 1);
    const size = integer(uniforms, 1, largest) * (integer(uniforms, 0, 1) === 0 ? 1 : -1);
    const wrong = slipped(steps, slip, size);
    // Of one more and one less in the last step, one is never longer.
    if (wrong.length <= reference.length) return wrong;
  }
};
