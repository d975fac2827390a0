import type { Device } from "../gpu/device.ts";
import { POISON } from "../graph/plan.ts";
import { measureOp, type OpMeasurement } from "./check_op.ts";
import { type Measure, measure } from "./conformance/case.ts";
import type { OpCase } from "./op_case.ts";

/** How far the results of an op's case are off. */
export async function measuresOf(device: Device, one: OpCase): Promise<Measure[]> {
  const measured = await measureOp(device, one);
  // With gradients there are more nodes, and memory that an earlier node has left is used again.
  const tails = one.gradients?.length ? [] : measured.filter(({ actual, expected }) => actual.length > expected.length);
  return [
    ...measured.map((result) => measure(result.name, result, one.tolerances?.[result.name] ?? one.tolerance, one.byElement)),
    ...tails.map(untouchedPastRows),
  ];
}

/** A plan has room for more rows than the case has. What lies past them must stay as it was: poison, or zero in the memory of an input. */
function untouchedPastRows({ name, actual, expected }: OpMeasurement): Measure {
  const words = new Uint32Array(actual.buffer).subarray(expected.length);
  const written = words.filter((word) => word !== POISON && word !== 0).length;
  return { name: `${name} past its rows`, error: written, tolerance: 0 };
}

/** An op's case as it is called: "gelu 7 x 3". */
export function titleOf({ name, title }: OpCase): string {
  return `${name} ${title}`;
}

export function skipOf({ needsSubgroups }: OpCase): (device: Device) => string | undefined {
  return (device) => (needsSubgroups && !device.subgroups ? "the device works without subgroups" : undefined);
}

export function detailsOf({ inputs, seed = 1 }: OpCase): Record<string, string> {
  const shapes = Object.entries(inputs).map(([name, { shape, dtype = "f32" }]) => `${name} [${shape.join(", ")}] ${dtype}`);
  return { inputs: shapes.join("; "), seed: String(seed) };
}
