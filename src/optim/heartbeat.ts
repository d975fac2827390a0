import type { Device } from "../gpu/device.ts";
import { lostWork } from "../gpu/errors.ts";
import { OPTIMIZER_STATE } from "../ops/records.ts";

/** Notices a step that a driver dropped without a word: the optimiser on the GPU counts its steps, and so does the host. */
export interface Heartbeat {
  /**
   * Checks the optimiser's state as it was read back behind one more step.
   * @throws DeviceLostError unless it counts exactly one step more than before
   */
  beat(state: Float32Array): void;
  /** Takes a state that the host has uploaded. */
  restart(state: Float32Array): void;
}

export function createHeartbeat(device: Device): Heartbeat {
  let counted = 0;
  return {
    beat: (state) => {
      const now = stepsCounted(state);
      if (now !== counted + 1) {
        throw lostWork(device, `it counts ${now} optimiser steps where ${counted + 1} were submitted`);
      }
      counted = now;
    },
    restart: (state) => {
      counted = stepsCounted(state);
    },
  };
}

/** The steps that a state has counted in all: those made and those left out. */
function stepsCounted(state: Float32Array): number {
  const { step, skipped } = OPTIMIZER_STATE.read(state);
  return step + skipped;
}
