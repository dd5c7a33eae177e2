/** The code in a completion: its last fenced block. */

interface Fence {
  readonly mark: string;
  readonly length: number;
  readonly indent: number;
  /** First word after the marks, in small letters. */
  readonly language: string;
}

/**
 * The fence that a line opens or closes, if it is one: three or more backticks or tildes behind at most three spaces.
 */
const fenceOf = (line: string): Fence | undefined => {
  const [, space = "", marks = "", rest = ""] = /^( {0,3})(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
  const [mark] = marks;
  if (mark === undefined || (mark === "`" && rest.includes("`"))) return undefined;
  const [language = ""] = rest.trim().split(/[\s{,]/, 1);
  return { mark, length: marks.length, indent: space.length, language: language.toLowerCase() };
};

const closes = (line: string, { mark, length }: Fence): boolean => {
  const fence = fenceOf(line);
  return fence !== undefined && fence.mark === mark && fence.length >= length && /^[`~\s]*$/.test(line);
};

/**
 * The text of the last fenced code block (CommonMark 0.31, 4.5) whose info string names one of `languages`, in small
 * letters, or none; undefined when there is none. A block that is never closed is no block: the completion was cut off
 * inside.
 */
export const lastCodeBlock = (text: string, languages: readonly string[]): string | undefined => {
  let found: string | undefined;
  let open: { readonly fence: Fence; readonly lines: string[] } | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (open === undefined) {
      const fence = fenceOf(line);
      if (fence !== undefined) open = { fence, lines: [] };
    } else if (closes(line, open.fence)) {
      const { language } = open.fence;
      if (language === "" || languages.includes(language)) found = open.lines.join("\n");
      open = undefined;
    } else {
      const { indent } = open.fence;
      open.lines.push(line.slice(Math.min(indent, line.length - line.trimStart().length)));
    }
  }
  return found;
};
