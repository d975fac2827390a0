import { detailsOf, measuresOf, titleOf } from "../op_measures.ts";
import { opCases } from "../ops/index.ts";
import type { Bench, ConformanceCase, ConformanceGroup } from "./case.ts";

/** Ops whose kernels share a row between LANES invocations. */
const ROW_OPS = [
  "rms_norm",
  "layer_norm",
  "qk_norm",
  "column_sum",
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
  "entropy_ratio",
  "entropy_select",
  "surprise_weight",
] as const satisfies readonly (keyof typeof opCases)[];

/** Ops of which a default run takes a case; the others take seconds to compile at each width. */
const TELLING: readonly string[] = ["rms_norm", "layer_norm", "column_sum", "token_statistics", "logits_gradient", "sequence_ratio"];
const TELLING_WIDTHS: readonly number[] = [4, 32, 128];

function casesOf(lanes: number): ConformanceCase[] {
  return ROW_OPS.flatMap((name) =>
    opCases[name]
      .filter(({ quick, needsSubgroups }) => quick && !needsSubgroups)
      .slice(0, 2)
      .map((one, i) => ({
        name: `${lanes} lanes: ${titleOf(one)}`,
        level: i === 0 && TELLING.includes(name) && TELLING_WIDTHS.includes(lanes) ? "default" : "full",
        details: { ...detailsOf(one), lanes: String(lanes) },
        run: async ({ open }: Bench) => measuresOf(await open({ lanes }), one),
      })),
  );
}

/** The width at which other GPUs run these kernels is a constant of the WGSL, so any GPU can stand in for them. */
export const lanesGroup: ConformanceGroup = {
  name: "lanes",
  description: "row kernels at every width from 4 to 128, without subgroups",
  cases: [4, 8, 16, 32, 64, 128].flatMap(casesOf),
};
