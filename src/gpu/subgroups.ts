/** Dawn's name of the feature by which a kernel asks for one of several sizes. */
export const SUBGROUP_SIZE_FEATURE = "subgroup-size-control" as GPUFeatureName;

/** The subgroups that kernels run in. */
export interface Subgroups {
  readonly lanes: number;
  /** Whether kernels must ask for this size, because the adapter has others: AMD's RDNA has 32 and 64 lanes, Intel's GPUs 8 to 32. */
  readonly asked: boolean;
}

/**
 * The least size that is asked for where an adapter has it. Larger ones leave each lane fewer registers, which Intel's GPUs run out of at 32,
 * and RDNA has none below 32.
 */
const LEAST_LANES = 16;

/** Sizes for which the kernels are written. */
const isKnown = (lanes: number): boolean => [4, 8, 16, 32, 64, 128].includes(lanes);

interface SubgroupAdapter {
  readonly features: ReadonlySet<string>;
  readonly info: { readonly subgroupMinSize?: number; readonly subgroupMaxSize?: number };
}

/** The subgroups of an adapter, or undefined where kernels could not know their size. */
export function subgroupsOf({ features, info }: SubgroupAdapter): Subgroups | undefined {
  const { subgroupMinSize: smallest, subgroupMaxSize: largest } = info;
  if (!features.has("subgroups") || !smallest || !largest) return undefined;
  const asked = smallest !== largest;
  const lanes = Math.min(largest, Math.max(smallest, LEAST_LANES));
  return isKnown(lanes) && (!asked || features.has(SUBGROUP_SIZE_FEATURE)) ? { lanes, asked } : undefined;
}

const OPERATION = /\bsubgroup[A-Z]\w*\s*[(<]|@builtin\(subgroup_/;

/** A kernel's text, which asks for subgroups of this size where it uses any. Its workgroup must be a multiple of them. */
export function withSubgroups(wgsl: string, { lanes, asked }: Subgroups): string {
  const isAsking = asked && OPERATION.test(wgsl);
  const sized = isAsking ? wgsl.replace(/@compute\b/, `@compute @subgroup_size(${lanes})`) : wgsl;
  return `enable subgroups;\n${isAsking ? "enable subgroup_size_control;\n" : ""}${sized}`;
}
