import assert from "node:assert/strict";
import { test } from "node:test";
import { ropeTable } from "../../src/ops/rope_table.ts";

/** The frequency that entry `i` of position 1 was made of. */
function frequencies(table: Float32Array, headDim: number): number[] {
  const half = headDim / 2;
  return Array.from({ length: half }, (_, i) => Math.atan2(table[headDim + half + i]!, table[headDim + i]!));
}

function assertClose(actual: readonly number[], expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => {
    assert.ok(Math.abs(value / expected[i]! - 1) < 1e-6, `frequency ${i} is ${value}, not ${expected[i]}`);
  });
}

test("plain frequencies fall as theta^(-2i / D), and angles grow with the position", () => {
  const table = ropeTable({ positions: 200, headDim: 8, theta: 10000 });
  assert.equal(table.length, 1600);
  assertClose(frequencies(table, 8), [1, 0.1, 0.01, 0.001]);
  assert.deepEqual([...table.subarray(0, 8)], [1, 1, 1, 1, 0, 0, 0, 0]);
  assert.equal(table[199 * 8 + 1], Math.fround(Math.cos(19.9)));
  assert.equal(table[199 * 8 + 5], Math.fround(Math.sin(19.9)));
});

test("linear scaling divides every frequency", () => {
  const table = ropeTable({ positions: 2, headDim: 8, theta: 10000, scaling: { kind: "linear", factor: 4 } });
  assertClose(frequencies(table, 8), [0.25, 0.025, 0.0025, 0.00025]);
});

test("llama3 scaling keeps short waves, divides long ones and blends between", () => {
  const scaling = { kind: "llama3", factor: 8, lowFreqFactor: 1, highFreqFactor: 4, originalMaxPositions: 1000 } as const;
  const table = ropeTable({ positions: 2, headDim: 8, theta: 10000, scaling });
  // 1000 / wavelength is 159, 15.9, 1.59 and 0.159: kept, kept, blended by (1.5915 - 1) / 3, divided by 8.
  const smooth = (1000 / ((2 * Math.PI) / 0.01) - 1) / 3;
  assertClose(frequencies(table, 8), [1, 0.1, ((1 - smooth) * 0.01) / 8 + smooth * 0.01, 0.001 / 8]);
});
