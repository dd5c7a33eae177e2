/** Tests of text in Markdown. */
import { expect, test } from "vitest";
import { cellTable, plain, strange, textTable } from "../../../src/reports/pages/markdown-text.ts";

test("text is one line in which nothing is markup", () => {
  expect(plain("a\n b <i>*x*</i> `c` | [d](e) # & \\")).toBe(String.raw`a b \<i\>\*x\*\</i\> \`c\` \| \[d\](e) \# \& ` + "\\\\");
});

test("strangers' text becomes no link, formula or name either, shows its line ends, and does nothing", () => {
  expect(strange("https://a.org @me ~~x~~ $y$\n\u001b[2J\u202e")).toBe(String.raw`https\://a.org \@me \~\~x\~\~ \$y\$↵ \\u001b\[2J\\u202e`);
});

test("tables escape text, and leave cells that are Markdown", () => {
  expect(textTable(["a|b"], [["*c*"]])).toBe("| a\\|b |\n| --- |\n| \\*c\\* |\n");
  expect(cellTable(["a|b"], [["**c**"]])).toBe("| a\\|b |\n| --- |\n| **c** |\n");
});
