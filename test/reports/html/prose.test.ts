/** Tests of prose: what becomes markup, and what stays text. */
import { expect, test } from "vitest";
import { html } from "../../../src/reports/html/markup.ts";
import { prose } from "../../../src/reports/html/prose.ts";

const rendered = (text: string): string => html`${prose(text)}`.text.replaceAll(/\s*\n\s*/gu, "");

test("paragraphs, lists, emphasis and code are markup", () => {
  expect(rendered("One `a < b` and **two**,\n*three*.\n\n- four\n  five\n- six")).toBe(
    "<p>One <code>a &lt; b</code> and <strong>two</strong>,<em>three</em>.</p><ul><li>fourfive</li><li>six</li></ul>",
  );
});

test("nothing else is, and links are their text", () => {
  expect(rendered('<script>alert(1)</script> [here](javascript:alert(1)) [there](https://example.org/?a="b") `<b>`')).toBe(
    "<p>&lt;script&gt;alert(1)&lt;/script&gt; [here](javascript:alert(1)) there <code>&lt;b&gt;</code></p>",
  );
});

test("tables, headings and fenced code are markup, too", () => {
  const text = rendered("| a | `b` |\n| --- | :-: |\n| <i> | x \\| y |\n\n### Why\n\n```js\n*a*\n\n<b>\n```\n\nEnd.");
  expect(text).toContain('<thead><tr><th scope="col">a</th><th scope="col"><code>b</code></th></tr></thead>');
  expect(text).toContain("<tbody><tr><td>&lt;i&gt;</td><td>x | y</td></tr></tbody>");
  expect(text).toContain("<p><strong>Why</strong></p><pre><code>*a*&lt;b&gt;</code></pre><p>End.</p>");
  expect(rendered("| a |\n| b |")).toBe("<p>| a || b |</p>");
});
