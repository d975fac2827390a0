import { type AdaptedPart, lowRank } from "../../ops/low_rank.ts";
import type { OpCase } from "../op_case.ts";
import { lowRankReference } from "../reference/low_rank.ts";
import { normal } from "../values.ts";

interface Sizes {
  readonly rows: number;
  /** Columns of y, of which the parts take some. */
  readonly columns: number;
  readonly rank: number;
  readonly parts: readonly AdaptedPart[];
}

const part = (column: number, columns: number, scale: number): AdaptedPart => ({ column, columns, scale });

/** Odd and even ranks, parts with gaps between them, rows that fill no block of four. */
const SIZES: readonly Sizes[] = [
  { rows: 1, columns: 1, rank: 1, parts: [part(0, 1, 1)] },
  { rows: 5, columns: 9, rank: 3, parts: [part(0, 4, 2), part(7, 2, -0.5)] },
  { rows: 7, columns: 20, rank: 4, parts: [part(0, 8, 0.25), part(8, 6, 2), part(14, 6, 1)] },
  { rows: 33, columns: 70, rank: 8, parts: [part(3, 66, 1.5)] },
  { rows: 130, columns: 12, rank: 5, parts: [part(8, 4, 2)] },
];

export const lowRankCases: readonly OpCase[] = SIZES.map(({ rows, columns, rank, parts }) => ({
  name: "low_rank",
  title: `${rows} rows with ${parts.length} parts of rank ${rank} in ${columns} columns`,
  tolerance: 1e-5,
  quick: rows === 5 || rows === 7,
  inputs: {
    y: normal([rows, columns], 1),
    h: normal([rows, parts.length * rank], 2),
    b: normal([parts.reduce((sum, one) => sum + one.columns, 0), rank], 3),
  },
  dynamicRows: ["y", "h"],
  parameters: ["b"],
  op: ({ y, h, b }) => ({ y: lowRank(y!, h!, b!, parts) }),
  reference: (inputs) => lowRankReference(inputs, parts),
  gradients: ["y", "h", "b"],
}));
