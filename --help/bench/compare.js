import { z } from "zod";
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
    results: z.array(z.looseObject({ name: z.string(), shape: z.string(), milliseconds: spread, uncontendedMilliseconds: spread.optional() })),
});
/** Medians closer than this count as the same, because other processes, clock rates and temperature move them as much. */
const LEAST_RATIO = 1.1;
export const NOISE_RULE = `a row moved when its median changed by more than a factor of ${LEAST_RATIO} and the middle 90% of both runs' samples are apart`;
/** @throws Error in one line when the text is no report of `bench --json` */
export function parseReport(text, source) {
    let json;
    try {
        json = JSON.parse(text);
    }
    catch {
        throw new Error(`${source} is not JSON; give a file that \`bench --json\` wrote`);
    }
    const parsed = earlierReport.safeParse(json);
    if (parsed.success)
        return parsed.data;
    const [issue] = parsed.error.issues;
    throw new Error(`${source} is no report of \`bench --json\`: ${issue.path.join(".") || "it"}: ${issue.message}`);
}
/** Compares with the earlier result of the same name and shape, where there is one; by uncontended times where both have them. */
export function compareWith(earlier, now) {
    const before = earlier.results.find(({ name, shape }) => name === now.name && shape === now.shape);
    if (!before)
        return undefined;
    const [a, b] = before.uncontendedMilliseconds && now.uncontendedMilliseconds
        ? [before.uncontendedMilliseconds, now.uncontendedMilliseconds]
        : [before.milliseconds, now.milliseconds];
    const ratio = b.median / a.median;
    const overlap = a.percentile5 <= b.percentile95 && b.percentile5 <= a.percentile95;
    const moved = !overlap && (ratio > LEAST_RATIO || ratio < 1 / LEAST_RATIO);
    return { ratio, verdict: moved ? (ratio > 1 ? "slower" : "faster") : "same" };
}
