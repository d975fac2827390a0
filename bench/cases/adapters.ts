import { type AdaptedPart, lowRank } from "../../src/ops/low_rank.ts";
import { lowRankReference } from "../../src/testing/reference/low_rank.ts";
import { normal } from "../../src/testing/values.ts";
import type { BenchCase } from "../harness.ts";
import { opCase } from "../op_case.ts";

const ROWS = 512;

/** Adapters of q, k and v on the fused projection of a small model, and of Qwen2.5-0.5B. */
export const adapterCases: readonly BenchCase[] = [lowRankCase([128, 128, 128], 8), lowRankCase([896, 128, 128], 16)];

function lowRankCase(widths: readonly number[], rank: number): BenchCase {
  const columns = widths.reduce((sum, width) => sum + width, 0);
  const parts = widths.map(
    (width, i): AdaptedPart => ({ column: widths.slice(0, i).reduce((a, b) => a + b, 0), columns: width, scale: 2 }),
  );
  return opCase({
    op: "low_rank",
    shape: `${ROWS}x${columns} rank ${rank}`,
    flops: 2 * ROWS * columns * rank,
    bytes: 4 * (2 * ROWS * columns + ROWS * widths.length * rank + columns * rank),
    inputs: () => ({
      y: normal([ROWS, columns], 1),
      h: normal([ROWS, widths.length * rank], 2),
      b: normal([columns, rank], 3),
    }),
    build: (i) => ({ y: lowRank(i.y!, i.h!, i.b!, parts) }),
    reference: (inputs) => lowRankReference(inputs, parts),
  });
}
