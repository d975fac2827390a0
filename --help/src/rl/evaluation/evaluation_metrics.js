/** An evaluation under the names of metrics.jsonl. `elsewhere` names the task where it is not the run's own. */
export function evaluationMetrics(evaluation, elsewhere) {
    const own = {
        "pass@1": evaluation.passAt1,
        [`pass@${evaluation.k}`]: evaluation.passAtK,
        ...(evaluation.greedy === undefined ? {} : { greedy: evaluation.greedy }),
        distinct: evaluation.distinct,
        reward: evaluation.reward,
        entropy: evaluation.entropy,
    };
    const prefix = elsewhere === undefined ? "eval" : `eval/${elsewhere}`;
    return Object.fromEntries(Object.entries(own).map(([name, value]) => [`${prefix}/${name}`, value]));
}
