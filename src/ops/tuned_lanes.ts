import { capacityOf } from "../graph/scalar.ts";
import type { DeviceTraits } from "../graph/trace.ts";
import type { Call, Inputs, OpDefinition, RowsOfOp } from "./op_definition.ts";
import { rowLanes } from "./row_lanes.ts";
import { withFewerRows } from "./trial_calls.ts";
import { askWays, chosenWay, type Ways } from "./ways.ts";

const MOST_LANES = 256;
/** How far sums in different orders may be apart. */
const TOLERANCE = 1e-4;

/**
 * The op with as many lanes a row as tuning found best. Their number decides in which order a row is summed up, so without the user's wish
 * for all it is that of the rule (row_lanes.ts).
 */
export function withTunedLanes<In extends Inputs, Out extends string, Attributes>(
  { name, forward }: OpDefinition<In, Out, Attributes>,
  rows: RowsOfOp<Call<In, Out, Attributes>>,
): Pick<OpDefinition<In, Out, Attributes>, "forward" | "tune"> {
  type Known = Call<In, Out, Attributes>;
  const keyOf = (call: Known): string => {
    const [count, columns] = rows.matrix(call).shape.map(capacityOf);
    const present = Object.keys(call.inputs).filter((input) => call.inputs[input]);
    return `${name} 2^${Math.round(Math.log2(count!))} rows of ${columns}, ${present.join(" ")}`;
  };
  const waysOn = (device: DeviceTraits, call: Known): Ways<Known> => {
    const all = lanesFor(device, capacityOf(rows.matrix(call).shape[1]!));
    return Object.fromEntries(
      all.map((lanes) => [`${lanes} lanes`, (other: Known) => forward(other, { ...device, rowLanes: lanes })] as const),
    );
  };
  return {
    forward: (call, device) => chosenWay(keyOf(call), waysOn(device, call), device)(call),
    tune: (call, device) => {
      const timed = (): Known => withFewerRows(call, rows.matrix(call).shape[0]!);
      return askWays({ ...rows, key: keyOf(call), ways: waysOn(device, call), timed, tolerance: TOLERANCE, changesBits: true }, device);
    },
  };
}

/** The rule's number of lanes, and on a GPU all others from a subgroup on. */
function lanesFor(device: DeviceTraits, columns: number): readonly number[] {
  const { lanes: guess } = rowLanes(device, columns);
  if (device.software) return [guess];
  const { maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX } = device.limits;
  const most = Math.min(MOST_LANES, maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX);
  const all: number[] = [];
  for (let lanes = device.lanes; lanes <= most; lanes *= 2) all.push(lanes);
  return [guess, ...all.filter((lanes) => lanes !== guess)];
}
