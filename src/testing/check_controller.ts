import { CONTROL_FIELDS, type ControlField, type Controller, controlIndex } from "../control/contract.ts";
import { createBuffer, destroyBuffer, readBuffers, uploadBuffer } from "../gpu/buffer.ts";
import type { Device } from "../gpu/device.ts";
import { buildPlan } from "../graph/plan.ts";
import { externalTensor } from "../graph/tensor.ts";

/** A control buffer by field name. */
export type ControlRecord = Readonly<Record<ControlField, number>>;

export interface ControllerRun {
  /** The control buffer after each entropy of the script, as the GPU computed it. */
  readonly steps: readonly ControlRecord[];
  /** Largest difference of any field of any step from the controller's own `step` in double precision. */
  readonly error: number;
  /** Where that was: "alpha after step 3". */
  readonly where: string;
}

/**
 * Runs any controller on the GPU over a script of entropies, one update each on the same control buffer, and beside it its
 * double-precision twin from the same start.
 */
export async function checkController(device: Device, controller: Controller, entropies: readonly number[]): Promise<ControllerRun> {
  const bytes = CONTROL_FIELDS.length * 4;
  const window = { buffer: createBuffer(device, "control", bytes), offset: 0, size: bytes };
  const plan = await buildPlan(device, `controller ${controller.name}`, () => {
    controller.update(externalTensor("control", window, [CONTROL_FIELDS.length]));
    return {};
  });
  uploadBuffer(device, window, controller.initial());
  let expected = [...controller.initial()];
  const steps: ControlRecord[] = [];
  let [error, where] = [0, "nowhere"];
  for (const [index, entropy] of entropies.entries()) {
    const entropyWindow = { ...window, offset: controlIndex("entropy") * 4, size: 4 };
    uploadBuffer(device, entropyWindow, Float32Array.of(entropy));
    plan.run();
    const actual = new Float32Array((await readBuffers(device, [window]))[0]!);
    expected = controller.step(expected, entropy);
    CONTROL_FIELDS.forEach((field, i) => {
      const difference = Object.is(actual[i], expected[i]) ? 0 : Math.abs(actual[i]! - expected[i]!);
      if (!(difference <= error))
        [error, where] = [Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference, `${field} after step ${index}`];
    });
    steps.push(Object.fromEntries(CONTROL_FIELDS.map((field, i) => [field, actual[i]!])) as ControlRecord);
  }
  plan.destroy();
  destroyBuffer(device, window.buffer);
  return { steps, error, where };
}
