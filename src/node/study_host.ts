import type { Host } from "../experiments/framework/host.ts";
import type { Device } from "../gpu/device.ts";
import { createModel, loadModel, saveModel } from "./load_model.ts";
import { findResumePoint } from "./resume_point.ts";
import { sourceVersion } from "./source_version.ts";

/** What studies need of Node.js, on a device that stays its owner's. */
export function studyHost(device: Device): Host {
  return {
    device,
    version: sourceVersion(),
    createModel: (options) => createModel(device, options),
    loadModel: (dir) => loadModel(device, dir),
    saveModel: (dir, model, files) => saveModel(dir, model, { files }),
    saveRun: (dir, model, state) => saveModel(dir, model, state),
    findRun: async (dir) => (await findResumePoint(dir)).point,
  };
}
