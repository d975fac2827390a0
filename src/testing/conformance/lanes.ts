import type { OpCase } from "../op_case.ts";
import { opCases } from "../ops/index.ts";
import type { Bench, ConformanceCase, ConformanceGroup, DeviceWish, Level } from "./case.ts";
import { detailsOf, measuresOf, titleOf } from "./ops.ts";

/** Ops whose kernels share a row between LANES invocations. */
const ROW_OPS = [
  "rms_norm",
  "layer_norm",
  "qk_norm",
  "column_sum",
  "causal_attention",
  "decode_attention",
  "embedding",
  "token_statistics",
  "logits_gradient",
  "next_token",
  "entropy_reduce",
  "metric_reduce",
  "gradient_norm",
  "sequence_ratio",
  "control_weight",
  "covariance_select",
] as const satisfies readonly (keyof typeof opCases)[];

/** One case of an op at a default run, a few at a full one. */
function someOf(name: (typeof ROW_OPS)[number]): readonly OpCase[] {
  return opCases[name].filter(({ quick, needsSubgroups }) => quick && !needsSubgroups).slice(0, 2);
}

function casesOf(label: string, wish: DeviceWish, level: Level): ConformanceCase[] {
  return ROW_OPS.flatMap((name) =>
    someOf(name).map((one, i) => ({
      name: `${label}: ${titleOf(one)}`,
      level: i === 0 ? level : "full",
      details: { ...detailsOf(one), device: JSON.stringify(wish) },
      run: async ({ open }: Bench) => measuresOf(await open(wish), one),
    })),
  );
}

/** The width at which other GPUs run these kernels is a constant of the WGSL, so any GPU can stand in for them. */
export const lanesGroup: ConformanceGroup = {
  name: "lanes",
  description: "row kernels at every width from 4 to 128, without subgroups",
  cases: [4, 8, 16, 32, 64, 128].flatMap((lanes) =>
    casesOf(`${lanes} lanes`, { lanes }, lanes === 4 || lanes === 32 || lanes === 128 ? "default" : "full"),
  ),
};
