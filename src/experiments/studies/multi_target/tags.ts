import { drawLineGrid, type LineFigure } from "../../../report/figure.ts";
import { type ArmRun, type ArmsFindings, meanOf } from "../../framework/arms/findings.ts";
import { holdingOf, runsOf } from "../../framework/arms/holding.ts";
import { curve } from "../../framework/arms/pictures.ts";
import { type ArmsSettings, armNames } from "../../framework/arms/settings.ts";
import type { Sections } from "../../framework/arms/study.ts";
import { markdownTable } from "../../framework/markdown.ts";
import { interval, signedPercent } from "../../framework/numbers.ts";
import type { Verdict } from "../../framework/study.ts";

/** How far from its target a tag's entropy may be, over the last half of training. */
const HELD = 0.1;

interface TagTarget {
  readonly name: string;
  readonly target: number;
}

/** The targets of the tags, as the arm that has one each was given them. */
function tagTargets({ arms }: ArmsSettings): TagTarget[] {
  const sections = Object.values(arms) as { readonly entropy?: { readonly classes?: readonly TagTarget[] } }[];
  return [...(sections.find(({ entropy }) => entropy?.classes)?.entropy?.classes ?? [])];
}

function holdings({ runs }: ArmsFindings, arm: string, { name, target }: TagTarget) {
  return runsOf(runs, arm).map((run) => holdingOf({ entropy: seriesOf(run, name), target }));
}

function seriesOf(run: ArmRun, tag: string): readonly number[] {
  return run.tags?.[tag] ?? [];
}

export function holdsEveryTag(settings: ArmsSettings, findings: ArmsFindings, arm: string, quick: boolean): Verdict[] {
  return tagTargets(settings).map((tag) => {
    const found = holdings(findings, arm, tag);
    const within = found.filter(({ offset }) => Math.abs(offset) <= HELD);
    return {
      claim: `${arm}: ${tag.name} is held within 10 % of its own target ${tag.target} over the last half of training, with every seed`,
      measured: `${within.length} of ${found.length} seeds; mean offset ${signedPercent(meanOf(found.map(({ offset }) => offset)))}`,
      passed: quick ? undefined : within.length === found.length,
    };
  });
}

export function missesATag(settings: ArmsSettings, findings: ArmsFindings, arm: string, quick: boolean): Verdict {
  const offsets = tagTargets(settings).map((tag) => ({
    tag: tag.name,
    offset: meanOf(holdings(findings, arm, tag).map(({ offset }) => offset)),
  }));
  return {
    claim: `${arm} misses at least one of the two targets by more than 10 %`,
    measured: offsets.map(({ tag, offset }) => `${tag} ${signedPercent(offset)}`).join(", "),
    passed: quick ? undefined : offsets.some(({ offset }) => Math.abs(offset) > HELD),
  };
}

/** Entropy of each tag under each arm: a table, and a picture with the tags' own targets. */
export async function tagSection(settings: ArmsSettings, findings: ArmsFindings): Promise<Sections> {
  const arms = armNames(settings);
  const tags = tagTargets(settings);
  const rows = arms.flatMap((arm) =>
    tags.map((tag) => {
      const found = holdings(findings, arm, tag);
      const entropy = interval(found.map((held) => held.entropy));
      const offset = signedPercent(meanOf(found.map((held) => held.offset)));
      return [arm, tag.name, String(tag.target), entropy, offset, interval(found.map(({ meanError }) => meanError))];
    }),
  );
  const figures = tags.map(
    ({ name, target }): LineFigure => ({
      title: `Entropy of ${name}`,
      x: { title: "training steps" },
      y: { title: "nats per token" },
      series: arms.map((arm) =>
        curve(
          arm,
          runsOf(findings.runs, arm).map((run) => seriesOf(run, name)),
        ),
      ),
      rules: [{ y: target, label: `target of ${name} ${target}` }],
      names: arms,
    }),
  );
  const subtitle = `moving mean of 9 steps; mean and 95 % interval over ${settings.seeds} seeds`;
  const svg = await drawLineGrid({ title: "Two tasks in one run", subtitle, figures });
  const text =
    "Entropy of the sampled tokens of each task over the last half of training, against the target that the task has of its own.";
  const table = markdownTable(["arm", "task", "its target", "entropy", "offset", "mean abs e"], rows);
  return {
    markdown: ["## Task by task", text, table, "![Entropy of each task](tags.svg)"].join("\n\n"),
    pictures: [{ name: "tags", svg }],
  };
}
