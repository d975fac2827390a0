/** An AMD GPU for which RADV compiles without it. */
export interface Chip {
  /** What RADV_FORCE_FAMILY calls it. */
  readonly name: string;
  readonly description: string;
  /** The most subgroups that a SIMD unit can hold, by their lanes, as the driver counts them. */
  readonly subgroupsPerSimd: Readonly<Record<number, number>>;
}

const RDNA = { 32: 16, 64: 32 };

export const CHIPS: readonly Chip[] = [
  { name: "gfx1201", description: "RDNA 4, such as Radeon RX 9070", subgroupsPerSimd: RDNA },
  { name: "navi31", description: "RDNA 3, such as Radeon RX 7900", subgroupsPerSimd: RDNA },
  { name: "navi21", description: "RDNA 2, such as Radeon RX 6800", subgroupsPerSimd: RDNA },
  { name: "vega20", description: "GCN 5, such as Radeon VII", subgroupsPerSimd: { 64: 10 } },
];
