/** Tests of where a completion's code is found. */
import { expect, test } from "vitest";
import { lastCodeBlock } from "../../src/rewards/code-block.ts";

test.each<[string, string, string | undefined]>([
  ["nothing", "", undefined],
  ["no block", "let a = 1;", undefined],
  ["one block", "So:\n```js\nlet a = 1;\nlet b = 2;\n```\nDone.", "let a = 1;\nlet b = 2;"],
  ["a block without a language", "```\na\n```", "a"],
  ["the last of two", "```js\na\n```\nBetter:\n```javascript\nb\n```", "b"],
  ["another language after it", "```js\na\n```\n```sh\nnpm test\n```", "a"],
  ["another language alone", "```python\na\n```", undefined],
  ["capitals and attributes", '``` JavaScript {title="x"}\na\n```', "a"],
  ["tildes", "~~~js\na\n~~~", "a"],
  ["a block that is cut off", "```js\na\n```\n```js\nb", "a"],
  ["only one that is cut off", "```js\nb", undefined],
  ["shorter fences inside", "````js\n```\na\n```\n````", "```\na\n```"],
  ["a fence of the other kind inside", "```js\n~~~\n```", "~~~"],
  ["a line that only looks like its end", "```js\n``` a\n```", "``` a"],
  ["an indented block", "  ```js\n  a\n    b\n c\n  ```", "a\n  b\nc"],
  ["four spaces, which are no fence", "    ```js\n    a\n    ```", undefined],
  ["code in a line", "```js a```\nb", undefined],
  ["ends of lines as Windows writes them", "```js\r\na\r\nb\r\n```\r\n", "a\nb"],
  ["an empty block", "```js\n```", ""],
])("%s", (_, text, code) => {
  expect(lastCodeBlock(text, ["javascript", "js"])).toBe(code);
});

test("a long text of half fences is read in one pass", () => {
  const text = "``` \n~~~ \n".repeat(200_000);
  expect(lastCodeBlock(text, [])).toBeTypeOf("string");
});
