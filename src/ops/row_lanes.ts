import type { KernelVariant } from "../gpu/link.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { DeviceTraits } from "../graph/trace.ts";
import { rowElements } from "./elements.ts";
import { hasFewRegisters } from "./few_registers.ts";

/** How many invocations share a row, and what a kernel with `lib/reduce` must be told of it. */
export interface RowLanes {
  readonly lanes: number;
  readonly constants: { readonly LANES: number };
  readonly conditions: { readonly SEVERAL_SUBGROUPS: boolean };
}

/** Beyond this, lanes wait at barriers for longer than their loads take. */
const MOST_LANES = 256;

/** Values of a row for each lane: four quads, whose loads can be on their way together, or the two that fit in few registers. */
const VALUES_PER_LANE = { many: 16, few: 8 } as const;

/**
 * The lanes for a row of `columns` values. On a GPU there are enough for long rows to come in a few loads, and at least a subgroup. On a
 * CPU, where a workgroup is a loop, there is one subgroup.
 */
export function rowLanes(
  device: Pick<DeviceTraits, "software" | "subgroups" | "lanes" | "askedSizes" | "rowLanes" | "limits">,
  columns: number,
): RowLanes {
  const lanes = device.rowLanes ?? (device.software ? device.lanes : hardwareLanes(device, columns));
  return { lanes, constants: { LANES: lanes }, conditions: { SEVERAL_SUBGROUPS: device.subgroups && lanes > device.lanes } };
}

function hardwareLanes(device: Pick<DeviceTraits, "lanes" | "askedSizes" | "limits">, columns: number): number {
  const { maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX } = device.limits;
  const most = Math.min(MOST_LANES, maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX);
  const valuesPerLane = VALUES_PER_LANE[hasFewRegisters(device) ? "few" : "many"];
  let lanes = device.lanes;
  while (2 * lanes <= most && lanes * valuesPerLane < columns) lanes *= 2;
  return lanes;
}

/** How the lanes of a workgroup hold a row of x [N, C] together (lib/held_row): it has `columns` elements, which are `count` = C values. */
export function heldRow(
  device: DeviceTraits,
  x: Tensor,
): { readonly variant: Required<Pick<KernelVariant, "constants" | "conditions">>; readonly columns: number; readonly count: number } {
  const { variant, columns, count } = rowElements(x);
  const { lanes, constants, conditions } = rowLanes(device, count);
  return {
    variant: {
      constants: { ...constants, PER_LANE: Math.ceil(columns / lanes) },
      conditions: { ...variant.conditions, ...conditions, EXACT: columns % lanes === 0 },
    },
    columns,
    count,
  };
}
