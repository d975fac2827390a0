import type { Tensor } from "../graph/tensor.ts";
import { defineOp } from "../ops/define.ts";
import { type Controller, controlIndex, initialControl, withFields } from "./contract.ts";
import { createLoops } from "./pi_loops.ts";

/** A class of tokens with an entropy of its own to hold. */
export interface TargetClass {
  readonly name: string;
  readonly target: number | "auto";
}

export interface PIOptions {
  /** Entropy to hold, in nats per response token, at the temperature of the loss; "auto": rho times that of the first anchorSteps steps. */
  readonly target: number | "auto";
  /** alpha per nat of error, and per nat of the sum of earlier errors. */
  readonly kp?: number;
  readonly ki?: number;
  /** Largest |alpha|; below 1 no token's gradient vanishes or flips. */
  readonly limit?: number;
  /** Freezes the integral in a step whose alpha is clamped and whose error would push it further out. */
  readonly antiWindup?: boolean;
  /** "auto": kp = lambda / b and ki = kiRatio kp, b from an experiment of 24 steps at the start; kp and ki hold until then. */
  readonly gains?: "fixed" | "auto";
  readonly lambda?: number;
  readonly kiRatio?: number;
  /** Of an automatic target: its share of the first entropy, the steps that measure that with control off, its fall a step and its floor. */
  readonly rho?: number;
  readonly anchorSteps?: number;
  readonly targetDecay?: number;
  readonly targetFloor?: number;
  /** Two classes of tokens or more, each with its own target in the place of `target`; batches say which token is in which class. */
  readonly classes?: readonly TargetClass[];
}

/** Gains that suit small models and the entropy-effect gate; docs/method has the paper's, for large ones. */
const DEFAULTS = { kp: 10, ki: 1, limit: 0.9, antiWindup: true, gains: "fixed", lambda: 0.15, kiRatio: 0.05 } as const;
const TARGET_DEFAULTS = { rho: 0.8, anchorSteps: 8, targetDecay: 0, targetFloor: 0 } as const;

type Gains = Required<Pick<PIOptions, "kp" | "ki" | "limit" | "antiWindup">> & { readonly target: number };

const piUpdate = defineOp<{ control: Tensor }, "control", Gains>({
  name: "pi",
  shape: ({ control }) => ({ control: { inPlaceOf: control } }),
  forward: ({ outputs, attributes: { target, kp, ki, limit, antiWindup } }) => [
    {
      kernel: "control/pi",
      bindings: { ...outputs },
      parameters: { target_entropy: target, kp, ki, limit, anti_windup: antiWindup ? 1 : 0 },
      workgroups: 1,
    },
  ],
});

/**
 * EntroPIC (arXiv 2511.15248): alpha = clamp(kp e + ki I, -limit, limit) with e = entropy - target and I the sum of earlier errors.
 * Automatic gains, an automatic target and classes of tokens keep what they know in loops (pi_loops.ts) behind the control buffer.
 * @throws when a target or an option is out of its range
 */
export function entropic(options: PIOptions): Controller {
  const all = { ...DEFAULTS, ...TARGET_DEFAULTS, ...options };
  checkOptions(all);
  const { target, classes = [] } = all;
  const loops = classes.length > 0 ? classes : [{ name: "all", target }];
  if (typeof target !== "number" || loops.length > 1 || all.gains === "auto") {
    return createLoops({ ...all, loops, autoTarget: all, ...(all.gains === "auto" && { autoGains: all }) });
  }
  const gains = { ...all, target };
  return {
    name: "pi",
    initial: () => initialControl({ target }),
    update: (control) => {
      piUpdate({ control }, gains);
    },
    step: (state, entropy) => piStep(gains, state, entropy),
  };
}

function checkOptions({ target, limit, lambda, kiRatio, rho, anchorSteps, classes = [] }: PIOptions): void {
  const need = (name: string, value: unknown, fits: boolean, allowed: string): void => {
    if (!fits) throw new Error(`entropy.${name} is ${String(value)}; it must be ${allowed}`);
  };
  const fits = (value: number | "auto"): boolean => value === "auto" || value >= 0;
  need("target", target, classes.length > 0 || fits(target), '0 or more, in nats per token, or "auto"');
  for (const { name, target: own } of classes) need(`classes.${name}.target`, own, fits(own), '0 or more, in nats per token, or "auto"');
  const names = classes.map(({ name }) => name);
  need(
    "classes",
    names.join(", "),
    classes.length !== 1 && new Set(names).size === names.length,
    "none, or two or more of different names",
  );
  need("limit", limit, limit! > 0, `above 0, for instance ${DEFAULTS.limit}`);
  need("lambda", lambda, lambda! > 0 && lambda! < 2, `above 0 and below 2, for instance ${DEFAULTS.lambda}`);
  need("kiRatio", kiRatio, kiRatio! >= 0 && kiRatio! < 1, `0 or more and below 1, for instance ${DEFAULTS.kiRatio}`);
  need("rho", rho, rho! > 0, `above 0, for instance ${TARGET_DEFAULTS.rho}`);
  need("anchorSteps", anchorSteps, Number.isSafeInteger(anchorSteps) && anchorSteps! > 0, "a whole number of at least 1");
}

function piStep({ target, kp, ki, limit, antiWindup }: Gains, state: readonly number[], entropy: number): number[] {
  if (!Number.isFinite(entropy)) return withFields(state, { entropy });
  const integral = state[controlIndex("integral")]!;
  const error = entropy - target;
  const raw = kp * error + ki * integral;
  const alpha = Math.max(-limit, Math.min(limit, raw));
  const saturated = raw !== alpha;
  const frozen = antiWindup && saturated && raw > 0 === error > 0;
  return withFields(state, { entropy, alpha, error, target, integral: frozen ? integral : integral + error, saturated: saturated ? 1 : 0 });
}
