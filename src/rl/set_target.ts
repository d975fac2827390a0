import { type Controller, isOfAllTokens } from "../control/index.ts";
import { ConfigError, refusal } from "../options/problems.ts";
import { quoted } from "../options/quote.ts";

/**
 * The controller with another target, and all its other options as they were given.
 * @throws ConfigError for one that has no single target, or whose target cannot change while a run goes on
 */
export function controllerWithTarget(controller: Controller, target: number): Controller {
  const { holds, options, law, resumed } = controller;
  const given = options?.target;
  if (typeof given === "object" || isOfAllTokens(given)) {
    throw new ConfigError([refusal("entropy.target", given, "a number or auto where it is changed during a run")]);
  }
  const refused = (why: string): ConfigError => new ConfigError([`the controller ${quoted(controller.name)} ${why}`]);
  const [only, ...others] = holds;
  if (only?.option !== "target" || others.length > 0) {
    throw refused("has no single target to change; set the target of its options and make another trainer");
  }
  const changed = controller.withOptions?.({ target });
  if (changed?.name !== controller.name) {
    throw refused("was not made from options, one of which could change; make it with defineController, or make another trainer");
  }
  // A plan has the kernel's parameters in it, so that a run goes on with those that it began with.
  if (!resumed || JSON.stringify(changed.law?.parameters) !== JSON.stringify(law?.parameters)) {
    throw refused(
      "keeps its target outside its state, where it cannot change; save, and load into a trainer whose controller has the other target",
    );
  }
  return changed;
}
