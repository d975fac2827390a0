import { z } from "zod";
import { FileError } from "../../io/files.ts";
import { parseJsonObject } from "../../io/json.ts";
import { ConfigError } from "../../options/problems.ts";
import { brief, quoted, reasonOf } from "../../options/quote.ts";
import type { Study, Summary } from "./study.ts";

const count = z.number().min(0);
const schema = z.object({
  study: z.string(),
  version: z.number(),
  quick: z.boolean(),
  provenance: z.object({
    command: z.string(),
    adapter: z.string(),
    commit: z.string(),
    trainedBy: z.record(z.string(), count).optional(),
    date: z.string(),
    seconds: count,
    cells: z.object({ run: count, skipped: count, missing: z.array(z.string()).optional() }),
  }),
  settings: z.record(z.string(), z.unknown()),
  findings: z.record(z.string(), z.unknown()),
});

/** summary.json as text. It is indented, but a list of numbers stands on one line. */
export function formatSummary(summary: Summary): string {
  const text = JSON.stringify(summary, undefined, 1);
  return `${text.replace(/\[\s+([-+.\deE,\s]+?)\s+\]/g, (_, numbers: string) => `[${numbers.replace(/\s+/g, "")}]`)}\n`;
}

/** Reads summary.json of a study. @throws FileError, one line, when it is damaged or of another study or version */
export function parseSummary(text: string, study: Study, path: string): Summary {
  const summary = parseJsonObject(text, path);
  if (summary.study !== study.name) {
    throw new FileError(
      `${brief(path)} is not a summary of the study ${study.name}; give the folder of its report, or run it without --report-only.`,
    );
  }
  if (summary.version !== study.version) {
    throw new FileError(
      `${brief(path)} has version ${quoted(summary.version)}; this program writes ${study.version}: run the study without --report-only.`,
    );
  }
  const parsed = schema.safeParse(summary);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw damaged(path, `${issue?.path.join(".") || "its top level"}: ${issue?.message}`);
}

/** Makes what follows from a summary that was read. @throws FileError, one line, where its findings are not those that the study writes */
export async function fromSummary<Result>(path: string, make: () => Promise<Result>): Promise<Result> {
  try {
    return await make();
  } catch (error) {
    throw damaged(path, error instanceof ConfigError ? error.problems.join("; ") : reasonOf(error));
  }
}

function damaged(path: string, reason: string): FileError {
  return new FileError(`${brief(path)} is damaged (${brief(reason, 240)}); run the study without --report-only.`);
}
