import { type ColumnWindow, copyColumns } from "../../ops/copy_columns.ts";
import type { OpCase } from "../op_case.ts";
import { copyColumnsReference } from "../reference/copy_columns.ts";
import { normal } from "../values.ts";

/** Rows and columns of x, and the window: at the edges and inside; odd lengths and quads. */
const WINDOWS: readonly (readonly [rows: number, columns: number, window: ColumnWindow])[] = [
  [1, 1, { from: 0, to: 0, count: 1, width: 1 }],
  [3, 7, { from: 2, to: 5, count: 4, width: 9 }],
  [5, 13, { from: 0, to: 3, count: 13, width: 16 }],
  [65, 16, { from: 4, to: 8, count: 8, width: 20 }],
  [6, 8, { from: 0, to: 0, count: 8, width: 8 }],
];

export const copyColumnsCases: readonly OpCase[] = WINDOWS.flatMap(([rows, columns, window]) => {
  const { from, to, count, width } = window;
  const title = `${count} columns from ${from} to ${to} of ${rows} x ${width}`;
  const x = normal([rows, columns], 1);
  const shared = { name: "copy_columns", tolerance: 1e-6, tolerances: { y: 0 }, quick: rows === 65 };
  const among: OpCase = {
    ...shared,
    title: `${title} among zeros`,
    inputs: { x },
    dynamicRows: ["x"],
    op: (i) => ({ y: copyColumns(i.x!, window) }),
    reference: (inputs) => copyColumnsReference(inputs, window),
    gradients: ["x"],
  };
  const onto: OpCase = {
    ...shared,
    title: `${title} in place`,
    inputs: { x, onto: normal([rows, width], 2) },
    op: (i) => ({ y: copyColumns(i.x!, window, i.onto!) }),
    reference: (inputs) => copyColumnsReference(inputs, window),
  };
  return [among, onto];
});
