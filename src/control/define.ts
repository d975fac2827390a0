import type { z } from "zod";
import type { KernelSource } from "../gpu/link.ts";
import type { Tensor } from "../graph/tensor.ts";
import { defineOp } from "../ops/define.ts";
import type { SurpriseWeightOptions } from "../ops/surprise_weight.ts";
import { type Declaration, declare, type Factory } from "../options/define.ts";
import type { StepSignals } from "./signals.ts";
import type { ControlState, SetFields } from "./state.ts";

/** An entropy that a controller steers towards. */
export interface HeldEntropy {
  /** The option that sets it, as messages name it: "target", or "classes.0.target". */
  readonly option: string;
  /** The class of tokens whose entropy it is; absent: that of all tokens. */
  readonly className?: string;
  /** Nats per token; undefined where the run itself finds it. */
  readonly nats: number | undefined;
  /** The entropy in words: "0.35 nats", "0.8 of the start". */
  readonly words: string;
}

/** A class of tokens with an alpha of its own. */
export interface TokenClass {
  readonly name: string;
  /** The first position of the answer that belongs to it, where positions tell the class. */
  readonly from?: number | undefined;
}

/**
 * What alpha moves in place of the control term of the loss. `clip`: the bounds of a loss's clip, low span^alpha and high span^-alpha.
 * `surprise`: the advantages of the most surprising tokens, whose shares are given by the sign of their advantage.
 */
export type Lever = { readonly kind: "clip"; readonly span: number } | ({ readonly kind: "surprise" } & SurpriseWeightOptions);

/** How the state changes in every optimiser step, from the entropies that the batch has put into it. */
export interface ControlLaw {
  /** The kernel: a file of shaders by its id, "control/pi", or a user's own WGSL. It binds the state alone and runs as one workgroup. */
  readonly kernel: KernelSource;
  /** Its parameters by name. */
  readonly parameters: Readonly<Record<string, number>>;
  /**
   * What a step tells the law beside the entropies of its tokens: fields of the state that the host sets before the step's first update.
   * A law that follows the run's progress or its rewards has it. Absent: nothing is told.
   */
  told?(signals: StepSignals): SetFields;
  /** The same law in double precision, for tests. */
  step(state: ControlState): ControlState;
}

/** What a proportional-integral law steers with. */
export interface Gains {
  readonly kp: number;
  readonly ki: number;
  /** The most that |alpha| can be. */
  readonly limit: number;
  /** Where an experiment at the start finds kp and ki (`entropic/kp`, `entropic/ki`), the options that scale what it found. */
  readonly found?: { readonly lambda: number; readonly kiRatio: number };
}

/** What a controller is and does, made from its options. */
export interface ControllerBehaviour {
  /** What a run with it is called in tables: "GRPO + AEC". */
  readonly label: string;
  /** The entropies that it steers towards; none for a controller that holds no target. */
  readonly holds: readonly HeldEntropy[];
  /** Whether alpha can differ from 0. */
  readonly usesAlpha: boolean;
  /** What alpha moves. Absent: the control term, which weighs the tokens that the gate lets through. */
  readonly lever?: Lever;
  /**
   * Whether it acts on tokens through their advantages alone: by alpha, the scales or a lever, and by no bonus. A step may then leave out
   * completions without an advantage (docs/method.md, "Silent samples"). Default false.
   */
  readonly actsOnAdvantages?: boolean;
  /** The gains and the limit of |alpha| of a proportional-integral law, for the advice of diagnoses; absent: there is no such law. */
  readonly gains?: Gains;
  /** Whether control only keeps entropy from falling below its target, and lets it lie above. */
  readonly isFloor?: boolean;
  /** Fields beside alpha, error, integral, target_entropy and saturated that metrics show as `entropic/FIELD`. */
  readonly reports?: readonly (
    | "entropy_coefficient"
    | "positive_scale"
    | "negative_scale"
    | "kp"
    | "ki"
    | "authority"
    | "released"
    | "signal"
  )[];
  /** Classes of tokens, one for each loop; `classBy` tells a class: "position", or a column of the problems. Absent: one loop for all. */
  readonly classes?: readonly TokenClass[];
  readonly classBy?: string;
  /** The state before the first step: `initialState` fills in what is left out. */
  initial(): ControlState;
  /** Absent: the state never changes. */
  readonly law?: ControlLaw;
  /** What a saved state becomes under options that may have changed since. Absent: the saved state is taken as it is. */
  resumed?(saved: ControlState): ControlState;
}

/** An entropy control algorithm. */
export interface Controller extends ControllerBehaviour {
  /** The key of its definition, which configurations use. */
  readonly name: string;
  /** The options that it was made from, with every default. Absent: `defineController` did not make it. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** The controller of these options with some of them changed. @throws ConfigError for one that is refused */
  withOptions?(changed: Readonly<Record<string, unknown>>): Controller;
}

/** A declared controller: `entropic({ target: 0.35 })` makes a controller from its options. */
export type ControllerFactory<Options extends z.ZodObject = z.ZodObject> = Factory<Options, Controller>;

/** Declares a controller: its key, description and options, and the function that makes it from them. */
export function defineController<Options extends z.ZodObject>({
  build,
  ...declaration
}: Declaration<Options> & { readonly build: (options: z.output<Options>) => ControllerBehaviour }): ControllerFactory<Options> {
  const factory: ControllerFactory<Options> = declare("entropy", declaration, (options) => ({
    ...build(options),
    name: declaration.key,
    options,
    // What was read once is read again, whatever types the changes have.
    withOptions: (changed) => factory({ ...options, ...changed } as z.input<Options>),
  }));
  return factory;
}

const controlUpdate = defineOp<{ control: Tensor }, "control", ControlLaw>({
  name: "control_update",
  shape: ({ control }) => ({ control: { inPlaceOf: control } }),
  forward: ({ outputs: { control }, attributes: { kernel, parameters } }) => [
    { kernel, bindings: { state: control }, parameters, workgroups: 1 },
  ],
});

/** Traces one step of a controller on its state, in place. */
export function traceControl({ law }: Controller, control: Tensor): void {
  if (law) controlUpdate({ control }, law);
}
