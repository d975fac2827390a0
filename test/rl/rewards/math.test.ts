import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import type { Score } from "../../../src/rl/advantages/index.ts";
import { sameAnswer } from "../../../src/rl/rewards/answers/compare.ts";
import { finalAnswer } from "../../../src/rl/rewards/answers/extract.ts";
import { rewardFunctions } from "../../../src/rl/rewards/index.ts";
import { needsShared, sharedPath } from "../../shared.ts";

/** Pairs of spellings that mean the same. */
const SAME = `18|18.00  1,234|1234  1{,}234|1234  1\\,234|1234  $18|18  \\$18|18  -$5|-5  $-5|-5  18 dollars|18  18\\text{ dollars}|18
\\frac{3}{4}|0.75  \\frac34|3/4  \\dfrac{6}{8}|3/4  -\\frac{1}{2}|-0.5  \\frac{-1}{2}|-.5  1\\frac{1}{2}|1.5  1 1/2|3/2  1½|1.5  ½|0.5
50\\%|50  50%|0.5  50 percent|50  1.5e3|1500  1.5 \\times 10^3|1500  2^{10}|1024  10^{-2}|0.01  10²|100  +7|7  −7|-7  x = 5|5  x=5|5
\\left(1,2\\right)|(1, 2)  (0.5, 3)|(1/2,3)  Monday|monday  \\text{Monday}|Monday  5 million|5000000  18 cm^2|18  5 cm²|5  90^\\circ|90
60 km per hour|60  5 m/s|5  x+1|x + 1  \\sqrt{2}|\\sqrt{2}  $\\frac{1}{2}$|1/2  18.|18  1 234|1234  (A)|A  0|-0  €18|18  18€|18  US$18|18
**18**|18  1000000|1e6  1,234,567.50|1234567.5  \\(7\\)|7  \\boxed{x}|\\boxed{x}  5 µm|5  18 apples!|18  3 well-known cities|3
(-\\infty,2]|\\left(-\\infty, 2\\right]  [0,1)|[0, 1)  \\{1,2\\}|\\{1, 2\\}  (x,y)=(1,2)|(1, 2)  f(1,2)=5|5  1,200 + 34 = 1,234|1,234
5!|5!  120|5!  5!.|120  0!|1  \\frac{5!}{3!}|20  2 \\cdot 3!|12  2000!|2000!  11,\\! 111,\\! 111,\\! 100|11,111,111,100  1{,} 234|1234
x=1 or x=2|x = 1 \\text{ or } x = 2  x=1, y=2|x = 1, y = 2  \\begin{pmatrix}-7\\\\16\\end{pmatrix}|\\begin{pmatrix} -7 \\\\ 16 \\end{pmatrix}
\\begin{pmatrix}1\\\\(2)\\end{pmatrix}|\\begin{pmatrix} 1 \\\\ (2) \\end{pmatrix}  \\{2,1\\}|\\{1, 2\\}  \\{0.5, -1\\}|\\{-1,\\frac{1}{2}\\}
\\left(\\frac{3}{5}, 2\\right)|(0.6, 2)  (x,y) = (\\frac{1}{2}, 3)|(1/2, 3)  ((1,2),[3,4])|((1, 2), [3, 4.0])  [\\{2,1\\}, 3]|[\\{1,2\\}, 3]`;

/** Pairs that do not, although they look alike. */
const DIFFERENT = `5x|5  3 or 4|3  10-5|10  18|19  1.8|18  -5|5  1/2|2  x+1|x+2  5 million|5  1/0|5  2^99999999|5  5 + x|5  (1,2)|(2,1)
1:30|1  5x+3|3  12,34|1234  1.2.3|1.2  3 and 4|3  0.333|1/3  10²|102  (-\\infty,2]|(-\\infty,2)  [0,1)|(0,1]  \\{1,2\\}|(1,2)
5|5!  5!|5  5!!|120  2000!|2000  x=1 \\text{ or } x=2|2  x=1, y=2|2  x=1; y=2|2  x = y and x = a|a  1 + 1 = 2, 2 + 3 = 5|5
\\{1,1\\}|\\{1,2\\}  \\{1,2\\}|\\{1,1\\}  \\{1,2\\}|\\{1,2,3\\}  (\\frac{1}{2}, 3)|(\\frac{1}{3}, 3)  ((1,2),3)|((2,1),3)  (1,2)(3,4)|(1,2)(4,3)  (1,2),(3,4)|(1,2),(4,3)`;

const pairs = (text: string): [string, string][] => text.split(/ {2}|\n/).map((pair) => pair.split("|") as [string, string]);

test("answers that mean the same, in either order", () => {
  for (const [a, b] of pairs(SAME)) {
    assert.ok(sameAnswer(a, b), `${a} is ${b}`);
    assert.ok(sameAnswer(b, a), `${b} is ${a}`);
  }
  for (const [a, b] of pairs(DIFFERENT)) {
    assert.ok(!sameAnswer(a, b), `${a} is not ${b}`);
  }
});

test("the final answer of a text", () => {
  const found: readonly (readonly [string, string | undefined])[] = [
    ["so \\boxed{\\frac{1}{2}} ok", "\\frac{1}{2}"],
    ["\\boxed{1} then \\fbox{2}", "2"],
    ["\\boxed{a\\}b}", "a\\}b"],
    ["\\boxed 5 and", "5"],
    ["a\n#### 72\nand 5", "72"],
    ["The answer is 18.", "18"],
    ["The answer is: $18.50.", "$18.50"],
    ["**Answer:** 1,234 dollars", "1,234 dollars"],
    ["he has 5 + 3 = 8 apples", "8"],
    ["10-5", "5"],
    ["it costs -3", "-3"],
    ["it is 3/4 of it", "3/4"],
    ["price $1,200.50!", "$1,200.50"],
    ["<think>5</think>\n<answer>7</answer>", "7"],
    ["<think> \\boxed{3} </think> it is 4", "4"],
    ["nothing", undefined],
    ["", undefined],
  ];
  for (const [text, answer] of found) assert.equal(finalAnswer(text), answer, text);
});

const scoreOf = (completion: string, answer: unknown): Score =>
  (
    rewardFunctions.math().reward({
      prompts: ["p"],
      completions: [completion],
      completionIds: [[]],
      columns: { answer: [answer] },
      state: { step: 0 },
    }) as Score[]
  )[0]!;

test("a row without an answer leaves its completion unscored; nothing that a model writes makes it throw or take long", () => {
  assert.equal(scoreOf("5", null), null);
  assert.equal(scoreOf("5", 5), 1);
  assert.equal(scoreOf("", "5"), 0);
  const piece = fc.constantFrom(
    "\\boxed{",
    "}",
    "####",
    "answer is",
    "1",
    "9".repeat(300),
    "/",
    "^",
    "e",
    ",",
    ".",
    "-",
    "\\frac",
    "{",
    " ",
    "%",
    "$",
    "(",
    "½",
    "²",
    "=",
    "\n",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (parts) => {
      const score = scoreOf(parts.join(""), "1/7");
      assert.ok(score === 0 || score === 1, `${score}`);
    }),
  );
  for (const part of ["1 ", "1,", "(", "\\boxed{", "answer is ", "<answer>", "\\frac{1}", "m/", "-1", "1/"])
    assertSoon(part.repeat(20_000), "5");
});

function assertSoon(completion: string, answer: string): void {
  // The time on the processor: how busy the machine is does not count.
  const before = process.cpuUsage();
  scoreOf(completion, answer);
  const { user, system } = process.cpuUsage(before);
  assert.ok(user + system < 500_000, `${completion.slice(0, 40)}... takes ${(user + system) / 1000} ms`);
}

test("texts that could be read in many ways take no longer", () => {
  const steps = Array.from({ length: 24 }, (_, i) => `step-${i % 10}`).join(" ");
  for (const answer of [`12 ${steps} _`, `12 ${"cm-1/".repeat(60)}_`, `12 ${"m²-".repeat(100)}_`, `12 ${"a-b ".repeat(80)}_`]) {
    assertSoon(`The answer is ${answer}`, "12");
    assertSoon(`The answer is ${answer}`, "x + 1");
    assertSoon("The answer is 12", answer);
  }
  const pieces = [
    "<answer>1</answer>",
    "</answer>",
    "a",
    ".",
    "\\text{",
    "\\text ",
    "\\text{a}",
    "=",
    "$",
    "{1}",
    "a=",
    "(1,",
    "[1]",
    "\\\\",
    "1,\\! ",
  ];
  for (const piece of [...pieces, "-", "!", "1!", "5^{2}", "1e1", "²", "answer", "answer*", "#", "1/2 ", "a or ", "é", " ", "\n"]) {
    for (const right of ["5", "x + 1", "(1, 2)"]) {
      assertSoon(`<answer>${piece.repeat(20_000)}_`, right);
      assertSoon(`\\boxed{${piece.repeat(20_000)}_}`, right);
      assertSoon(`The answer is 5 ${piece.repeat(390 / piece.length)}_`, right);
    }
  }
  for (const factor of ["0.9999^{399}", "\\frac{7^{399}}{3^{399}}", "99!", `0.${"7".repeat(60)}`])
    assertSoon(`\\boxed{${Array.from({ length: 400 / (factor.length + 1) }, () => factor).join("*")}}`, "5");
});

/** The same number in the ways that models write it. */
function spellings(gold: string): string[] {
  const plain = gold.replaceAll(",", "");
  const grouped = plain.replace(/^(-?\d+)/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ","));
  return [
    `so it is \\boxed{${plain}}.`,
    `#### ${gold}`,
    `The answer is $${grouped}.`,
    `the final answer is: ${plain}${plain.includes(".") ? "0" : ".00"}`,
    `She has ${grouped} apples`,
    `\\boxed{\\frac{${plain.startsWith("-") ? `-${twice(plain.slice(1))}` : twice(plain)}}{2}}`,
    `<think>7 or 8</think><answer>${grouped}</answer>`,
    `\\boxed{${plain}\\text{ dollars}}`,
  ];
}

function twice(decimal: string): string {
  const [whole, part = ""] = decimal.split(".");
  const digits = String(BigInt(whole! + part) * 2n).padStart(part.length + 1, "0");
  return part === "" ? digits : `${digits.slice(0, -part.length)}.${digits.slice(-part.length)}`;
}

for (const split of ["train", "test"]) {
  test(`every answer of GSM8K's ${split} rows is right in many spellings, and wrong for another row`, needsShared("data/gsm8k"), () => {
    const lines = readFileSync(sharedPath(`data/gsm8k/${split}.jsonl`)!, "utf8")
      .trim()
      .split("\n");
    const solutions = lines.map((line) => (JSON.parse(line) as { answer: string }).answer);
    const golds = solutions.map((solution) => solution.split("#### ")[1]!.trim());
    for (const [i, solution] of solutions.entries()) {
      assert.equal(scoreOf(solution, solution), 1, solution);
      const written = spellings(golds[i]!);
      // A few of the spellings for every row, all of them over the rows.
      for (const spelling of [written[i % 8]!, written[(i + 3) % 8]!])
        assert.equal(scoreOf(spelling, solution), 1, `${spelling} is ${golds[i]}`);
      const other = (i * 7 + 1) % golds.length;
      const differs = Number(golds[other]!.replaceAll(",", "")) !== Number(golds[i]!.replaceAll(",", ""));
      if (differs) assert.equal(scoreOf(written[i % 8]!, solutions[other]), 0, `${written[i % 8]} is not ${golds[other]}`);
    }
  });
}
