import assert from "node:assert/strict";
import { test } from "node:test";
import type { Device } from "../../src/gpu/device.ts";
import { type ConformanceCase, isPassed, type Measure } from "../../src/testing/conformance/case.ts";
import type { OpCase } from "../../src/testing/op_case.ts";
import { measuresOf, skipOf, titleOf } from "../../src/testing/op_measures.ts";
import { isSlowAdapter } from "../slow_adapter.ts";

/** A test for every case of an op, as the command `verify` runs them, but for the kernels that only GPUs take. */
export function testCases(device: Device, cases: readonly OpCase[]): void {
  testEach(
    device,
    cases.filter(({ forGpus }) => !forGpus),
  );
}

/** A test for every case of a kernel that only GPUs take, or on the slow adapter for a third of those of `verify --quick`. `verify` tries all. */
export function testGpuCases(device: Device, cases: readonly OpCase[]): void {
  const all = cases.filter(({ forGpus }) => forGpus);
  testEach(device, isSlowAdapter ? all.filter(({ quick }) => quick).filter((_, i) => i % 3 === 0) : all);
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
