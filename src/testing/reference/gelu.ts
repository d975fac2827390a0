import type { GeluForm } from "../../ops/gelu.ts";
import { normalDistribution } from "../../ops/normal_distribution.ts";
import type { HostValues } from "../check_op.ts";

/** y = x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3))), or y = x/2 * (1 + erf(x / sqrt(2))). */
export function geluReference({ x }: HostValues, form: GeluForm = "tanh"): { y: Float64Array } {
  if (form === "erf") return { y: x!.data.map((value) => value * normalDistribution(value)) };
  return { y: x!.data.map((value) => 0.5 * value * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (value + 0.044715 * value ** 3)))) };
}
