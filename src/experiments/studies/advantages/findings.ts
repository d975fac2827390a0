import type { AdvantageName, Score } from "../../../rl/advantages/index.ts";
import { type ArmsFindings, armsFindings } from "../../framework/arms/findings.ts";
import type { CellResults } from "../../framework/cell.ts";
import { fiveDigits } from "../../framework/numbers.ts";
import { distributionName } from "./cells.ts";
import { type Distribution, distributionOf } from "./distribution.ts";
import { type AdvantagesSettings, armsOf } from "./settings.ts";

export interface TaskDistribution extends Distribution {
  readonly task: string;
  readonly advantage: AdvantageName;
  readonly completions: number;
}

export interface AdvantagesFindings {
  readonly distributions: readonly TaskDistribution[];
  readonly arms: ArmsFindings;
}

export function advantagesFindings(settings: AdvantagesSettings, results: CellResults): AdvantagesFindings {
  const { tasks, functions } = settings.distributions;
  const distributions = Object.keys(tasks).flatMap((task) => {
    const { observations, config } = results.get(distributionName(task))!;
    const rewards = observations as (readonly Score[])[];
    return functions.map((advantage): TaskDistribution => {
      const distribution = distributionOf(advantage, rewards, config.grpo.completions);
      return { task, advantage, completions: rewards.flat().length, ...rounded(distribution) };
    });
  });
  return { distributions, arms: armsFindings(armsOf(settings), results) };
}

function rounded({ histogram, modes, ...numbers }: Distribution): Distribution {
  const rest = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, fiveDigits(value)]));
  return { ...(rest as typeof numbers), modes, histogram: { ...histogram, shares: histogram.shares.map(fiveDigits) } };
}
