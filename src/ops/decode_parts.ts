import { ceilDivide, product } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { DeviceTraits, Dispatch } from "../graph/trace.ts";
import { cacheConditions } from "./cache_storage.ts";
import { hasFewRegisters } from "./few_registers.ts";
import { type HeadLayout, headElements, scoreScale, scoreVariant } from "./heads.ts";

/** What a decoded row attends with, and where the sums of the parts of its positions go before they are merged. */
export interface DecodeTensors {
  readonly inputs: Readonly<Record<"qkv" | "origin" | "positions" | "prompt" | "cache_keys" | "cache_values", Tensor>>;
  readonly outputs: Readonly<Record<"out" | "sums" | "scales", Tensor>>;
}

/** Positions that a workgroup takes at a time, and its invocations (lib/cache_block). */
const BLOCK = 128;
/** Each part of a row leaves sums as long as the row, which the merge reads again. */
const MOST_PARTS = 64;
/** Query heads that share what a workgroup loads; each takes registers of every lane. */
const MOST_HEADS = { many: 8, few: 4 } as const;

/** How the positions of a sequence are cut into parts, which workgroups take side by side. The bits of a row depend on nothing else. */
export function partsOf(length: number): { readonly parts: number; readonly positions: number } {
  const positions = BLOCK * Math.ceil(length / (BLOCK * MOST_PARTS));
  return { parts: Math.ceil(length / positions), positions };
}

/** The kernels of GPUs: a workgroup a part of a row's positions and a key-value head, then the merge of the parts where there are several. */
export function decodeInParts(
  { inputs, outputs }: DecodeTensors,
  { layout, length, window }: { readonly layout: HeadLayout; readonly length: number; readonly window?: number | undefined },
  device: DeviceTraits,
): readonly Dispatch[] {
  const { heads, keyValueHeads, headDim } = layout;
  const { variant, width } = headElements(headDim);
  const scores = scoreVariant(layout, window);
  const { out, sums, scales } = outputs;
  const rows = inputs.qkv.shape[0]!;
  const { parts, positions: part_positions } = partsOf(length);
  const HEADS = headsTogether(layout, device);
  const tiles = Math.ceil(heads / keyValueHeads / HEADS);
  const isWhole = parts === 1;
  const part: Dispatch = {
    kernel: "attention/decode_part",
    variant: {
      constants: { ...variant.constants, HEADS, ...scores.constants },
      conditions: { ...variant.conditions, ...cacheConditions(inputs.cache_keys), PARTS: !isWhole, ...scores.conditions },
      manyRegisters: true,
    },
    bindings: { ...inputs, ...(isWhole ? { out } : { sums, scales }) },
    // Parts that begin behind a row's position are neither written nor merged.
    partly: ["sums", "scales"],
    parameters: { heads, key_value_heads: keyValueHeads, part_positions, scale: scoreScale(layout) },
    workgroups: [keyValueHeads * tiles, parts, rows],
  };
  const merge: Dispatch = {
    kernel: "attention/decode_merge",
    variant,
    bindings: { positions: inputs.positions, sums, scales, out },
    parameters: { rows, heads, parts, part_positions },
    workgroups: ceilDivide(product(rows, (heads * headDim) / width), 64),
  };
  return isWhole ? [part] : [part, merge];
}

/** Query heads of a key-value head that a workgroup takes: all or an even share of them, as many as its memory and registers hold. */
function headsTogether({ heads, keyValueHeads, headDim }: HeadLayout, device: DeviceTraits): number {
  const group = heads / keyValueHeads;
  // Bytes of the variables of decode_part, at most: those that all heads share, and those of each.
  const shared = 16 * BLOCK + 8 * BLOCK;
  const each = 4 * headDim + 4 * BLOCK + 5 * BLOCK + 8;
  const inMemory = Math.floor((device.limits.maxComputeWorkgroupStorageSize - shared) / each);
  const most = Math.max(1, Math.min(MOST_HEADS[hasFewRegisters(device) ? "few" : "many"], inMemory));
  return Math.ceil(group / Math.ceil(group / most));
}
