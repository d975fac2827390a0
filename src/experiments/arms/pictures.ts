import { drawBars, drawLineGrid, type LineFigure, type Rule, type Series } from "../../report/figure.ts";
import type { Picture } from "../../report/plots.ts";
import { bandOverSeeds, meanInterval, smooth } from "../../report/statistics.ts";
import type { ArmRun, ArmsFindings } from "./findings.ts";
import { runsOf } from "./holding.ts";

/** Steps that curves are averaged over: the entropy of a single step is noisy. */
const WINDOW = 9;

/** curves.svg: entropy, alpha, reward over the steps; scores.svg: pass@1 and pass@k after training. Bands are 95 % intervals over seeds. */
export async function armPictures(title: string, names: readonly string[], { runs, k }: ArmsFindings): Promise<Picture[]> {
  const seeds = new Set(runs.map(({ seed }) => seed)).size;
  const subtitle = `moving mean of ${WINDOW} steps; mean and 95 % interval over ${seeds} seeds`;
  return [
    { name: "curves", svg: await drawLineGrid({ title, subtitle, figures: curveFigures(names, runs) }) },
    { name: "scores", svg: await drawBars(scoreFigure(title, names, { runs, k })) },
  ];
}

function curveFigures(names: readonly string[], runs: readonly ArmRun[]): LineFigure[] {
  const x = { title: "training steps" };
  const curves = (of: (run: ArmRun) => readonly number[]): Series[] =>
    names.map((name) => ({
      name,
      points: bandOverSeeds(
        runsOf(runs, name).map((run) =>
          smooth(
            of(run).map((y, i) => ({ x: i + 1, y })),
            WINDOW,
          ),
        ),
      ),
    }));
  const targets = [...new Set(runs.map(({ target }) => target))];
  const rules = targets.map((target): Rule => ({ y: target, label: `target ${target}` }));
  return [
    { title: "Entropy", x, y: { title: "nats per token" }, series: curves((run) => run.entropy), rules, names },
    { title: "Alpha (above 0 lowers entropy)", x, y: { title: "alpha" }, series: curves((run) => run.alpha), names },
    { title: "Reward while training", x, y: { title: "mean reward" }, series: curves((run) => run.reward), names },
  ];
}

function scoreFigure(title: string, names: readonly string[], { runs, k }: ArmsFindings) {
  const bars = names.flatMap((series) =>
    [
      { group: "pass@1, sampled", of: (run: ArmRun) => run.after.passAt1 },
      { group: "pass@1, greedy", of: (run: ArmRun) => run.after.greedy },
      { group: `pass@${k}`, of: (run: ArmRun) => run.after.passAtK },
    ].map(({ group, of }) => {
      const { mean, low, high } = meanInterval(runsOf(runs, series).map(of));
      return { group, series, value: mean, low: Math.max(0, low), high: Math.min(1, high) };
    }),
  );
  return {
    title: `${title}: after training`,
    subtitle: "held-out problems; lines: 95 % over seeds",
    y: { title: "share solved" },
    bars,
    names,
  };
}
