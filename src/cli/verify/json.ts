import type { CaseOutcome, ConformanceResult } from "../../testing/conformance/run.ts";
import { summarize } from "./summary.ts";

/** One JSON document that is written while cases run, a line for each, so that a process that is killed leaves those that had ended. */
export interface JsonWriter {
  readonly add: (outcome: CaseOutcome) => void;
  readonly end: (result: ConformanceResult) => void;
}

export function jsonWriter(head: Readonly<Record<string, string>>, write: (text: string) => void): JsonWriter {
  const fields = Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`);
  write(`{\n${fields.join("")}  "cases": [`);
  let before = "\n";
  return {
    add: (outcome) => {
      write(`${before}    ${JSON.stringify(outcome, finite)}`);
      before = ",\n";
    },
    end: ({ outcomes, facts }) => {
      const rest = { passed: outcomes.every(({ status }) => status !== "failed"), facts, groups: summarize(outcomes) };
      write(`\n  ],\n${JSON.stringify(rest, finite, 2).slice(2)}\n`);
    },
  };
}

/** JSON has no infinity, which is the error of NaN. */
function finite(_: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}
