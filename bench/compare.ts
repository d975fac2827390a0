import { z } from "zod";
import type { Spread } from "./sampling.ts";

const spread = z.looseObject({
  median: z.number(),
  min: z.number(),
  max: z.number(),
  percentile5: z.number(),
  percentile95: z.number(),
});

const earlierReport = z.looseObject({
  adapter: z.string(),
  date: z.string(),
  results: z.array(
    z.looseObject({ name: z.string(), shape: z.string(), milliseconds: spread, uncontendedMilliseconds: spread.optional() }),
  ),
});

/** What is read of an earlier `--json` file. */
export type EarlierReport = z.infer<typeof earlierReport>;

/** What a result must have to be compared. */
export interface Timed {
  readonly name: string;
  readonly shape: string;
  readonly milliseconds: Spread;
  readonly uncontendedMilliseconds?: Spread | undefined;
}

/** A result beside the earlier one of the same name and shape. */
export interface Comparison {
  /** This median over the earlier one: a ratio above 1 is slower. */
  readonly ratio: number;
  readonly verdict: "faster" | "slower" | "same";
}

/** Medians closer than this count as the same, because other processes, clock rates and temperature move them as much. */
const LEAST_RATIO = 1.1;

export const NOISE_RULE = `a row moved when its median changed by more than a factor of ${LEAST_RATIO} and the middle 90% of both runs' samples are apart`;

/** @throws Error in one line when the text is no report of `bench --json` */
export function parseReport(text: string, source: string): EarlierReport {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error(`${source} is not JSON; give a file that \`bench --json\` wrote`);
  }
  const parsed = earlierReport.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`${source} is no report of \`bench --json\`: ${issue!.path.join(".") || "it"}: ${issue!.message}`);
}

/** Compares with the earlier result of the same name and shape, where there is one; by uncontended times where both have them. */
export function compareWith(earlier: EarlierReport, now: Timed): Comparison | undefined {
  const before = earlier.results.find(({ name, shape }) => name === now.name && shape === now.shape);
  if (!before) return undefined;
  const [a, b] =
    before.uncontendedMilliseconds && now.uncontendedMilliseconds
      ? [before.uncontendedMilliseconds, now.uncontendedMilliseconds]
      : [before.milliseconds, now.milliseconds];
  const ratio = b.median / a.median;
  const overlap = a.percentile5 <= b.percentile95 && b.percentile5 <= a.percentile95;
  const moved = !overlap && (ratio > LEAST_RATIO || ratio < 1 / LEAST_RATIO);
  return { ratio, verdict: moved ? (ratio > 1 ? "slower" : "faster") : "same" };
}
