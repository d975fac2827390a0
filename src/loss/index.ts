import { ownOptions, registered } from "../options/define.ts";
import { cispo } from "./cispo.ts";
import { clipCov } from "./clip_cov.ts";
import type { LossFactory, PolicyLoss } from "./define.ts";
import { dppo } from "./dppo.ts";
import { erc } from "./erc.ts";
import { gspo } from "./gspo.ts";
import { klCov } from "./kl_cov.ts";
import { ppoClip } from "./ppo_clip.ts";
import { reinforce } from "./reinforce.ts";
import { sapo } from "./sapo.ts";
import { twoSided } from "./two_sided.ts";

export { defineLoss, type LossContext, type LossDeclaration, type LossFactory, type PolicyLoss } from "./define.ts";
export type { Surrogate, Token } from "./token.ts";

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
  erc,
  dppo,
} as const;

/** The policy loss of a configuration's section `grpo`. @throws ConfigError when no loss has its name, or an option is refused */
export function createLoss(section: { readonly loss: string; readonly [option: string]: unknown }): PolicyLoss {
  // The registry's factories differ in their options, which each checks itself.
  const factory = registered(losses as unknown as Readonly<Record<string, LossFactory>>, section.loss, "grpo.loss");
  return factory(ownOptions(factory, section));
}
