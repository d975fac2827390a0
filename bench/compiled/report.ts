import type { Chip } from "./chips.ts";

/** What RADV says of a pipeline, by its names. */
export type Statistics = Readonly<Record<string, number>>;

/** A kernel of some plans, compiled. */
export interface CompiledKernel {
  readonly kernel: string;
  readonly conditions: readonly string[];
  readonly constants: Readonly<Record<string, number>>;
  /** Dispatches by shape and part, such as "L step". */
  readonly uses: Readonly<Record<string, number>>;
  readonly statistics: Statistics;
}

export interface ChipReport {
  readonly chip: string;
  readonly architecture: string;
  readonly lanes: number;
  readonly subgroups: boolean;
  readonly compiled: readonly CompiledKernel[];
}

/** Registers that did not fit, and the bytes of memory that took their place. */
export function spilled({ statistics }: CompiledKernel): number {
  return statistics["Spilled VGPRs"]! + statistics["Spilled SGPRs"]! + statistics["Scratch size"]!;
}

/** The subgroups that a SIMD unit holds at once, of the most that it can: while some wait for memory, others compute. */
export function occupancy({ statistics }: CompiledKernel, { subgroupsPerSimd }: Chip): number {
  return statistics["Subgroups per SIMD"]! / subgroupsPerSimd[statistics["Subgroup size"]!]!;
}

/** The rows of a table: the first line says what the columns are. */
export function rowsOf(report: ChipReport, chip: Chip): string[][] {
  const head = ["kernel", "lanes", "registers", "spilled", "workgroup memory", "occupancy", "code", "dispatches"];
  return [
    head,
    ...report.compiled.toSorted(byName).map((one) => [
      `${one.kernel} ${variantOf(one)}`.trim(),
      `${one.statistics["Subgroup size"]}`,
      `${one.statistics.VGPRs}`,
      `${spilled(one)}`,
      `${one.statistics["LDS size"]}`,
      `${Math.round(100 * occupancy(one, chip))}%`,
      `${one.statistics["Code size"]}`,
      Object.entries(one.uses)
        .map(([use, count]) => `${use} ${count}`)
        .join(", "),
    ]),
  ];
}

function byName(a: CompiledKernel, b: CompiledKernel): number {
  return a.kernel < b.kernel ? -1 : a.kernel > b.kernel ? 1 : a.statistics["Code size"]! - b.statistics["Code size"]!;
}

/** Conditions that hold, and constants. Nearly every kernel moves quads (VEC4, WIDE_*). */
function variantOf({ conditions, constants }: CompiledKernel): string {
  const named = conditions.filter((name) => !/^(VEC4|WIDE_|ALIGNED)/.test(name));
  return [...named, ...Object.entries(constants).map(([name, value]) => `${name}=${value}`)].join(" ");
}
