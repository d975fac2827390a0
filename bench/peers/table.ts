/** The rows that run.ts prints. */
import type { Agreement, Summary } from "./compare.ts";
import type { PeerReport } from "./peer.ts";
import { unitsOf, type Workload } from "./workload.ts";

export interface Outcome {
  readonly peer: string;
  /** The machine's load average over the minute before. Above a few tenths, other processes were at work. */
  readonly load: number;
  readonly report?: PeerReport;
  readonly agreement?: Agreement;
  readonly summary?: Summary;
  /** Why there is no result. */
  readonly missing?: string;
}

export function heading(workload: Workload): string {
  const { unit } = unitsOf(workload);
  const columns = ["peer".padEnd(34), "median ms".padStart(10), "[min - max]".padStart(21), unit.padStart(10), "ours/peer".padStart(10)];
  return [
    ...columns,
    "cpu-norm ms".padStart(13),
    "ours/peer".padStart(10),
    "losses".padStart(8),
    "first ms".padStart(10),
    "load".padStart(6),
  ].join("");
}

/** `ours` is both runs of this engine taken together. A ratio is the peer's time over it: above 1 this engine is faster. */
export function row(workload: Workload, { peer, load, report, agreement, summary, missing }: Outcome, ours: Summary | undefined): string {
  if (!report || !agreement || !summary) return `${peer.padEnd(34)}  left out: ${missing}`;
  const name = `${peer} ${report.version} ${report.backend}`.padEnd(34);
  if (agreement.problem) return `${name}  NOT THE SAME COMPUTATION: ${agreement.problem}`;
  const { median, min, max } = summary.milliseconds;
  const rate = (unitsOf(workload).count * 1e3) / median;
  const ratio = (mine: number | undefined, theirs: number): string => (mine === undefined ? "" : (theirs / mine).toFixed(2));
  return [
    name,
    digits(median).padStart(10),
    `[${digits(min)} - ${digits(max)}]`.padStart(21),
    digits(rate).padStart(10),
    ratio(ours?.milliseconds.median, median).padStart(10),
    digits(summary.processorMilliseconds).padStart(13),
    ratio(ours?.processorMilliseconds, summary.processorMilliseconds).padStart(10),
    agreement.difference.toExponential(0).padStart(8),
    digits(report.milliseconds[0]!).padStart(10),
    load.toFixed(1).padStart(6),
  ].join("");
}

function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
