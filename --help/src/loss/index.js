import { ownOptions, registered } from "../options/define.js";
import { cispo } from "./cispo.js";
import { clipCov } from "./clip_cov.js";
import { gspo } from "./gspo.js";
import { klCov } from "./kl_cov.js";
import { ppoClip } from "./ppo_clip.js";
import { reinforce } from "./reinforce.js";
import { sapo } from "./sapo.js";
import { twoSided } from "./two_sided.js";
export { defineLoss } from "./define.js";
/** Every policy loss by the name that configurations use. A new one is a file, a WGSL module and a line here. */
export const losses = {
    "ppo-clip": ppoClip,
    reinforce,
    "two-sided": twoSided,
    cispo,
    sapo,
    gspo,
    "clip-cov": clipCov,
    "kl-cov": klCov,
};
/** The policy loss of a configuration's section `grpo`. @throws ConfigError when no loss has its name, or an option is refused */
export function createLoss(section) {
    // The registry's factories differ in their options, which each checks itself.
    const factory = registered(losses, section.loss, "grpo.loss");
    return factory(ownOptions(factory, section));
}
