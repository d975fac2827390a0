import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runStage, type StageRecord } from "./run_stage.ts";
import type { Stage } from "./stages.ts";

/** One call of a GPU day. */
export interface Call {
  readonly minutes: number;
  /** Measure stages again that have ended well. */
  readonly again: boolean;
  readonly say: (text: string) => void;
  /** Is called whenever the results' folder holds something new. */
  readonly keep?: () => void;
}

/** What is known of a stage; undefined where it never began. */
function recordOf(out: string, stage: string): StageRecord | undefined {
  const file = join(out, `${stage}.stage.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as StageRecord) : undefined;
}

/** Whether a stage measured all that it can: repeating it would fail in the same rows. */
function hasEnded(record: StageRecord | undefined): boolean {
  return record?.status === "done" || record?.status === "done with failures";
}

/**
 * The stages that are to run. Those that were tried come last, the one tried longest ago first: a stage that hangs each time must not keep
 * the others from their turn.
 */
function waiting(stages: readonly Stage[], out: string, again: boolean): Stage[] {
  const known = stages.map((stage) => ({ stage, record: recordOf(out, stage.name) }));
  const wanted = known.filter(({ record }) => again || !hasEnded(record));
  // No date sorts before every date, and the sort keeps the order of equals.
  wanted.sort((a, b) => (a.record?.date ?? "").localeCompare(b.record?.date ?? ""));
  return wanted.map(({ stage }) => stage);
}

/** Runs what is waiting and fits into the time. Returns the stages that are left: not begun, or not ended. */
export async function runStages(stages: readonly Stage[], out: string, { minutes, again, say, keep }: Call): Promise<Stage[]> {
  const deadline = performance.now() + minutes * 60e3;
  const left: Stage[] = [];
  const note = (record: StageRecord): void => {
    writeFileSync(join(out, `${record.stage}.stage.json`), `${JSON.stringify(record, undefined, 2)}\n`);
    keep?.();
  };
  const chosen = waiting(stages, out, again);
  for (const [index, stage] of chosen.entries()) {
    const seconds = (deadline - performance.now()) / 1e3;
    if (stage.expected > seconds) {
      left.push(stage);
      continue;
    }
    say(`${index + 1} of ${chosen.length}  ${stage.name.padEnd(22)}`);
    // If this call is killed together with the stage, the next one knows that the stage had its turn.
    note({ stage: stage.name, status: "cut off", seconds: 0, date: new Date().toISOString(), command: "" });
    const record = await runStage(stage, out, Math.min(stage.limit, seconds));
    note(record);
    if (!hasEnded(record)) left.push(stage);
    say(`${record.status} after ${record.seconds} s${record.said ? `: ${record.said.at(-1) ?? ""}` : ""}\n`);
  }
  return left;
}
