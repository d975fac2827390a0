import { capacityOf } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { DeviceTraits } from "../graph/trace.ts";
import type { Call, Inputs, OpDefinition } from "./define.ts";
import { rowLanes } from "./row_lanes.ts";
import { withFewerRows } from "./trial_calls.ts";
import { askWays, chosenWay, type Ways } from "./ways.ts";

/** What the trial of an op that works on rows needs to know of a call. */
interface Rows<Known> {
  /** The matrix [N, C] whose rows lanes share. */
  readonly matrix: (call: Known) => Tensor;
  /** The outputs that are compared. */
  readonly outputs: (call: Known) => readonly Tensor[];
}

const MOST_LANES = 256;
/** How far sums in different orders may be apart. */
const TOLERANCE = 1e-4;

/**
 * An op's `tuned`, with as many lanes a row as were found best. Their number decides in which order a row is summed up, so without the
 * user's wish for all it is that of the rule (row_lanes.ts). The op's `forward` must take it from there.
 */
export function tunedLanes<In extends Inputs, Out extends string, Attributes>(
  rows: Rows<Call<In, Out, Attributes>>,
): NonNullable<OpDefinition<In, Out, Attributes>["tuned"]> {
  type Known = Call<In, Out, Attributes>;
  return ({ name, forward }) => {
    const keyOf = (call: Known): string => {
      const [count, columns] = rows.matrix(call).shape.map(capacityOf);
      const present = Object.keys(call.inputs).filter((input) => call.inputs[input]);
      return `${name} 2^${Math.round(Math.log2(count!))} rows of ${columns}, ${present.join(" ")}`;
    };
    const waysOn = (device: DeviceTraits, call: Known): Ways<Known> => {
      const all = lanesFor(device, capacityOf(rows.matrix(call).shape[1]!));
      return Object.fromEntries(
        all.map((lanes) => [`${lanes} lanes`, (other: Known) => forward(other, withLanes(device, lanes))] as const),
      );
    };
    return {
      forward: (call, device) => chosenWay(keyOf(call), waysOn(device, call), device)(call),
      tune: (call, device) => {
        const timed = (): Known => withFewerRows(call, rows.matrix(call).shape[0]!);
        return askWays({ ...rows, key: keyOf(call), ways: waysOn(device, call), timed, tolerance: TOLERANCE, changesBits: true }, device);
      },
    };
  };
}

/** The device with another number of lanes a row. */
function withLanes(device: DeviceTraits, rowLanes: number): DeviceTraits {
  return Object.assign(Object.create(device) as DeviceTraits, { rowLanes });
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
