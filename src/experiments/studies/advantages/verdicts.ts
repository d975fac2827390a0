import { isLessOff } from "../../framework/arms/claims.ts";
import { type ArmsFindings, meanOf, ofGroup } from "../../framework/arms/findings.ts";
import { holdingOf, runsOf } from "../../framework/arms/holding.ts";
import { signedPercent } from "../../framework/numbers.ts";
import type { Verdict } from "../../framework/study.ts";
import type { AdvantagesFindings } from "./findings.ts";
import type { AdvantagesSettings } from "./settings.ts";

const CENTRED = ["grpo", "dr-grpo", "batch", "rloo", "reinforce++"];
const HELD = 0.1;

export function advantagesVerdicts(settings: AdvantagesSettings, findings: AdvantagesFindings, quick: boolean): Verdict[] {
  const { arms } = findings;
  const shapes = Object.keys(settings.groups);
  const judge = (passed: boolean): boolean | undefined => (quick ? undefined : passed);
  return [
    centredIsZero(findings),
    uncentredIsNot(findings),
    mends(arms, { arm: "uncentred, P", held: false, shapes: shapes.filter((shape) => shape.startsWith("shifted")) }, judge),
    ...["centred, P", "batch norm, P", "group norm, P"].map((arm) => mends(arms, { arm, held: true, shapes }, judge)),
    mends(arms, { arm: "uncentred, PI", held: true, shapes }, judge),
    mends(arms, { arm: "group norm, PI", held: true, shapes }, judge),
    ...shapes.map((shape): Verdict => {
      const verdict = isLessOff(ofGroup(arms, shape), "uncentred, PI", "uncentred, P", quick);
      return { ...verdict, claim: `${shape}: ${verdict.claim}` };
    }),
  ];
}

function centredIsZero({ distributions }: AdvantagesFindings): Verdict {
  const centred = distributions.filter(({ advantage }) => CENTRED.includes(advantage));
  const largest = Math.max(...centred.map(({ mean, deviation }) => (deviation === 0 ? 0 : Math.abs(mean) / deviation)));
  return {
    claim: "Advantages that subtract a mean have mean zero on every task (|mean| below 1 % of their standard deviation)",
    measured: `largest |mean| / sd ${largest.toExponential(1)}`,
    passed: largest < 0.01,
  };
}

function uncentredIsNot({ distributions }: AdvantagesFindings): Verdict {
  const raw = distributions.filter(({ advantage }) => advantage === "none");
  return {
    claim: "Rewards used as they are do not have mean zero on any task",
    measured: raw.map(({ task, mean }) => `${task} ${mean.toFixed(3)}`).join(", "),
    passed: raw.every(({ mean }) => Math.abs(mean) > 0.01),
  };
}

/** Whether an arm holds its target, shape by shape of the reward; `held` says what is claimed. */
function mends(
  findings: ArmsFindings,
  { arm, held, shapes }: { arm: string; held: boolean; shapes: readonly string[] },
  judge: (passed: boolean) => boolean | undefined,
): Verdict {
  const offsets = shapes.map((shape) => ({
    shape,
    offset: meanOf(runsOf(ofGroup(findings, shape).runs, arm).map((run) => holdingOf(run).offset)),
  }));
  const claim = held
    ? `${arm}: held within 10 % of the target whatever the reward's shape`
    : `${arm}: rewards that are shifted push entropy more than 10 % off the target`;
  return {
    claim,
    measured: offsets.map(({ shape, offset }) => `${shape} ${signedPercent(offset)}`).join(", "),
    passed: judge(offsets.every(({ offset }) => Math.abs(offset) <= HELD === held)),
  };
}
