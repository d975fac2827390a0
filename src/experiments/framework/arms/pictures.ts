import { drawBars, drawLineGrid, type LineFigure, type Rule, type Series } from "../../../report/figure.ts";
import type { Picture } from "../../../report/plots.ts";
import { bandOverSeeds, meanInterval } from "../../../report/significance.ts";
import { curveOf, smooth } from "../../../report/statistics.ts";
import { slug } from "../names.ts";
import { holdingArms } from "./cells.ts";
import { type ArmRun, type ArmsFindings, ofGroup } from "./findings.ts";
import { runsOf } from "./holding.ts";
import { ALONE, type ArmsSettings, armNames, groupNames } from "./settings.ts";

/** Curves are averaged over so many steps, because the entropy of a single step is noisy. */
const WINDOW = 9;

/** So many curves can be told apart in one picture. Where there are more arms, each gets a panel of its own. */
const MOST_IN_ONE = 7;

export function pictureName(kind: "curves" | "scores", group: string): string {
  return group === ALONE ? kind : `${kind}-${slug(group)}`;
}

/**
 * Two pictures for each group: `curves` has entropy, alpha and reward over the steps, `scores` has pass@1 and pass@k after training.
 * Bands are 95 % intervals over seeds.
 */
export async function armPictures(title: string, settings: ArmsSettings, findings: ArmsFindings): Promise<Picture[]> {
  const names = armNames(settings);
  const pictures = groupNames(settings).map(async (group): Promise<Picture[]> => {
    const own = ofGroup(findings, group);
    const headed = group === ALONE ? title : `${title} (${group})`;
    return [
      {
        name: pictureName("curves", group),
        svg: await drawCurves(headed, { names, holding: holdingArms(settings, group), runs: own.runs }),
      },
      { name: pictureName("scores", group), svg: await drawBars(scoreFigure(headed, names, own), scoreSize(names)) },
    ];
  });
  return (await Promise.all(pictures)).flat();
}

interface Curves {
  readonly names: readonly string[];
  /** The arms that have a target; the others are drawn without one. */
  readonly holding: readonly string[];
  readonly runs: readonly ArmRun[];
}

async function drawCurves(title: string, curves: Curves): Promise<string> {
  const { names, runs } = curves;
  const seeds = new Set(runs.map(({ seed }) => seed)).size;
  const subtitle = `moving mean of ${WINDOW} steps; mean and 95 % interval over ${seeds} ${seeds === 1 ? "seed" : "seeds"}`;
  if (names.length <= MOST_IN_ONE) return drawLineGrid({ title, subtitle, figures: curveFigures(curves) });
  return drawLineGrid({ title, subtitle, figures: panels(curves), columns: 3 }, { width: 260, height: 150 });
}

const x = { title: "training steps" };

function curveFigures({ names, holding, runs }: Curves): LineFigure[] {
  const curves = (of: (run: ArmRun) => readonly number[]): Series[] => names.map((name) => curve(name, runsOf(runs, name).map(of)));
  const rules = targetRules(runs, holding);
  return [
    { title: "Entropy", x, y: { title: "nats per token" }, series: curves((run) => run.entropy), rules, names },
    { title: "Alpha (above 0 lowers entropy)", x, y: { title: "alpha" }, series: curves((run) => run.alpha), names },
    { title: "Reward while training", x, y: { title: "mean reward" }, series: curves((run) => run.reward), names },
  ];
}

/** The entropy of each arm in a panel, with that of the first arm for comparison. */
function panels({ names, holding, runs }: Curves): LineFigure[] {
  const [baseline, ...others] = names as [string, ...string[]];
  const entropies = runs.flatMap(({ entropy }) => entropy);
  const inTwentieths = (round: (value: number) => number, value: number): number => round(value * 20) / 20;
  const domain = [inTwentieths(Math.floor, Math.min(...entropies)), inTwentieths(Math.ceil, Math.max(...entropies))] as const;
  const y = { title: "entropy, nats", domain };
  const of = (name: string): Series =>
    curve(
      name,
      runsOf(runs, name).map((run) => run.entropy),
    );
  const rulesOf = (name: string): Rule[] => targetRules(runs, holding.includes(name) ? [name] : []);
  return others.map((name) => ({ title: name, x, y, series: [of(baseline), of(name)], rules: rulesOf(name), names }));
}

export function curve(name: string, series: readonly (readonly number[])[]): Series {
  return { name, points: bandOverSeeds(series.map((values) => smooth(curveOf(values, 1), WINDOW))) };
}

/** A line for each target that all seeds of an arm share. A target that every run finds for itself has none. */
function targetRules(runs: readonly ArmRun[], holding: readonly string[]): Rule[] {
  const targets = holding.map((arm) => new Set(runsOf(runs, arm).flatMap(({ target }) => target ?? [])));
  const shared = targets.flatMap((ofArm) => (ofArm.size === 1 ? [...ofArm] : []));
  return [...new Set(shared)].map((target) => ({ y: target, label: `target ${target}` }));
}

function scoreSize(names: readonly string[]) {
  return { width: Math.max(560, 60 * names.length), height: 300 };
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
