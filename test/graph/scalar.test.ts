import assert from "node:assert/strict";
import { test } from "node:test";
import { capacityOf, ceilDivide, derive, describeScalar, evaluateScalar, product, readsOf, runScalar } from "../../src/graph/scalar.ts";

test("functions of numbers are numbers, functions of run scalars are evaluated at every run", () => {
  assert.equal(product(3, 4), 12);
  assert.equal(ceilDivide(9, 4), 3);
  const rows = runScalar("rows", 100);
  const blocks = ceilDivide(product(rows, 3), 64);
  assert.equal(capacityOf(blocks), 5);
  assert.equal(describeScalar(blocks), "ceil(rows*3/64)");
  assert.deepEqual(
    [0, 21, 22, 100].map((value) => evaluateScalar(blocks, { rows: value })),
    [0, 1, 2, 5],
  );
  assert.equal(
    evaluateScalar(
      derive("rows + 1", [rows], (value) => value + 1),
      { rows: 4 },
    ),
    5,
  );
});

test("scalars know which numbers of a run they depend on", () => {
  const rows = runScalar("rows", 8);
  const length = runScalar("length", 8);
  assert.deepEqual(readsOf([4, undefined, ceilDivide(product(rows, length, 3), 2), rows]), ["rows", "length"]);
  assert.deepEqual(readsOf([ceilDivide(9, 4)]), []);
});

test("a run scalar that is missing or too large says so", () => {
  const rows = runScalar("rows", 8);
  assert.throws(() => evaluateScalar(rows, { row: 3 }), /run scalar rows was not given; given: row$/);
  assert.throws(() => evaluateScalar(rows, {}), /run scalar rows was not given; given: none/);
  assert.throws(() => evaluateScalar(rows, { rows: 9 }), /run scalar rows is 9; this plan was built for at most 8/);
  assert.equal(evaluateScalar(rows, { rows: 8 }), 8);
});
