import type { KernelVariant } from "../gpu/link.ts";
import { ceilDivide, product, type Scalar } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { DeviceTraits } from "../graph/trace.ts";
import { logitsRows } from "./logits.ts";
import { rowLanes } from "./row_lanes.ts";

/** Quads of a lane whose loads are on their way together, which hides a GPU's latency. On a CPU they would only cost registers. */
const QUADS_IN_FLIGHT = 4;

interface VocabularyRows {
  readonly variant: KernelVariant;
  readonly workgroups: Scalar;
}

/**
 * How a kernel goes over logits [N, V]: a lane takes a whole row where rows are short, else a workgroup takes a row. On a CPU neighbouring
 * lanes need not read neighbouring words, so a lane takes longer rows there.
 */
export function vocabularyRows(logits: Tensor, device: DeviceTraits, vocabulary?: number): VocabularyRows {
  const rows = logits.shape[0]!;
  const { parameters, conditions } = logitsRows(logits, vocabulary);
  if (isShort(device, parameters.vocabulary)) {
    const variant = { constants: { QUADS: 1 }, conditions: { ...conditions, ROW_PER_LANE: true } };
    return { variant, workgroups: ceilDivide(rows, device.lanes) };
  }
  const own = rowLanes(device, parameters.vocabulary);
  const quads = device.software ? 1 : QUADS_IN_FLIGHT;
  const isPadded = conditions.PADDED || (conditions.VEC4 && quads > 1);
  return {
    variant: {
      constants: { ...own.constants, QUADS: quads },
      conditions: { ...conditions, ...own.conditions, PADDED: isPadded, ROW_PER_LANE: false },
    },
    workgroups: rows,
  };
}

/** The same for a kernel that needs no sums: on a GPU several workgroups may share a row, which fills it where rows are few. */
export function vocabularyParts(
  logits: Tensor,
  device: DeviceTraits,
  vocabulary?: number,
): VocabularyRows & { readonly parameters: Readonly<Record<"parts" | "part_columns", number>> } {
  const { parameters, conditions } = logitsRows(logits, vocabulary);
  if (device.software || isShort(device, parameters.vocabulary)) {
    return { ...vocabularyRows(logits, device, vocabulary), parameters: { parts: 1, part_columns: parameters.vocabulary } };
  }
  const { lanes, constants } = rowLanes(device, parameters.vocabulary);
  const columns = 4 * QUADS_IN_FLIGHT * lanes;
  const parts = Math.ceil(parameters.vocabulary / columns);
  return {
    variant: { constants, conditions: { ...conditions, ROW_PER_LANE: false } },
    workgroups: product(logits.shape[0]!, parts),
    parameters: { parts, part_columns: columns },
  };
}

function isShort(device: DeviceTraits, vocabulary: number): boolean {
  return vocabulary <= (device.software ? 256 : 32);
}
