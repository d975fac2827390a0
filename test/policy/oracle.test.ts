import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { readStoredCases } from "../../src/cli/verify/stored_cases.ts";
import { compareCase, type OracleCase, runCase, TOLERANCES } from "../../src/testing/verify_case.ts";
import { needsShared, sharedPath } from "../shared.ts";
import { sharedDevice } from "../shared_device.ts";

const device = await sharedDevice();

const BUILT_IN = fileURLToPath(new URL("../../src/testing/cases", import.meta.url));

async function errorsOf(
  folder: string,
  change: (oracle: OracleCase) => OracleCase = (oracle) => oracle,
): Promise<ReturnType<typeof compareCase>> {
  const [stored] = await readStoredCases([folder]);
  return compareCase(await runCase(device, stored!.build(), change(stored!)), stored!.expected!);
}

function assertWithinTolerance(errors: ReturnType<typeof compareCase>): void {
  for (const [quantity, { error, tensor }] of errors) {
    assert.ok(error <= TOLERANCES[quantity], `${tensor}: relative error ${error}, allowed ${TOLERANCES[quantity]}, on ${device.name}`);
  }
}

for (const name of readdirSync(BUILT_IN).sort()) {
  test(`float64 reference, built-in case ${name}`, async () => assertWithinTolerance(await errorsOf(join(BUILT_IN, name))));
}

const cases = sharedPath("oracle/cases");
test("float64 reference, shared cases", needsShared("oracle/cases"), async (context) => {
  for (const name of readdirSync(cases!).sort()) {
    await context.test(name, async () => assertWithinTolerance(await errorsOf(join(cases!, name))));
  }
});

test("float64 reference, with the logits of 64 rows at a time", async () => {
  // Both a tied and an untied head; the smallest chunk is 64 rows, and the cases have 99.
  for (const name of ["gpt2--entropic-small", "llama--effect-gate-bonus", "llama3-scaled--sequence-mean-gated"]) {
    assertWithinTolerance(await errorsOf(join(BUILT_IN, name), (oracle) => ({ ...oracle, chunkBytes: 1 })));
  }
});

test("float64 reference, activations in 16 bits: the gradient is rounded and no worse", async () => {
  for (const name of ["gpt2--entropic-small", "qwen3--gated-effect"]) {
    const rounded = await errorsOf(join(BUILT_IN, name), (oracle) => ({ ...oracle, activations: "f16" }));
    const { error } = rounded.get("grad")!;
    // 16-bit floats have 11 bits: 5e-4 a value. Less than 1e-5 would mean that nothing was rounded.
    assert.ok(error > 1e-5 && error < 5e-3, `${name}: relative error ${error} on ${device.name}`);
    assert.ok(rounded.get("logits")!.error <= TOLERANCES.logits);
  }
});

// A check that cannot fail is worthless: each of these mistakes must be seen.
const GATED = join(BUILT_IN, "gpt2--entropic-small");

test("a reversed sign of alpha is seen", async () => {
  const errors = await errorsOf(GATED, (oracle) => ({ ...oracle, options: { ...oracle.options, alpha: -oracle.options.alpha! } }));
  assert.ok(errors.get("grad")!.error > TOLERANCES.grad * 10);
});

test("a gate on the old policy is seen", async () => {
  // With a log-probability of -20 the old policy would gate no token at all; the current one must still be asked.
  const open = await errorsOf(GATED, (oracle) => ({ ...oracle, options: { ...oracle.options, tau: 0.999 } }));
  assert.ok(open.get("gated_fraction")!.error > 0.5);
  assert.ok(open.get("grad")!.error > TOLERANCES.grad * 10);
});

test("an ignored mask is seen", async () => {
  const errors = await errorsOf(GATED, (oracle) => {
    const mask = oracle.inputs.get("mask")!;
    return { ...oracle, inputs: new Map([...oracle.inputs, ["mask", { ...mask, data: new Float32Array(mask.data.length).fill(1) }]]) };
  });
  assert.ok(errors.get("loss")!.error > TOLERANCES.loss * 10);
});
