import type { Device } from "../../gpu/device.ts";
import { measureOp } from "../check_op.ts";
import type { OpCase } from "../op_case.ts";
import { opCases } from "../ops/index.ts";
import { type ConformanceCase, type ConformanceGroup, type Measure, measure } from "./case.ts";

/** How far the results of an op's case are off. */
export async function measuresOf(device: Device, one: OpCase): Promise<Measure[]> {
  const measured = await measureOp(device, one);
  return measured.map((result) => measure(result.name, result, one.tolerances?.[result.name] ?? one.tolerance, one.byElement));
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

function conformanceCase(one: OpCase): ConformanceCase {
  return {
    name: titleOf(one),
    level: one.quick ? "quick" : "default",
    skip: skipOf(one),
    details: detailsOf(one),
    run: ({ device }) => measuresOf(device, one),
  };
}

export const opsGroup: ConformanceGroup = {
  name: "ops",
  description: "every kernel beside double precision, with its gradient, at sizes that fit no block",
  cases: Object.values(opCases).flat().map(conformanceCase),
};
