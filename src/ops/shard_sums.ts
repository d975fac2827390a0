import { reshape, rowsOf, type Tensor } from "../graph/tensor.ts";
import type { DeviceTraits } from "../graph/trace.ts";
import { type RowLanes, rowLanes } from "./row_lanes.ts";

/** The most partial sums that a shard of parameters has on any device. */
export const MOST_SHARD_SUMS = 1024;

/** How many partial sums there are of each shard, and the lanes of the workgroups that make them and add them up. */
export interface ShardSums extends RowLanes {
  readonly count: number;
}

/** Enough workgroups to keep memory busy. Records of 256 sums keep the window of every shard aligned. */
export function shardSums(device: DeviceTraits): ShardSums {
  return { count: device.software ? 256 : MOST_SHARD_SUMS, ...rowLanes(device, Number.POSITIVE_INFINITY) };
}

/** The sums of shard i in memory that is laid out for MOST_SHARD_SUMS each: those of all shards lie end to end. */
export function sumsOfShard(partial: Tensor, i: number, { count }: ShardSums): Tensor {
  const [shards, most, ...record] = partial.shape as readonly number[];
  return rowsOf(reshape(partial, [(shards! * most!) / count, count, ...record]), i, 1);
}
