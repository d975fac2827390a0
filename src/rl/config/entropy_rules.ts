import { refusal } from "../../options/problems.ts";
import type { TrainConfig } from "./sections.ts";

type Entropy = TrainConfig["entropy"];

/** Contradictions within the section `entropy`, one line each. */
export function entropyProblems(entropy: Entropy): string[] {
  const problems = entropy.classes.length > 0 ? classProblems(entropy) : [];
  if (entropy.controller === "fixed" && Math.abs(entropy.alpha) > entropy.limit) {
    problems.push(refusal("entropy.alpha", entropy.alpha, `between -${entropy.limit} and ${entropy.limit} (entropy.limit)`));
  }
  if (entropy.controller === "entrocraft" && entropy.high < entropy.low) {
    problems.push(refusal("entropy.high", entropy.high, `at least entropy.low (${entropy.low})`));
  }
  if (entropy.controller === "aec" && entropy.target === "auto") {
    problems.push(refusal("entropy.target", "auto", "a number with controller aec; only pi finds its own"));
  }
  return problems;
}

function classProblems({ controller, classes, classBy }: Entropy): string[] {
  const problems: string[] = [];
  const names = classes.map(({ name }) => name);
  const refuse = (value: unknown, allowed: string): void => void problems.push(refusal("entropy.classes", value, allowed));
  if (controller !== "pi") refuse(names, `empty with controller ${controller}; only pi has targets by class`);
  if (classes.length === 1 || classes.length > MOST_CLASSES) refuse(names, `empty, or a list of 2 to ${MOST_CLASSES} classes`);
  if (new Set(names).size < names.length) refuse(names, "a list of different names");
  const begins = classes.map(({ from }) => from);
  if (classBy === "position") {
    const rises = begins.every((from, i) => from !== undefined && (i === 0 ? from === 0 : from > (begins[i - 1] ?? 0)));
    if (!rises)
      refuse(
        begins.map((from) => from ?? null),
        "a list whose from starts at 0 and rises, because classBy is position",
      );
  } else if (begins.some((from) => from !== undefined)) {
    refuse(begins, `a list without from, because classBy is ${classBy} and not position`);
  }
  return problems;
}

const MOST_CLASSES = 64;

/** Targets of the section that lie above ln V, the entropy of a uniform choice among a model's V tokens. */
export function targetsAbove(entropy: Entropy, vocabSize: number): string[] {
  const highest = Math.log(vocabSize);
  const { controller, target, classes, high } = entropy;
  const holds: [string, number | "auto"][] =
    controller === "entrocraft"
      ? [["entropy.high", high]]
      : controller !== "pi" && controller !== "aec"
        ? []
        : classes.length > 0
          ? classes.map((one, i) => [`entropy.classes.${i}.target`, one.target])
          : [["entropy.target", target]];
  const why = `at most ln ${vocabSize} = ${highest.toFixed(4)}, the entropy of a uniform choice among this model's tokens`;
  return holds.flatMap(([path, value]) => (value !== "auto" && value > highest ? [refusal(path, value, why)] : []));
}
