/// <reference types="@webgpu/types" />
import type { Tokenizer } from "../../data/tokenizer.js";
import type { Device } from "../../gpu/device.js";
import type { PolicyModel } from "../../rl/model.js";
/** What a study needs from whoever runs it: a GPU, and models by configuration or by folder. src/node has all of it. */
export interface Host {
    readonly device: Device;
    createModel(options: {
        readonly config: Readonly<Record<string, unknown>>;
        readonly tokenizer: Tokenizer;
        readonly seed: number;
    }): Promise<PolicyModel>;
    loadModel(dir: string): Promise<PolicyModel>;
    /** Writes a checkpoint whole or not at all, with more files beside it. */
    saveModel(dir: string, model: PolicyModel, files: Readonly<Record<string, string>>): Promise<void>;
}
