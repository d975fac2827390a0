export function notJudged(reason) {
    return { measured: reason, passed: undefined };
}
/** Weighs the items that a claim speaks of. A claim about nothing is not judged. */
export function weighAll(items, kind, weigh) {
    return items.length === 0 ? notJudged(`these settings have no ${kind}`) : weigh(items);
}
export function openInQuickRuns(verdicts, quick) {
    return verdicts.map((verdict) => (quick && !verdict.evenQuick ? { ...verdict, passed: undefined } : verdict));
}
export function verdictWord({ passed }) {
    return passed === undefined ? "not judged" : passed ? "PASS" : "FAIL";
}
/** One sentence for the top of a report. */
export function verdictSentence(verdicts) {
    const judged = verdicts.filter(({ passed }) => passed !== undefined);
    const failed = judged.filter(({ passed }) => !passed);
    if (judged.length === 0)
        return "No claim was put to the test.";
    if (failed.length === 0)
        return `All ${judged.length} claims that were put to the test held.`;
    return `${failed.length} of ${judged.length} claims did not hold: ${failed.map(({ claim }) => claim).join("; ")}.`;
}
