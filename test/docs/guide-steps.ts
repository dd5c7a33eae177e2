/** A page of the guide as what its reader does: files to write, commands to run, and what these print. */
import { textOf } from "./pages.ts";

/** A file that the page shows under its name, or a command with what the page says that it prints. */
export type GuideStep = { readonly file: string; readonly text: string } | { readonly command: string; readonly shown: string | undefined };

const block = /(?<before>[^\n]*)\n\n```(?<language>\w+)\n(?<text>[^]*?)^```$/gmu;

/** A file's block stands under a line that ends with its name: `` `vowels.ts`: ``. */
const named = /`([\w.-]+\.\w+)`:$/u;

/** Lines of a block of commands; a line that ends with `\` goes on in the next. */
const commandsIn = (text: string): readonly string[] => text.trimEnd().split(/(?<!\\)\n/u);

/** The steps of a page in their order. An `Error` for a block that is neither a file, a command nor what a command prints. */
export const guideSteps = (page: string): readonly GuideStep[] => {
  const steps: GuideStep[] = [];
  for (const { groups } of textOf(page).matchAll(block)) {
    const { before, language, text } = groups as { before: string; language: string; text: string };
    const last = steps.at(-1);
    const file = named.exec(before)?.[1];
    if (language === "sh") steps.push(...commandsIn(text).map((command) => ({ command, shown: undefined })));
    else if (file !== undefined) steps.push({ file, text });
    else if (language === "text" && last !== undefined && "command" in last && last.shown === undefined) {
      steps[steps.length - 1] = { ...last, shown: text };
    } else throw new Error(`${page}: expected a block of a file, of commands or of their output, got one of ${language}:\n${text}`);
  }
  return steps;
};

/** A line of `...` stands for any lines. */
const gap = "...";

/** Words of a text: ids and times as one, since they are another machine's or another version's; lines under headings not at all. */
const wordsOf = (text: string): readonly string[] =>
  text
    .replaceAll(/\b(?:[0-9a-f]{64}|[0-9a-f]{16}|[0-9a-f]{12}|[0-9a-f]{8})\b/gu, "ID")
    .replaceAll(/\b\d+:\d\d\b/gu, "TIME")
    .replaceAll(/\d[\d.]*(?:k)? (tok(?:ens)?\/s|s|ms|KiB|MiB|GiB|KB|MB)\b/gu, "N $1")
    .split(/\s+/u)
    .filter((word) => word !== "" && !/^[-─]+$/u.test(word));

const number = /^(?<before>[^\d-]*)(?<value>-?\d+(?<part>\.\d+)?(?:e-?\d+)?)(?<after>%?\D*)$/u;

/**
 * Whether a word is what the page says. Fractions were measured on one machine, and training elsewhere takes other turns: percentages may differ by 20
 * points, others by a half or 0.2. Whole numbers are counts, and equal.
 */
const isAsShown = (shown: string, printed: string): boolean => {
  if (shown === printed) return true;
  const [one, other] = [number.exec(shown)?.groups, number.exec(printed)?.groups];
  if (one === undefined || other === undefined || (one["part"] ?? other["part"]) === undefined) return false;
  if (one["before"] !== other["before"] || one["after"] !== other["after"]) return false;
  const [was, is] = [Number(one["value"]), Number(other["value"])];
  return Math.abs(was - is) <= (one["after"]!.startsWith("%") ? 20 : Math.max(0.2, 0.5 * Math.abs(was)));
};

/** Where what a command printed is not what its page shows: undefined where it is. */
export const differenceOf = (shown: string, printed: string): string | undefined => {
  const words = wordsOf(printed);
  const parts = shown.split(new RegExp(`^${gap.replaceAll(".", "\\.")}$`, "mu")).map((part) => wordsOf(part));
  let at = 0;
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    const starts = index === 0 ? [0] : words.map((_, start) => start).filter((start) => start >= at);
    const fits = (start: number): boolean => part.every((word, offset) => isAsShown(word, words[start + offset] ?? ""));
    const candidates = isLast && index > 0 ? [words.length - part.length].filter((start) => start >= at) : starts;
    const start = part.length === 0 ? at : candidates.find((candidate) => fits(candidate));
    if (start === undefined) return `expected ${index === 0 ? "" : "somewhere "}"${part.join(" ")}", got "${words.slice(at).join(" ")}"`;
    at = start + part.length;
    if (isLast && part.length > 0 && at !== words.length) return `expected nothing more, got "${words.slice(at).join(" ")}"`;
  }
  return undefined;
};
