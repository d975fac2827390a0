import { createBuffer, createReader, destroyBuffer, readBuffers, uploadBuffer } from "../gpu/buffer.js";
import { externalTensor } from "../graph/tensor.js";
export function createArena(device) {
    const buffers = [];
    const readers = [];
    return {
        make: (label, shape, dtype) => {
            const size = shape.reduce((a, b) => a * b, 4);
            const buffer = createBuffer(device, label, size);
            buffers.push(buffer);
            return externalTensor(label, { buffer, offset: 0, size: Math.max(4, size) }, shape, dtype);
        },
        write: (tensor, data) => uploadBuffer(device, tensor.storage.window, data),
        read: async (tensor, elements) => (await readBuffers(device, [{ ...tensor.storage.window, size: elements * 4 }]))[0],
        reader: (tensors) => {
            const reader = createReader(device, windowsOf(tensors));
            readers.push(reader);
            return reader.fetch;
        },
        destroy: () => {
            for (const reader of readers)
                reader.destroy();
            for (const buffer of buffers)
                destroyBuffer(device, buffer);
        },
    };
}
/** Where tensors with memory of their own lie, by the same names. */
export function windowsOf(tensors) {
    const windows = Object.entries(tensors).map(([name, tensor]) => [name, tensor.storage.window]);
    return Object.fromEntries(windows);
}
