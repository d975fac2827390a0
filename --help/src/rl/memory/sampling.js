import { fit } from "./fit.js";
import { measureFootprint } from "./footprint.js";
/** Finds the most sequences at a time with which sampling fits into memory. @throws MemoryError */
export function fitSampling({ device, model, memory, build }) {
    return fit({
        device,
        memory,
        measure: (sequencesAtOnce) => measureFootprint(device, model, (measuring, outline) => build(measuring, outline, sequencesAtOnce)),
    });
}
