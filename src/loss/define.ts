import type { z } from "zod";
import { type Declaration, declare, type Factory } from "../options/define.ts";

/** What the advantage of a token turns into, made from its options. */
export interface PolicyLoss {
  /** The key of its definition, which configurations use. */
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

export type LossFactory<Options extends z.ZodObject = z.ZodObject> = Factory<Options, PolicyLoss>;

/** Declares a policy loss: its key, description and options. */
export function defineLoss<Options extends z.ZodObject>(declaration: Declaration<Options>): LossFactory<Options> {
  return declare("grpo", declaration, (options) => ({ name: declaration.key, options }));
}
