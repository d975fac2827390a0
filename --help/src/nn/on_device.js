import { assertUsable } from "../gpu/ownership.js";
/** Refuses a model whose parameters lie on another device or were destroyed, before anything is made for it. @throws EngineError */
export function assertOnDevice(device, module, wantedBy) {
    for (const [name, { tensor }] of module.namedParameters()) {
        const { window } = tensor.storage;
        if (window)
            assertUsable(device, window.buffer, `the model's ${name}`, wantedBy);
    }
}
