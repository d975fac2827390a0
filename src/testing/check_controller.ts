import { type Controller, traceControl } from "../control/define.ts";
import type { StepSignals } from "../control/signals.ts";
import {
  type ControlState,
  type Loop,
  type Measured,
  meanLoop,
  measure,
  nameOfFloat,
  packState,
  readState,
  setFields,
} from "../control/state.ts";
import { createBuffer, destroyBuffer, readBuffers, uploadBuffer } from "../gpu/buffer.ts";
import type { Device } from "../gpu/device.ts";
import { EngineError } from "../gpu/errors.ts";
import { type Own, withParts } from "../gpu/parts.ts";
import { buildPlan } from "../graph/plan.ts";
import { externalTensor } from "../graph/tensor.ts";

/** A control state by field name. `loops` are its feedback loops; the fields of a loop beside them are those of the mean loop. */
export type ControlRecord = ControlState["control"] & ReturnType<typeof meanLoop> & { readonly loops: readonly Loop[] };

/** What `checkController` found. */
export interface ControllerRun {
  /** The state after each batch of the script, as the GPU computed it. */
  readonly steps: readonly ControlRecord[];
  /** Largest difference of any field of any step from the controller's own `step` in double precision. */
  readonly error: number;
  /** Where that was: "alpha after step 3". */
  readonly where: string;
}

/**
 * What each step's batch measures: a list of it, or a plant that answers the controller. A number is the entropy of all tokens. `signals` are
 * what a law is told beside; what they leave out is the progress of the script, groups that all have spread, and answers without a sign.
 */
export type ControllerScript =
  | readonly (number | Measured)[]
  | { readonly steps: number; readonly plant: Plant; readonly signals?: (step: number) => Partial<StepSignals> };
/** A model of a policy, for checks of a controller: computes the entropy of the next batch from the state that the GPU left. */
export type Plant = (state: ControlRecord, step: number) => number | Measured;

/**
 * Runs a controller on the GPU over a script of entropies, one update for each entry. Its own `step` in double precision runs beside it,
 * from the same start.
 * @throws EngineError for a controller that says `actsOnAdvantages`, but sets an entropy bonus
 */
export function checkController(device: Device, controller: Controller, script: ControllerScript): Promise<ControllerRun> {
  return withParts((own) => runScript(device, controller, script, own));
}

async function runScript(device: Device, controller: Controller, script: ControllerScript, own: Own): Promise<ControllerRun> {
  let expected = controller.initial();
  let actual = readState(Float32Array.from(packState(expected)));
  const floats = packState(expected).length;
  const window = { buffer: createBuffer(device, "control", floats * 4), offset: 0, size: floats * 4 };
  own({ destroy: () => destroyBuffer(device, window.buffer) });
  const build = () => {
    traceControl(controller, externalTensor("control", window, [floats]));
    return {};
  };
  const plan = own(await buildPlan(device, `controller ${controller.name}`, build));
  const steps: ControlRecord[] = [];
  let [error, where] = [0, "nowhere"];
  const count = "plant" in script ? script.steps : script.length;
  for (let index = 0; index < count; index += 1) {
    const told = "plant" in script ? script.plant(toRecord(actual), index) : script[index]!;
    const measured = (typeof told === "number" ? [{ entropy: told, tokens: 1 }] : told).map(rounded);
    const given = { progress: index / count, spread: 1, right: undefined, wrong: undefined, completions: 8, length: 8 };
    const signals = { ...given, ...("plant" in script && script.signals?.(index)) };
    const fields = controller.law?.told?.(signals) ?? {};
    uploadBuffer(device, window, Float32Array.from(packState(measure(setFields(actual, fields), measured))));
    plan.run();
    actual = readState(new Float32Array((await readBuffers(device, [window]))[0]!));
    const fed = measure(setFields(expected, fields), measured);
    expected = controller.law?.step(fed) ?? fed;
    const twin = packState(expected);
    packState(actual).forEach((value, i) => {
      const difference = Object.is(value, twin[i]) ? 0 : Math.abs(value - twin[i]!);
      if (!(difference <= error)) {
        [error, where] = [Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference, `${nameOfFloat(i)} after step ${index}`];
      }
    });
    checkBonus(controller, actual, index);
    steps.push(toRecord(actual));
  }
  return { steps, error, where };
}

/** A step would leave out tokens without an advantage, and the bonus with them. */
function checkBonus({ name, actsOnAdvantages }: Controller, { control: { entropy_coefficient } }: ControlState, step: number): void {
  if (!actsOnAdvantages || entropy_coefficient === 0) return;
  throw new EngineError(
    `the controller ${name} says actsOnAdvantages, but sets an entropy bonus of ${entropy_coefficient} in step ${step}; leave actsOnAdvantages out`,
  );
}

function rounded({ entropy, tokens }: Measured[number]): Measured[number] {
  return { entropy: Math.fround(entropy), tokens };
}

function toRecord({ control, loops }: ControlState): ControlRecord {
  const tokens = loops.map(({ token_count }) => token_count);
  return { ...control, ...meanLoop(loops, tokens), loops };
}
