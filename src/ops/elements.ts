import type { KernelVariant } from "../gpu/link.ts";
import { capacityOf, type Dimension, product, type Scalar } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";

/** How a kernel cuts rows into elements (lib/element): vec4s where the last dimension is a multiple of 4, else floats. */
export interface Elements {
  readonly variant: KernelVariant;
  /** The last dimension in elements. */
  readonly columns: Scalar;
  /** All dimensions together in elements. */
  readonly count: Scalar;
}

export function elementsOf(shape: readonly Dimension[]): Elements {
  const last = shape.at(-1) ?? 1;
  const vec4 = typeof last === "number" && last % 4 === 0;
  const columns = vec4 ? last / 4 : last;
  return { variant: { conditions: { VEC4: vec4 } }, columns, count: product(...shape.slice(0, -1), columns) };
}

/** How a kernel that works row by row cuts x [N, C]: a row has `columns` elements, which are `count` = C values. */
export function rowElements(x: Tensor): { readonly variant: KernelVariant; readonly columns: number; readonly count: number } {
  const count = x.size(1);
  const { variant, columns } = elementsOf([count]);
  return { variant, columns: columns as number, count };
}

/** A length rounded up to whole quads, which are four values each. */
export function wholeQuads(length: Scalar): number {
  return Math.ceil(capacityOf(length) / 4) * 4;
}
