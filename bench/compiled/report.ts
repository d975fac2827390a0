import type { Chip } from "./chips.ts";

/** What a driver says of a pipeline, by its names, and the subgroup size. */
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

/** The names of AMD's driver (RADV), and behind them those of Intel's (ANV). */
const NAMES = {
  registers: ["VGPRs", "Max live registers"],
  workgroupMemory: ["LDS size", "Workgroup Memory Size"],
  code: ["Code size", "Instruction Count"],
  cycles: ["Latency", "Cycle Count"],
} as const;

function named({ statistics }: CompiledKernel, what: keyof typeof NAMES): string {
  const name = NAMES[what].find((one) => one in statistics);
  return name === undefined ? "" : `${statistics[name]}`;
}

const SPILLS = ["Spilled VGPRs", "Spilled SGPRs", "Scratch size", "Spill Count", "Fill Count"];

/** Registers that did not fit, with the memory that took their place (bytes on AMD's GPUs, reads of it on Intel's). */
export function spilled({ statistics }: CompiledKernel): number {
  return SPILLS.reduce((sum, name) => sum + (statistics[name] ?? 0), 0);
}

/** The subgroups that a SIMD unit holds at once, of the most that it can: while some wait for memory, others compute. */
export function occupancy({ statistics }: CompiledKernel, { subgroupsPerSimd }: Chip): number | undefined {
  return subgroupsPerSimd && statistics["Subgroups per SIMD"]! / subgroupsPerSimd[statistics["Subgroup size"]!]!;
}

function percent(share: number | undefined): string {
  return share === undefined ? "" : `${Math.round(100 * share)}%`;
}

/** The rows of a table: the first line says what the columns are. */
export function rowsOf(report: ChipReport, chip: Chip): string[][] {
  const head = ["kernel", "lanes", "registers", "spilled", "workgroup memory", "occupancy", "code", "cycles", "dispatches"];
  return [
    head,
    ...report.compiled.toSorted(byName).map((one) => [
      `${one.kernel} ${variantOf(one)}`.trim(),
      `${one.statistics["Subgroup size"]}`,
      named(one, "registers"),
      `${spilled(one)}`,
      named(one, "workgroupMemory"),
      percent(occupancy(one, chip)),
      named(one, "code"),
      named(one, "cycles"),
      Object.entries(one.uses)
        .map(([use, count]) => `${use} ${count}`)
        .join(", "),
    ]),
  ];
}

function byName(a: CompiledKernel, b: CompiledKernel): number {
  return a.kernel < b.kernel ? -1 : a.kernel > b.kernel ? 1 : Number(named(a, "code")) - Number(named(b, "code"));
}

/** Conditions that hold, and constants. Nearly every kernel moves quads (VEC4, WIDE_*). */
function variantOf({ conditions, constants }: CompiledKernel): string {
  const named = conditions.filter((name) => !/^(VEC4|WIDE_|ALIGNED)/.test(name));
  return [...named, ...Object.entries(constants).map(([name, value]) => `${name}=${value}`)].join(" ");
}
