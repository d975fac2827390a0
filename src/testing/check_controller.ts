import { CONTROL_FIELDS, type ControlField } from "../control/contract.ts";
import type { Controller } from "../control/define.ts";
import { LOOP_FIELDS, type Loop, type Measured, measure, readLoops } from "../control/loops.ts";
import { createBuffer, destroyBuffer, readBuffers, uploadBuffer } from "../gpu/buffer.ts";
import type { Device } from "../gpu/device.ts";
import { buildPlan } from "../graph/plan.ts";
import { externalTensor } from "../graph/tensor.ts";

/** A control buffer by field name, and the loops behind it. */
export type ControlRecord = Readonly<Record<ControlField, number>> & { readonly loops: readonly Loop[] };

export interface ControllerRun {
  /** The state after each batch of the script, as the GPU computed it. */
  readonly steps: readonly ControlRecord[];
  /** Largest difference of any field of any step from the controller's own `step` in double precision. */
  readonly error: number;
  /** Where that was: "alpha after step 3". */
  readonly where: string;
}

/** What the batch of a step tells; a function of the state that the GPU left is a plant in closed loop. */
export type ControllerScript = readonly (number | Measured)[] | { readonly steps: number; readonly plant: Plant };
export type Plant = (state: ControlRecord, step: number) => number | Measured;

/**
 * Runs any controller on the GPU over a script of entropies, one update each on the same state, and beside it its double-precision twin from
 * the same start. A `Measured` also tells what the classes of tokens have.
 */
export async function checkController(device: Device, controller: Controller, script: ControllerScript): Promise<ControllerRun> {
  const floats = controller.initial().length;
  const window = { buffer: createBuffer(device, "control", floats * 4), offset: 0, size: floats * 4 };
  const plan = await buildPlan(device, `controller ${controller.name}`, () => {
    controller.update(externalTensor("control", window, [floats]));
    return {};
  });
  let actual = controller.initial();
  let expected = [...actual];
  const steps: ControlRecord[] = [];
  let [error, where] = [0, "nowhere"];
  const count = "plant" in script ? script.steps : script.length;
  for (let index = 0; index < count; index += 1) {
    const told = "plant" in script ? script.plant(toRecord(actual), index) : script[index]!;
    const measured = typeof told === "number" ? { entropy: told } : told;
    uploadBuffer(device, window, Float32Array.from(measure(actual, measured)));
    plan.run();
    actual = new Float32Array((await readBuffers(device, [window]))[0]!);
    expected = controller.step(measure(expected, measured), Math.fround(measured.entropy));
    actual.forEach((value, i) => {
      const difference = Object.is(value, expected[i]) ? 0 : Math.abs(value - expected[i]!);
      if (!(difference <= error)) {
        [error, where] = [Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference, `${fieldName(i)} after step ${index}`];
      }
    });
    steps.push(toRecord(actual));
  }
  plan.destroy();
  destroyBuffer(device, window.buffer);
  return { steps, error, where };
}

function toRecord(state: Float32Array): ControlRecord {
  const fields = Object.fromEntries(CONTROL_FIELDS.map((field, i) => [field, state[i]!])) as Record<ControlField, number>;
  return { ...fields, loops: readLoops(state) };
}

function fieldName(index: number): string {
  const behind = index - CONTROL_FIELDS.length;
  if (behind < 0) return CONTROL_FIELDS[index]!;
  return `${LOOP_FIELDS[behind % LOOP_FIELDS.length]} of loop ${Math.floor(behind / LOOP_FIELDS.length)}`;
}
