import type { z } from "zod";
import type { Tensor } from "../graph/tensor.ts";
import { type Declaration, declare, type Factory } from "../options/define.ts";

/** An entropy that a controller steers towards. */
export interface HeldEntropy {
  /** The option that sets it, as messages name it: "target", or "classes.0.target". */
  readonly option: string;
  /** The class of tokens whose entropy it is; absent: that of all tokens. */
  readonly className?: string;
  /** Nats per token; undefined where the run itself finds it. */
  readonly nats: number | undefined;
  /** The same in words: "0.35 nats", "0.8 of the start". */
  readonly words: string;
}

/** A class of tokens with an alpha of its own. */
export interface TokenClass {
  readonly name: string;
  /** The first position of the answer that belongs to it, where positions tell the class. */
  readonly from?: number | undefined;
}

/** What a controller is and does, made from its options. */
export interface ControllerBehaviour {
  /** What a run with it is called in tables: "GRPO + AEC". */
  readonly label: string;
  /** The entropies that it steers towards; none for a controller that holds no target. */
  readonly holds: readonly HeldEntropy[];
  /** Whether alpha can differ from 0. */
  readonly usesAlpha: boolean;
  /** The gains of a proportional-integral law and its limit of |alpha|, for the advice of diagnoses; absent: it has no such law. */
  readonly gains?: { readonly kp: number; readonly ki: number; readonly limit: number };
  /** Fields that it sets beside alpha, error, integral, target and saturated: metrics show them as `entropic/FIELD`. */
  readonly reports?: readonly ("entropy_coefficient" | "positive_scale" | "negative_scale")[];
  /** Classes of tokens with an alpha of their own, and what tells a token's class: "position", or a column of the problems. */
  readonly classes?: readonly TokenClass[];
  readonly classBy?: string;
  /** The state before the first step: the control buffer, and behind it the loops of a controller that has any. */
  initial(): Float32Array;
  /** Traces one update of the state [16 or more], in place, from its field `entropy`; or nothing. */
  update(control: Tensor): void;
  /** The same update in double precision, for tests: the state after a batch of this entropy. */
  step(state: readonly number[], entropy: number): number[];
}

/** An entropy control algorithm. */
export interface Controller extends ControllerBehaviour {
  /** The key of its definition, which configurations use. */
  readonly name: string;
}

export type ControllerFactory<Options extends z.ZodObject = z.ZodObject> = Factory<Options, Controller>;

/** Declares a controller: its key, description and options, and the function that makes it from them. */
export function defineController<Options extends z.ZodObject>({
  build,
  ...declaration
}: Declaration<Options> & { readonly build: (options: z.output<Options>) => ControllerBehaviour }): ControllerFactory<Options> {
  return declare("entropy", declaration, (options) => ({ name: declaration.key, ...build(options) }));
}
