/** A claim of the method, the numbers that speak for or against it, and whether it held: undefined where the runs cannot tell. */
export interface Verdict {
  readonly claim: string;
  readonly measured: string;
  readonly passed: boolean | undefined;
  /** Short runs can tell this too; every other verdict is left open in a quick run. */
  readonly evenQuick?: boolean;
}

/** What was measured, and whether it bears a claim out. */
export type Weighed = Pick<Verdict, "measured" | "passed">;

export function notJudged(reason: string): Weighed {
  return { measured: reason, passed: undefined };
}

/** Weighs the items that a claim speaks of. A claim about nothing is not judged. */
export function weighAll<Item>(items: readonly Item[], kind: string, weigh: (items: readonly Item[]) => Weighed): Weighed {
  return items.length === 0 ? notJudged(`these settings have no ${kind}`) : weigh(items);
}

export function openInQuickRuns(verdicts: readonly Verdict[], quick: boolean): Verdict[] {
  return verdicts.map((verdict) => (quick && !verdict.evenQuick ? { ...verdict, passed: undefined } : verdict));
}

export function verdictWord({ passed }: Verdict): string {
  return passed === undefined ? "not judged" : passed ? "PASS" : "FAIL";
}

/** What the top of a report says. Its table has every claim: more than a few are not named twice. */
export function verdictSentence(verdicts: readonly Verdict[]): string {
  const judged = verdicts.filter(({ passed }) => passed !== undefined);
  if (judged.length === 0) return "No claim was put to the test.";
  const open = verdicts.length - judged.length;
  const rest = open === 0 ? "" : ` ${open} ${open === 1 ? "other was" : "others were"} not judged: the runs cannot tell.`;
  return `${sentenceOfJudged(judged)}${rest}`;
}

const MOST_NAMED = 3;

function sentenceOfJudged(judged: readonly Verdict[]): string {
  const failed = judged.filter(({ passed }) => !passed);
  if (failed.length === 0)
    return judged.length === 1
      ? "The one claim that was put to the test held."
      : `All ${judged.length} claims that were put to the test held.`;
  const named = failed.length > MOST_NAMED ? " (FAIL in the table below)" : `: ${failed.map(({ claim }) => claim).join("; ")}`;
  return `${failed.length} of ${judged.length} claims did not hold${named}.`;
}
