import assert from "node:assert/strict";
import { test } from "node:test";
import type { Device } from "../../src/gpu/device.ts";
import { type ConformanceCase, isPassed, type Measure } from "../../src/testing/conformance/case.ts";
import type { OpCase } from "../../src/testing/op_case.ts";
import { measuresOf, skipOf, titleOf } from "../../src/testing/op_measures.ts";

/** A test for every case of an op, as the command `verify` runs them, but for the kernels that only GPUs take. */
export function testCases(device: Device, cases: readonly OpCase[]): void {
  testEach(
    device,
    cases.filter(({ forGpus }) => !forGpus),
  );
}

/** Whether the tests run on SwiftShader, which takes seconds to compile a kernel that only GPUs take; the other adapters try all that there is. */
export const isSlowAdapter = process.env.ENTROPIC_ADAPTER === "embedded";

/** Neighbouring cases differ in their shapes alone, so the slow adapter's third changes its place from three to three. */
const isOfThird = (i: number): boolean => (i + Math.floor(i / 3)) % 3 === 0;

/** A test for every case of a kernel that only GPUs take, or for a third of them on the slow adapter. `verify` tries them all on any. */
export function testGpuCases(device: Device, cases: readonly OpCase[]): void {
  testEach(
    device,
    cases.filter(({ forGpus }) => forGpus).filter((_, i) => !isSlowAdapter || isOfThird(i)),
  );
}

function testEach(device: Device, cases: readonly OpCase[]): void {
  for (const one of cases) {
    test(titleOf(one), { skip: skipOf(one)(device) ?? false }, () => assertCase(device, one));
  }
}

/** Fails with the result that is too far off. */
export async function assertCase(device: Device, one: OpCase): Promise<void> {
  assertMeasures(await measuresOf(device, one), device);
}

function assertMeasures(measures: readonly Measure[], device: Device): void {
  for (const measure of measures) {
    const { name, error, tolerance, wrong } = measure;
    const first = wrong ? `; at [${wrong.at.join(", ")}] ${wrong.actual} instead of ${wrong.expected}` : "";
    assert.ok(isPassed(measure), `${name}: error ${error}, allowed ${tolerance}, on ${device.name}${first}`);
  }
}

/** A test for every case of a group that needs one device alone, but those of a full run. */
export function testConformance(device: Device, cases: readonly ConformanceCase[]): void {
  const none = (): Promise<never> => Promise.reject(new Error("this case needs other devices"));
  for (const { name, level, skip, run } of cases) {
    if (level === "full") continue;
    test(name, { skip: skip?.(device) ?? false }, async () => {
      assertMeasures(await run({ device, open: none, openAnother: none, note: () => {} }), device);
    });
  }
}
