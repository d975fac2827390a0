import { type Controller, controllers, createController } from "../../control/index.ts";
import { createLoss, losses, type PolicyLoss } from "../../loss/index.ts";
import { contradictionsOf, type Declaration, ownOptions } from "../../options/define.ts";
import { refusal } from "../../options/problems.ts";
import { listed } from "../../options/quote.ts";
import { namesOf } from "../../options/schema.ts";
import { icepopProblems, isCorrected } from "./importance_options.ts";
import type { TrainConfig } from "./sections.ts";

/** A loss and a controller that a program gives as objects. They win over those that the configuration names. */
export interface GivenMethods {
  readonly loss?: PolicyLoss | undefined;
  readonly controller?: Controller | undefined;
}

type MethodSections = Pick<TrainConfig, "grpo" | "entropy">;

/** What contradicts the loss and the controller of a run, one line each. One that is given as an object has checked its own options. */
export function methodProblems({ grpo, entropy }: MethodSections, given: GivenMethods = {}): string[] {
  // The defaults tell a named one's traits, which no option changes.
  const loss = given.loss ?? createLoss({ loss: grpo.loss });
  const controller = given.controller ?? createController({ controller: entropy.controller });
  return [
    ...lossProblems(grpo, loss),
    ...(controller.lever?.kind === "clip" ? clipProblems(grpo, { loss, controller, given }) : []),
    ...(given.loss ? [] : ownProblems("grpo", losses[grpo.loss], grpo)),
    ...(given.controller ? [] : ownProblems("entropy", controllers[entropy.controller], entropy)),
  ];
}

function lossProblems(grpo: TrainConfig["grpo"], { name, bySequence }: PolicyLoss): string[] {
  const problems: string[] = [];
  if (grpo.replay > 0 && name === "reinforce") {
    problems.push(refusal("grpo.replay", grpo.replay, "0 with loss reinforce, which has no ratio that corrects for the age of a group"));
  }
  const isExact = grpo.cacheStorage === "f32" || isCorrected(grpo);
  if (!isExact && (bySequence || name === "kl-cov")) {
    const why = `f32 with loss ${name}, which takes the rounding of a cache in f16 for a change of the policy; or set grpo.tis, such as to 2`;
    problems.push(refusal("grpo.cacheStorage", grpo.cacheStorage, why));
  }
  if (!bySequence) return problems;
  if (grpo.tokenShare < 1) {
    problems.push(refusal("grpo.tokenShare", grpo.tokenShare, `1 with loss ${name}, whose ratio is that of a whole sequence`));
  }
  return [...problems, ...icepopProblems(grpo, name)];
}

/** The bounds of a clip act from the second update of a rollout on, and only in a loss that has them. */
function clipProblems(
  { updatesPerRollout }: TrainConfig["grpo"],
  { loss, controller, given }: { readonly loss: PolicyLoss; readonly controller: Controller; readonly given: GivenMethods },
): string[] {
  const why = `with ${given.controller ? "controller" : "entropy.controller"} ${controller.name}`;
  const few = refusal("grpo.updatesPerRollout", updatesPerRollout, `at least 2 ${why}: on the first update of a rollout no bound holds`);
  const movable = namesOf(losses).filter((name) => losses[name]().clipMoves);
  const option = given.loss ? "loss" : "grpo.loss";
  const fixed = refusal(option, loss.name, `${listed(movable)} ${why}, which moves the bounds of a clip`);
  return [...(updatesPerRollout < 2 ? [few] : []), ...(loss.clipMoves ? [] : [fixed])];
}

function ownProblems(section: string, declaration: unknown, options: Readonly<Record<string, unknown>>): string[] {
  // The declarations of a registry differ in the type of their options, and each checks its own.
  const known = declaration as Declaration;
  return contradictionsOf(section, known, ownOptions(known, options));
}
