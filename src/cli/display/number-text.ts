/** Numbers of a training in few letters. */
import type { StepDone } from "../../training/recipe/step-report.ts";

/** `1:05`, `2:03:09`; `-` for what is not known. */
export const duration = (milliseconds: number): string => {
  if (!Number.isFinite(milliseconds) || milliseconds < 0) return "-";
  const seconds = Math.round(milliseconds / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0
    ? `${h}:${String(m).padStart(2, "0")}:${String(s).padStart(2, "0")}`
    : `${m}:${String(s).padStart(2, "0")}`;
};

/** `812`, `12.3k`, `1.2M`; `-` for what is not finite. */
export const amount = (value: number): string => {
  if (!Number.isFinite(value)) return "-";
  if (value >= 999_500) return `${(value / 1e6).toFixed(1)}M`;
  return value >= 1000 ? `${(value / 1e3).toFixed(1)}k` : value.toFixed(0);
};

/** Three significant digits, `0.0123` or `1.2e-7`. */
export const figure = (value: number): string => {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e5)) return value.toExponential(1);
  return value.toFixed(Math.max(0, Math.min(4, 2 - Math.floor(Math.log10(size === 0 ? 1 : size)))));
};

/** Bytes as `1,234 MiB`, rounded up. */
export const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20).toLocaleString("en")} MiB`;

/** Share of right answers as a percentage. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

/** The metrics that a person follows, named as short as they can be: loss, reward, the divergence. */
export const headline = (metrics: Readonly<Record<string, number>>): string[] => {
  const shown = (name: string, label: string): string[] => {
    const value = metrics[name];
    return value === undefined ? [] : [`${label} ${figure(value)}`];
  };
  const divergence = Object.keys(metrics).find((name) => name.startsWith("divergence/"));
  return [
    ...shown("loss", "loss"),
    ...shown("reward", "reward"),
    ...(divergence === undefined ? [] : shown(divergence, divergence.slice("divergence/".length))),
  ];
};

/** How fast the steps are, with more weight on recent ones, so that a slow first step is soon forgotten. */
export class Pace {
  #milliseconds = 0;
  #tokens = 0;
  #weight = 0;

  /** Takes a step in. */
  add({ milliseconds, tokens }: Pick<StepDone, "milliseconds" | "tokens">): void {
    const kept = 0.95;
    this.#milliseconds = kept * this.#milliseconds + milliseconds;
    this.#tokens = kept * this.#tokens + tokens;
    this.#weight = kept * this.#weight + 1;
  }

  /** Completion tokens per second. */
  get tokensPerSecond(): number {
    return (1000 * this.#tokens) / this.#milliseconds;
  }

  /** Milliseconds that `steps` more steps take. */
  left(steps: number): number {
    return (steps * this.#milliseconds) / this.#weight;
  }
}
