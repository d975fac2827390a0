import type { z } from "zod";
import type { Scalar } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { RandomKeys } from "../ops/covariance_select.ts";
import type { TokenLossModule } from "../ops/token_loss.ts";
import { type Declaration, declare, type Factory } from "../options/define.ts";
import type { Surrogate, Token } from "./token.ts";

/** What the op that computes a loss's extra number for each token may read. */
export interface LossContext {
  readonly statistics: Tensor;
  readonly tokenInputs: Tensor;
  /** [S+1] of u32: where each sequence's rows begin. */
  readonly sequenceBegin: Tensor;
  readonly sequences: Scalar;
  /** [N]: the entropy at sampling, or the trainer's own before the first update (tis, icepop, mis); there for a loss that says it reads it. */
  readonly oldEntropy?: Tensor | undefined;
  /** [1]: how many tokens a loss selects. */
  readonly count: Tensor;
  readonly random: RandomKeys;
}

interface LossTraits {
  /** The loss has one probability ratio for a whole sequence: its extra number is the mean difference of the sequence's tokens. */
  readonly bySequence?: boolean;
  /** A controller may move the bounds of its clip, which it takes by `tilted` of lib/clip.wgsl. */
  readonly clipMoves?: boolean;
  /**
   * A token whose advantage is 0 has neither loss nor gradient, and no other token's depend on it. A step may then leave out completions
   * without an advantage (docs/method.md, "Silent samples"). Default false.
   */
  readonly scalesWithAdvantage?: boolean;
  /** The loss reads `context.oldEntropy`. */
  readonly readsOldEntropy?: boolean;
  /**
   * The metric of how many tokens the loss selects, as a count or as a share by the metric's unit. Where it chooses among the tokens of one
   * pass, cutting a batch into passes changes the choice.
   */
  readonly selects?: "covariance/selected" | "entropy_ratio/clipped";
}

/** A policy loss, made from its options: what the advantage of a token turns into. */
export interface PolicyLoss extends TokenLossModule, LossTraits {
  /** The key of its definition, which configurations use. */
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** The function of its WGSL module, in double precision. */
  surrogate(token: Token): Surrogate;
  /** Traces the op whose result [N] the loss reads as `token.extra`; absent: the loss needs the token alone. */
  extra?: ((context: LossContext) => Tensor) | undefined;
}

/** A policy loss as it declares itself: its options, its WGSL module, and the same function in double precision. */
export interface LossDeclaration<Options extends z.ZodObject = z.ZodObject> extends Declaration<Options>, LossTraits {
  /** Its WGSL module (shaders/lib/loss.wgsl says what a module declares). Absent: shaders/loss/KEY.wgsl, with underscores for hyphens. */
  readonly wgsl?: string;
  /** The values of the module's LossParameters; absent: there are none. */
  parameters?(options: z.output<Options>): Readonly<Record<string, number>>;
  surrogate(token: Token, options: z.output<Options>): Surrogate;
  extra?(context: LossContext, options: z.output<Options>): Tensor;
}

/** A policy loss by its declaration: `losses.cispo({ cispoBound: 3 })` makes one from its options. */
export type LossFactory<Options extends z.ZodObject = z.ZodObject> = Factory<Options, PolicyLoss> & LossTraits;

/** Declares a policy loss: its key, description and options, its WGSL, and the same function in double precision. */
export function defineLoss<Options extends z.ZodObject>(declaration: LossDeclaration<Options>): LossFactory<Options> {
  const { key, wgsl, parameters, surrogate, extra, selects } = declaration;
  const { bySequence = false, clipMoves = false, scalesWithAdvantage = false, readsOldEntropy = false } = declaration;
  const module = wgsl === undefined ? `loss/${key.replaceAll("-", "_")}` : { name: `loss/${key}`, wgsl };
  return declare("grpo", declaration, (options) => ({
    name: key,
    options,
    module,
    parameters: parameters?.(options) ?? {},
    surrogate: (token) => surrogate(token, options),
    extra: extra && ((context) => extra(context, options)),
    bySequence,
    clipMoves,
    scalesWithAdvantage,
    readsOldEntropy,
    ...(selects && { selects }),
  }));
}
