import { controllers } from "../control/index.ts";
import { losses } from "../loss/index.ts";
import { isMapping, nearestWord } from "../options/problems.ts";
import type { GivenMethods } from "./config/method_problems.ts";
import { checkShape } from "./given.ts";

/** Refuses a loss and a controller that are none, such as the function that makes one. @throws ConfigError in one line */
export function checkMethods({ loss, controller }: GivenMethods): void {
  if (loss !== undefined) {
    const key = keyOf(loss, losses) ?? "sapo";
    const call = key.includes("-") ? `losses["${key}"]()` : `losses.${key}()`;
    checkShape("loss", loss, isLoss(loss), `a policy loss, such as ${call}`);
  }
  if (controller !== undefined) {
    const key = keyOf(controller, controllers) ?? "pi";
    // Programs call it by the method's name, configurations by the law's.
    const call = key === "pi" ? "entropic()" : `${key}()`;
    checkShape("controller", controller, isController(controller), `a controller, such as ${call}`);
  }
}

function isLoss(given: unknown): boolean {
  return isMapping(given) && typeof given.name === "string" && given.module !== undefined && isMapping(given.parameters);
}

function isController(given: unknown): boolean {
  return isMapping(given) && typeof given.name === "string" && typeof given.initial === "function" && Array.isArray(given.holds);
}

/** The key of the factory that is given in place of what it makes, or that is named in its place. */
function keyOf(given: unknown, registry: object): string | undefined {
  const key: unknown = typeof given === "function" ? Reflect.get(given, "key") : given;
  return typeof key === "string" ? nearestWord(key, Object.keys(registry)) : undefined;
}
