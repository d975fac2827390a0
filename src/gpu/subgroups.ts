/** Dawn's name of the feature by which a kernel asks for one of several sizes. */
export const SUBGROUP_SIZE_FEATURE = "subgroup-size-control" as GPUFeatureName;

/**
 * The sizes of subgroups that kernels ask for. An adapter may have several: AMD's RDNA has 32 and 64 lanes, Intel's GPUs 8 to 32 or 16 and
 * 32. Of a kernel that does not ask, the driver or Dawn chooses.
 */
export interface AskedSizes {
  /** What kernels with subgroup operations ask for, because they must know the size. */
  readonly forOperations: number | undefined;
  /** What kernels ask for that hold much in registers. On Intel's GPUs fewer lanes leave each of them more. */
  readonly forRegisters: number | undefined;
}

/** What kernels can rely on. */
export interface Subgroups {
  /** The lanes of the subgroups of kernels with subgroup operations; undefined where they could not know them. */
  readonly lanes: number | undefined;
  readonly asked: AskedSizes;
}

/** Of several sizes, kernels with subgroup operations take the smallest from here on. */
const LEAST_LANES = 16;

/** Sizes for which the kernels are written. */
const isKnown = (lanes: number): boolean => [4, 8, 16, 32, 64, 128].includes(lanes);

interface SubgroupAdapter {
  readonly features: ReadonlySet<string>;
  readonly info: { readonly subgroupMinSize?: number; readonly subgroupMaxSize?: number };
}

/** Kernels know nothing of subgroups, and ask for none. */
export const NO_SUBGROUPS: Subgroups = { lanes: undefined, asked: { forOperations: undefined, forRegisters: undefined } };

export function subgroupsOf({ features, info }: SubgroupAdapter): Subgroups {
  const { subgroupMinSize: smallest, subgroupMaxSize: largest } = info;
  if (!features.has("subgroups") || !smallest || !largest) return NO_SUBGROUPS;
  if (smallest === largest) return { lanes: isKnown(smallest) ? smallest : undefined, asked: NO_SUBGROUPS.asked };
  const lanes = Math.min(largest, Math.max(smallest, LEAST_LANES));
  if (!features.has(SUBGROUP_SIZE_FEATURE) || !isKnown(lanes)) return NO_SUBGROUPS;
  return { lanes, asked: { forOperations: lanes, forRegisters: smallest <= LEAST_LANES ? smallest : undefined } };
}

const OPERATION = /\bsubgroup[A-Z]\w*\s*[(<]|@builtin\(subgroup_/;

/** The size that a kernel of this text asks for. Its workgroup must be a multiple of it. */
export function askedSize(wgsl: string, { forOperations, forRegisters }: AskedSizes, manyRegisters: boolean): number | undefined {
  if (OPERATION.test(wgsl)) return forOperations;
  return manyRegisters ? forRegisters : undefined;
}

/** A kernel's text with what it needs of subgroups: their operations, and a size of them. */
export function withSubgroups(wgsl: string, operations: boolean, size: number | undefined): string {
  const sized = size === undefined ? wgsl : wgsl.replace(/@compute\b/, `@compute @subgroup_size(${size})`);
  const control = size === undefined ? "" : "enable subgroup_size_control;\n";
  return `${operations || control ? "enable subgroups;\n" : ""}${control}${sized}`;
}
