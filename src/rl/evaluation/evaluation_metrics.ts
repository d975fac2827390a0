import type { Metrics } from "../../report/metrics.ts";
import type { Evaluation } from "./evaluate.ts";
import type { PassRates } from "./rates.ts";
import type { Coverage } from "./solved.ts";

type Named = Readonly<Record<string, number | undefined>>;

/** An evaluation under the names of metrics.jsonl. `elsewhere` names the task where it is not the run's own. */
export function evaluationMetrics(evaluation: Evaluation, elsewhere?: string): Omit<Metrics, "step"> {
  const { everSolved, strata, further } = evaluation;
  const own: Named = {
    ...passMetrics(evaluation.passAt),
    "pass@1_se": evaluation.passAt.get(1)!.error,
    greedy: evaluation.greedy,
    distinct: evaluation.distinct,
    reward: evaluation.reward,
    entropy: evaluation.entropy,
    solved: evaluation.passAtK,
    ...merged(further.atTemperatures, ({ temperature, passAt, entropy }) => under(`T${temperature}`, { ...passMetrics(passAt), entropy })),
    ...merged(further.atEntropies, ({ target, found }) =>
      under(`H${target}`, found ? { ...passMetrics(found.passAt), temperature: found.temperature, entropy: found.entropy } : {}),
    ),
    ...merged(strata, ({ tag, passAt, greedy }) =>
      under(`tags/${tag}`, { ...passMetrics(passAt), greedy, solved: passAt.get(evaluation.k)!.mean }),
    ),
    ...(everSolved && coverageMetrics("ever_solved", everSolved.heldOut)),
  };
  const prefix = elsewhere === undefined ? "eval" : `eval/${elsewhere}`;
  const training = everSolved && elsewhere === undefined ? everSolved.training : undefined;
  return defined({
    ...under(prefix, own),
    ...(training &&
      under("train", {
        ...coverageMetrics("seen", training.seen),
        ...coverageMetrics("ever_solved", training.everSolved),
        ...coverageMetrics("solved", training.solved),
      })),
  });
}

function passMetrics(rates: PassRates): Named {
  return Object.fromEntries([...rates].map(([k, { mean }]) => [`pass@${k}`, mean]));
}

function coverageMetrics(name: string, { all, byTag }: Coverage): Named {
  return { [name]: all, ...merged([...byTag], ([tag, share]) => ({ [`tags/${tag}/${name}`]: share })) };
}

function under(prefix: string, metrics: Named): Named {
  return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [`${prefix}/${name}`, value]));
}

function merged<Item>(items: readonly Item[], metricsOf: (item: Item) => Named): Named {
  return Object.assign({}, ...items.map(metricsOf)) as Named;
}

function defined(metrics: Named): Omit<Metrics, "step"> {
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => value !== undefined));
}
