import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { evaluateExpression } from "../../src/tasks/expression.ts";

test("products bind before sums, and sums go from left to right", () => {
  assert.deepEqual(evaluateExpression("3*5+7"), { value: 22, numbers: [3, 5, 7] });
  assert.deepEqual(evaluateExpression("7-3*5-2"), { value: -10, numbers: [7, 3, 5, 2] });
  assert.deepEqual(evaluateExpression("10*0+12"), { value: 12, numbers: [10, 0, 12] });
});

test("anything else is undefined", () => {
  for (const text of ["", "+", "-3", "3+", "3++4", "3*-4", "(3)", "3 4", " 3", "3.5", "03", "3=3", "3$", "1e5", "9".repeat(400), "３"]) {
    assert.equal(evaluateExpression(text), undefined, text);
  }
});

test("built expressions come to what their parts come to, and random text never throws", () => {
  const product = fc.array(fc.nat(99), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), product), { minLength: 1, maxLength: 4 }), (terms) => {
      const text = terms.map(([minus, factors], i) => (i === 0 ? "" : minus ? "-" : "+") + factors.join("*")).join("");
      const value = terms.reduce((sum, [minus, factors], i) => sum + (i > 0 && minus ? -1 : 1) * factors.reduce((a, b) => a * b, 1), 0);
      assert.deepEqual(evaluateExpression(text), { value, numbers: terms.flatMap(([, factors]) => factors) });
    }),
  );
  fc.assert(fc.property(fc.string(), (text) => void evaluateExpression(text)));
});
