/** Tests of what an answer is read as. */
import { expect, test } from "vitest";
import { readAnswer, type Answer } from "../../../src/rewards/math/answer.ts";

/** The kind, and what is inside. */
const shape = (answer: Answer): string => {
  switch (answer.kind) {
    case "value":
      return answer.percent ? `${answer.expression} percent` : answer.expression;
    case "list":
      return answer.ordered ? `(${answer.items.map(shape).join("; ")})` : `{${answer.items.map(shape).join("; ")}}`;
    case "interval":
      return `${answer.closed[0] ? "[" : "("}${shape(answer.from)} to ${shape(answer.to)}${answer.closed[1] ? "]" : ")"}`;
    case "union":
      return answer.parts.map(shape).join(" or ");
    case "relation":
      return `${answer.operator} ${answer.value === undefined ? "" : shape(answer.value)}${answer.range === undefined ? "" : shape(answer.range)}`.trim();
    case "text":
      return `"${answer.text}"`;
  }
};

test.each([
  ["5", "5"],
  ["5.", "5"],
  ["\\boxed{5}", "5"],
  ["{5}", "5"],
  ["(5)", "(5)"],
  ["5\\%", "5 percent"],
  ["5 \\text{ percent}", "5 percent"],
  ["5\\text{ cm}^2", "5"],
  ["\\text{Evelyn}", '"evelyn"'],
  ["\\text{(C)}", '"c"'],
  ["1,2,3", "{1; 2; 3}"],
  ["1, 2 and 3", "{1; 2; 3}"],
  ["-12;-11", "{(-12); (-11)}"],
  ["\\{1,2\\}", "{1; 2}"],
  ["(1,2)", "(1; 2)"],
  ["\\langle 1,2 \\rangle", "(1; 2)"],
  ["(1,2),(3,4)", "{(1; 2); (3; 4)}"],
  ["p=5,q=2;p=7,q=2", "{(= 5; = 2); (= 7; = 2)}"],
  ["[0,1)", "[0 to 1)"],
  ["(0,1]", "(0 to 1]"],
  ["[0,1) \\cup (2,\\infty)", "[0 to 1) or (2; Infinity)"],
  ["1\\pm\\sqrt{2}", "{1 + sqrt((2)); 1 - sqrt((2))}"],
  ["\\{1\\pm2,3\\}", "{1 + 2; 1 - 2; 3}"],
  ["x=5", "= 5"],
  ["x = 2+3 = 5", "= 5"],
  ["x = 1/3 \\approx 0.33", "= 1 / 3"],
  ["f(x)=1", "= 1"],
  ["|AB|=1", "= 1"],
  ["A:B=1", "= 1"],
  ["(x,y)=(1,2)", "(1; 2)"],
  ["2x+y=1", "="],
  ["7=11a+c", "="],
  ["x \\in [1,2]", "[1 to 2]"],
  ["x>5", "> (5 to Infinity)"],
  ["5 \\ge x", ">= ((-Infinity) to 5]"],
  ["x \\ne 3", "!="],
  ["1 < x \\le 2", "(1 to 2]"],
  ["2 \\ge x > 1", "(1 to 2]"],
  ["x+y>5", ">"],
  ["f(2) < f(1) < f(4)", "(v_f * (2) to v_f * (4))"],
  ["\\sum_{k=0}^n k", '"sum_k=0^nk"'],
  ["\\constructor 5", "v_constructor * 5"],
  ["\\toString", "v_toString"],
  ["", '""'],
  [",", '""'],
])("%s", (latex, expected) => {
  expect(shape(readAnswer(latex))).toBe(expected);
});

test("what is too long or too deep is text", () => {
  expect(readAnswer("1+".repeat(2000)).kind).toBe("text");
  expect(readAnswer(`${"(1,".repeat(300)}1${")".repeat(300)}`).kind).not.toBe("value");
  expect(readAnswer("1,".repeat(900)).kind).toBe("text");
});
