/** What commands say of judged claims. */
import type { Finding, Outcome } from "../../evaluation/claims/verdict.ts";
import { outcomeNames, type JudgedClaim } from "../../results/verdicts.ts";
import type { Terminal } from "./terminal.ts";
import { visible } from "../../files/visible.ts";

const coloured = (outcome: Outcome, { colors }: Pick<Terminal, "colors">): string => {
  if (outcome === "replicated") return colors.green(outcomeNames[outcome]);
  return outcome === "not-replicated" ? colors.red(outcomeNames[outcome]) : colors.yellow(outcomeNames[outcome]);
};

const figure = (value: number): string =>
  Number.isFinite(value) ? String(Number(value.toPrecision(3))) : String(value);

const findingText = ({ what, effect, interval, p, improvement, settings, count }: Finding): string => {
  const shared = settings === 1 ? "one setting" : `${settings} settings`;
  return [
    `${what}: ${figure(effect)} [${figure(interval.low)}, ${figure(interval.high)}]` +
      (interval.level === 0.95 ? "" : ` (${figure(100 * interval.level)} %)`),
    `${count} numbers of ${shared}`,
    ...(p === undefined ? [] : [`p ${figure(p)}`]),
    ...(improvement === undefined ? [] : [`above in ${Math.round(100 * improvement)} %`]),
  ].join(", ");
};

/** A claim with its verdict and findings: lines that end with a newline. */
export const claimText = (
  { id, statement, paper, outcome, findings }: JudgedClaim,
  terminal: Pick<Terminal, "colors">,
): string => {
  const source = paper === undefined ? "" : `  (${paper})`;
  const lines = findings.map((finding) => `    ${visible(findingText(finding))}\n`);
  return `${coloured(outcome, terminal)}  ${id}${visible(source)}\n  ${visible(statement)}\n${lines.join("")}`;
};
