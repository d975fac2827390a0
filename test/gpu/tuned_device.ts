import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { createDevice, type Device } from "../../src/gpu/device.ts";
import type { Pace } from "../../src/gpu/timing_rounds.ts";
import type { TuningOptions } from "../../src/gpu/tuning.ts";
import type { TuningStore } from "../../src/gpu/tuning_record.ts";
import { buildPlan } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { chooseAdapter } from "../../src/node/adapters.ts";
import { pollPatiently } from "../../src/node/patient_polling.ts";
import { loadShaders } from "../../src/node/shader_files.ts";
import { type Layout, type MatmulFamily, matmul, matmulOp } from "../../src/ops/matmul/op.ts";
import { relativeError } from "../../src/testing/check_op.ts";
import { columnSumReference } from "../../src/testing/reference/column_sum.ts";
import { matmulReference } from "../../src/testing/reference/matmul.ts";
import { normal } from "../../src/testing/values.ts";

export interface Opened {
  /** Kernels with a word replaced: what a driver that miscompiles would make of them. */
  readonly broken?: Readonly<Record<string, readonly [string, string]>>;
  readonly tuning?: TuningOptions;
  /** true: kernels are chosen as on a hardware GPU. */
  readonly asHardware?: boolean;
}

const WRONG_ACTIVATIONS = [
  ["= gelu(values)", "= values"],
  ["*= gelu_slope(", "*= 0.5 + gelu_slope("],
  ["= gated(pairs)", "= pairs.xy"],
  ["= gradients.up", "= gradients.gate"],
] as const;

/** As short as can be: what is tested is not the speed. */
const PACE: Pace = { warmUp: 0, sample: 0.1, rounds: 2, share: 5 };

export async function open(context: TestContext, { broken = {}, tuning = {}, asHardware = false }: Opened = {}): Promise<Device> {
  const candidate = await chooseAdapter(process.env.ENTROPIC_ADAPTER ?? "software");
  const shaders = loadShaders();
  shaders["lib/wrong_epilogue"] = WRONG_ACTIVATIONS.reduce((text, [from, to]) => text.replaceAll(from, to), shaders["lib/epilogue"]!);
  for (const [id, [from, to]] of Object.entries(broken)) {
    assert.ok(shaders[id]!.includes(from), `${id} has no ${from}`);
    shaders[id] = shaders[id]!.replaceAll(from, to);
  }
  if (candidate.software) pollPatiently(); // else waiting takes one of two cores from the driver that compiles
  const { wgslLanguageFeatures } = candidate.gpu;
  const device = await createDevice({
    adapter: await candidate.request(),
    wgslLanguageFeatures,
    shaders,
    tuning: { mode: "off", pace: PACE, ...tuning },
  });
  context.after(() => device.destroy());
  return asHardware ? smallHardware(device) : device;
}

/**
 * Kernels are chosen for it as for a hardware GPU that has room for two tiles of products, 16 x 32 and 64 x 32: a software GPU needs seconds
 * to compile a tile, and a search tries all that fit.
 */
function smallHardware(device: Device): Device {
  const limits: Record<string, unknown> = {};
  for (const name in device.limits) limits[name] = device.limits[name as keyof Device["limits"]];
  Object.assign(limits, { maxComputeWorkgroupStorageSize: 6400, maxComputeInvocationsPerWorkgroup: 64 });
  return Object.create(device, { software: { value: false }, limits: { value: limits } }) as Device;
}

/** A store in memory. */
export function memoryStore(start?: string): TuningStore & { text: string | undefined } {
  return {
    text: start,
    async read() {
      return this.text;
    },
    async write(_adapter, text) {
      this.text = text;
    },
  };
}

/** Multiplies; asserts that the product is right and returns the kernels that made it. */
export async function multiply(
  device: Device,
  [rows, columns, inner] = [50, 36, 20],
  layout: Layout = "NT",
  family?: MatmulFamily,
): Promise<string> {
  const a = normal(layout === "TN" ? [inner!, rows!] : [rows!, inner!], 1);
  const b = normal(layout === "NT" ? [columns!, inner!] : [inner!, columns!], 2);
  const plan = await buildPlan(device, "product", () => ({
    keep: [matmul(input("a", a.shape), input("b", b.shape), { layout, family })],
  }));
  plan.run({ inputs: { a: Float32Array.from(a.data), b: Float32Array.from(b.data) } });
  const [y] = await plan.read(plan.result.keep);
  plan.destroy();
  const error = relativeError(y!, matmulReference({ a, b }, layout).y);
  assert.ok(error < 1e-5, `relative error ${error}`);
  return plan.launches.launches.map(({ kernel }) => kernel.id).join(" ");
}

/** Makes the gradients of a weight and, from operand `of`, of a bias; asserts that they are right and returns the kernels that made them. */
export async function biasGradient(
  device: Device,
  [rows, columns, inner]: readonly [number, number, number],
  of: "a" | "b",
): Promise<string> {
  const [a, b] = [normal([inner, rows], 1), normal([inner, columns], 2)];
  const plan = await buildPlan(device, "gradients", () => {
    const operands = { a: input("a", a.shape), b: input("b", b.shape) };
    const { y, grad_bias } = matmulOp(operands, { layout: "TN", accumulate: 0, gradBias: { of, accumulate: 0 } });
    return { keep: [y, grad_bias!] };
  });
  plan.run({ inputs: { a: Float32Array.from(a.data), b: Float32Array.from(b.data) } });
  const [y, bias] = await plan.read(plan.result.keep);
  plan.destroy();
  assert.ok(relativeError(y!, matmulReference({ a, b }, "TN").y) < 1e-5);
  assert.ok(relativeError(bias!, columnSumReference({ x: of === "a" ? a : b }).y) < 1e-5);
  return plan.launches.launches.map(({ kernel }) => kernel.id).join(" ");
}

export function warningsOf(context: TestContext): string[] {
  const lines: string[] = [];
  context.mock.method(console, "error", (line: string) => lines.push(line));
  return lines;
}
