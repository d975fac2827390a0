/** A GPU for which Mesa compiles without it. */
export interface Chip {
  /** What the driver calls it. */
  readonly name: string;
  readonly description: string;
  readonly vendor: "AMD" | "Intel";
  /** The most subgroups that a SIMD unit can hold, by their lanes, as the driver counts them; not known of Intel's. */
  readonly subgroupsPerSimd?: Readonly<Record<number, number>>;
}

const RDNA = { 32: 16, 64: 32 };

export const CHIPS: readonly Chip[] = [
  { name: "gfx1201", description: "AMD RDNA 4, such as Radeon RX 9070", vendor: "AMD", subgroupsPerSimd: RDNA },
  { name: "navi31", description: "AMD RDNA 3, such as Radeon RX 7900", vendor: "AMD", subgroupsPerSimd: RDNA },
  { name: "navi21", description: "AMD RDNA 2, such as Radeon RX 6800", vendor: "AMD", subgroupsPerSimd: RDNA },
  { name: "vega20", description: "AMD GCN 5, such as Radeon VII", vendor: "AMD", subgroupsPerSimd: { 64: 10 } },
  { name: "lnl", description: "Intel Xe2, of Lunar Lake", vendor: "Intel" },
  { name: "dg2", description: "Intel Xe-HPG, such as Arc A770", vendor: "Intel" },
  { name: "tgl", description: "Intel Xe-LP, of Tiger Lake", vendor: "Intel" },
];
