/** Tests of markup: what is put in stays text. */
import { expect, test } from "vitest";
import { escaped, html } from "../../../src/reports/html/markup.ts";

test("what is put in is text, in content and in attributes", () => {
  const evil = `"><script>alert('1') & more</script>`;
  const kept = "&quot;&gt;&lt;script&gt;alert(&#39;1&#39;) &amp; more&lt;/script&gt;";
  expect(html`<a title="${evil}">${evil}</a>`.text).toBe(`<a title="${kept}">${kept}</a>`);
});

test("markup, lists and nothing are put in as they are", () => {
  expect(html`${[1, 2].map((i) => html`<li>${i}</li>`)}${undefined}${"<"}`.text).toBe("<li>1</li><li>2</li>&lt;");
});

test("characters that HTML does not allow, that turn text around or that have no width, are shown as what they are", () => {
  expect(escaped("a\u200bb\ufeff\u2066\u{e0041}")).toBe("a\\u200bb\\ufeff\\u2066\\udb40\\udc41");
  expect(escaped("a\u0000b\u001b[2Jc\u202ed\n")).toBe("a\\u0000b\\u001b[2Jc\\u202ed\n");
});
