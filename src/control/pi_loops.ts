import type { Tensor } from "../graph/tensor.ts";
import { defineOp } from "../ops/define.ts";
import { type AutoGains, autoGains, autoGainsStep } from "./auto_gains.ts";
import { type AutoTarget, autoTarget, autoTargetStep } from "./auto_target.ts";
import { initialControl, withFields } from "./contract.ts";
import type { ControllerBehaviour } from "./define.ts";
import { type Loop, newLoop, readLoops, withLoops } from "./loops.ts";

/** One PI controller, or several side by side, whose target and gains may follow from what is measured. */
export interface LoopsOptions {
  /** One a class of tokens; one alone is for all tokens. The target is a number of nats, or "auto". */
  readonly loops: readonly { readonly name: string; readonly target: number | "auto" }[];
  readonly kp: number;
  readonly ki: number;
  readonly limit: number;
  readonly antiWindup: boolean;
  readonly autoTarget: AutoTarget;
  /** Absent: kp and ki stay what they are. */
  readonly autoGains?: Pick<AutoGains, "lambda" | "kiRatio">;
}

type PISettings = Pick<LoopsOptions, "limit" | "antiWindup">;

const piLoops = defineOp<{ state: Tensor }, "state", PISettings>({
  name: "pi_loops",
  shape: ({ state }) => ({ state: { inPlaceOf: state } }),
  forward: ({ outputs, attributes: { limit, antiWindup } }) => [
    { kernel: "control/pi_loops", bindings: { ...outputs }, parameters: { limit, anti_windup: antiWindup ? 1 : 0 }, workgroups: 1 },
  ],
});

/** The controller `pi` whose state has loops: each update runs what sets targets, then what sets gains, then the PI step. */
export function createLoops(options: LoopsOptions): Pick<ControllerBehaviour, "initial" | "update" | "step"> {
  const { loops, kp, ki, limit } = options;
  const targets = loops.some(({ target }) => target === "auto") ? options.autoTarget : undefined;
  const gains = options.autoGains && { ...options.autoGains, amplitude: limit / 2, anchorSteps: options.autoTarget.anchorSteps };
  const { rho } = options.autoTarget;
  const initial = (): Float32Array => {
    const fresh = loops.map(({ target }) => newLoop({ kp, ki, ...(target === "auto" ? { rho } : { target }) }));
    const given = fresh.reduce((sum, { target }) => sum + target, 0) / fresh.length;
    return Float32Array.from(withLoops(initialControl({ target: given }), fresh));
  };
  return {
    initial,
    update: (state) => {
      if (targets) autoTarget({ state }, targets);
      if (gains) autoGains({ state }, gains);
      piLoops({ state }, options);
    },
    step: (state, entropy) => {
      const all = readLoops(state);
      const stepped = all.map((loop) => {
        const own = all.length === 1 ? { ...loop, entropy, token_count: 1 } : loop;
        if (!Number.isFinite(own.entropy) || own.token_count <= 0) return loop;
        const aimed = targets ? autoTargetStep(targets, own, own.entropy) : own;
        return loopStep(options, gains ? autoGainsStep(gains, aimed, own.entropy) : aimed);
      });
      return withMeans(
        withLoops(withFields(state, { entropy }), stepped),
        stepped.filter((loop, i) => loop !== all[i]),
      );
    },
  };
}

function loopStep({ limit, antiWindup }: PISettings, loop: Loop): Loop {
  const error = loop.entropy - loop.target;
  const raw = loop.kp * error + loop.ki * loop.integral;
  const alpha = Math.max(-limit, Math.min(limit, raw));
  const clamped = raw !== alpha;
  const held = loop.held !== 0;
  const frozen = held || (antiWindup && clamped && raw > 0 === error > 0);
  return {
    ...loop,
    alpha: held ? loop.held_alpha : alpha,
    error,
    integral: frozen ? loop.integral : loop.integral + error,
    saturated: clamped && !held ? 1 : 0,
    held: 0,
    steps: loop.steps + 1,
    previous_entropy: loop.entropy,
  };
}

/** The control buffer with the mean of the loops that took a step, weighted by their tokens. */
function withMeans(state: readonly number[], loops: readonly Loop[]): number[] {
  const tokens = loops.reduce((sum, { token_count }) => sum + token_count, 0);
  if (tokens <= 0) return [...state];
  const mean = (field: "alpha" | "error" | "integral" | "target"): number =>
    loops.reduce((sum, loop) => sum + loop.token_count * loop[field], 0) / tokens;
  return withFields(state, {
    alpha: mean("alpha"),
    error: mean("error"),
    integral: mean("integral"),
    target: mean("target"),
    saturated: Math.max(...loops.map(({ saturated }) => saturated)),
  });
}
