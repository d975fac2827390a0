import { arch, cpus, platform, release } from "node:os";
import type { Device } from "../../gpu/device.ts";
import { webgpuVersion } from "../../node/webgpu_version.ts";
import { isPassed, type Level } from "../../testing/conformance/case.ts";
import type { CaseOutcome, ConformanceResult } from "../../testing/conformance/run.ts";
import { PROGRAM } from "../options.ts";
import { formatError, type GroupSummary, skippedReasons, summarize } from "./summary.ts";

/** What a report says of the machine, beside the results. */
export interface ReportContext {
  readonly device: Device;
  /** The adapter as it was asked for. */
  readonly adapter: string;
  readonly level: Level;
  readonly date: Date;
}

/** A report on a driver in markdown, which stands alone in a bug report. */
export function verifyReport({ outcomes, facts }: ConformanceResult, context: ReportContext): string {
  const failed = outcomes.filter(({ status }) => status === "failed");
  const sections = [
    `# ${context.device.name}: ${failed.length === 0 ? "every case passed" : `${failed.length} of ${outcomes.length} cases failed`}`,
    `\`verify\` at the level ${context.level} on ${context.date.toISOString().slice(0, 10)}.`,
    groupTable(summarize(outcomes)),
    ...(failed.length === 0 ? [] : ["## What failed", ...failed.map((one) => describeCase(one, context))]),
    ...listOf("What was skipped", skippedReasons(outcomes)),
    ...tableOf("How the driver does what it may choose", facts),
    ...tableOf("Adapter", adapterOf(context.device)),
    ...tableOf("Limits", limitsOf(context.device)),
    ...listOf("Features", [...context.device.gpu.features].sort()),
    ...tableOf("Versions", versions()),
    ...tableOf("Environment", environment()),
  ];
  return `${sections.join("\n\n")}\n`;
}

function groupTable(summaries: readonly GroupSummary[]): string {
  const rows = summaries.map(({ group, passed, failed, skipped, worst }) => {
    const error = worst
      ? `${formatError(worst.measure.error)} of ${formatError(worst.measure.tolerance)} (${worst.case}: ${worst.measure.name})`
      : "-";
    return `| ${[group, passed, failed, skipped, cell(error)].join(" | ")} |`;
  });
  return ["| group | passed | failed | skipped | nearest to its tolerance |", "| --- | --- | --- | --- | --- |", ...rows].join("\n");
}

function describeCase({ group, name, measures, reason, details }: CaseOutcome, { adapter, level }: ReportContext): string {
  const wrong = measures.filter((measure) => !isPassed(measure));
  const lines = wrong.map(({ name, error, tolerance, shape, wrong: first }) => {
    const of = shape ? ` of shape [${shape.join(", ")}]` : "";
    const where = first ? `; the first at [${first.at.join(", ")}] is ${first.actual} instead of ${first.expected}` : "";
    return `* ${name}${of} is off by ${formatError(error)}, allowed ${formatError(tolerance)}${where}`;
  });
  const settings = Object.entries(details).map(([key, value]) => `* ${key}: ${value}`);
  const line = repeatLine(`${group}/${name}`, adapter, level);
  return [
    `### ${group}: ${name}`,
    [...lines, ...(reason ? [`* ${reason}`] : []), ...settings].join("\n"),
    `\`\`\`sh\n${line}\n\`\`\``,
  ].join("\n\n");
}

/** The command that repeats one case in the environment of this run. */
function repeatLine(name: string, adapter: string, level: Level): string {
  const settings = Object.entries(environment()).map(([key, value]) => `${key}=${JSON.stringify(value)} `);
  const options = [level === "default" ? "" : ` --${level}`, adapter === "auto" ? "" : ` --adapter ${JSON.stringify(adapter)}`];
  return `${settings.join("")}${PROGRAM} verify --only ${JSON.stringify(name)}${options.join("")}`;
}

function adapterOf({ info, subgroups, lanes, immediates, software, toggles }: Device): Record<string, string> {
  const names = ["vendor", "architecture", "device", "description", "subgroupMinSize", "subgroupMaxSize", "isFallbackAdapter"] as const;
  const told = Object.fromEntries(names.map((name) => [name, String(info[name])]));
  return {
    ...told,
    "used as": `${lanes} lanes, subgroups ${subgroups}, immediates ${immediates}, software ${software}`,
    toggles: toggles.join(", ") || "none",
  };
}

function limitsOf({ limits }: Device): Record<string, string> {
  const found: Record<string, string> = {};
  // The limits are getters of a prototype, which Object.entries does not see.
  for (const name in limits) {
    const value: unknown = limits[name as keyof GPUSupportedLimits];
    if (typeof value === "number") found[name] = String(value);
  }
  return found;
}

function versions(): Record<string, string> {
  return {
    "Node.js": process.version,
    "webgpu (Dawn)": webgpuVersion(),
    system: `${platform()} ${release()} ${arch()}`,
    processor: `${cpus()[0]?.model.trim() ?? "unknown"}, ${cpus().length} cores`,
  };
}

/** The variables that change what a GPU does here. */
function environment(): Record<string, string> {
  const names = Object.keys(process.env).filter((name) => /^(ENTROPIC_|VK_|DAWNNODE_|LP_|MESA_|GALLIUM_)/.test(name));
  return Object.fromEntries(names.sort().map((name) => [name, process.env[name]!]));
}

function tableOf(title: string, values: Readonly<Record<string, string>>): string[] {
  const rows = Object.entries(values).map(([name, value]) => `| ${cell(name)} | ${cell(value)} |`);
  return rows.length === 0 ? [] : [`## ${title}`, ["| | |", "| --- | --- |", ...rows].join("\n")];
}

function listOf(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`## ${title}`, lines.map((line) => `* ${line}`).join("\n")];
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
