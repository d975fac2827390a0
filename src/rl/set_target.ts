import { type Controller, createController, isOfAllTokens } from "../control/index.ts";
import { ConfigError, refusal } from "../options/problems.ts";
import { quoted } from "../options/quote.ts";
import type { Run } from "./run.ts";

/** The controller of a run with another target. @throws ConfigError for a controller whose one target is no option of the configuration */
export function controllerWithTarget({ config, controller }: Pick<Run, "config" | "controller">, target: number): Controller {
  const [only, ...others] = controller.holds;
  if (typeof config.entropy.target === "object" || isOfAllTokens(config.entropy.target ?? 0)) {
    throw new ConfigError([refusal("entropy.target", config.entropy.target, "a number or auto where it is changed during a run")]);
  }
  const isConfigured = controller.name === config.entropy.controller && controller.resumed !== undefined;
  if (only?.option !== "target" || others.length > 0 || !isConfigured) {
    throw new ConfigError([
      `the controller ${quoted(controller.name)} has no single target to change; set the target of its options and make another trainer`,
    ]);
  }
  return createController({ ...config.entropy, target });
}
