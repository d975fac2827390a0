import { capacityOf, describeScalar } from "./scalar.js";
/**
 * A symbolic tensor: a shape, a type and the memory it will have; no data. Several tensors may share storage (views,
 * in-place results). Rows of `shape` lie end to end, last dimension fastest.
 */
export class Tensor {
    shape;
    dtype;
    storage;
    /** Bytes from the beginning of the storage; a multiple of 256. */
    offset;
    label;
    constructor(options) {
        this.shape = options.shape;
        this.dtype = options.dtype ?? "f32";
        this.storage = options.storage;
        this.offset = options.offset ?? 0;
        this.label = options.label ?? options.storage.label;
    }
    /** Bytes where every dynamic size is at its capacity. */
    get bytes() {
        return elementsAtCapacity(this.shape) * 4;
    }
    /** The static size of dimension `index`; negative counts from the end. */
    size(index) {
        const dimension = this.shape.at(index);
        if (typeof dimension !== "number") {
            throw new Error(`dimension ${index} of ${this.label} ${describeShape(this.shape)} is not static`);
        }
        return dimension;
    }
    toString() {
        return `${this.label} ${describeShape(this.shape)}`;
    }
}
export function elementsAtCapacity(shape) {
    return shape.reduce((total, dimension) => total * capacityOf(dimension), 1);
}
export function describeShape(shape) {
    return `[${shape.map(describeScalar).join(", ")}]`;
}
/** A tensor over memory that already exists on the GPU. */
export function externalTensor(label, window, shape, dtype = "f32") {
    return new Tensor({ shape, dtype, label, storage: { kind: "external", label, bytes: window.size, window } });
}
/** Another shape over the same memory. */
export function reshape(tensor, shape) {
    return new Tensor({ shape, dtype: tensor.dtype, storage: tensor.storage, offset: tensor.offset, label: tensor.label });
}
/**
 * Rows `begin` to `begin + rows` of a tensor, over the same memory.
 * The size of `begin` rows must be a multiple of 256 bytes, as that of 64 rows always is.
 */
export function rowsOf(tensor, begin, rows) {
    const rowBytes = elementsAtCapacity(tensor.shape.slice(1)) * 4;
    const offset = tensor.offset + begin * rowBytes;
    if (offset % 256 !== 0)
        throw new Error(`rows of ${tensor} from ${begin} start at byte ${offset}, not a multiple of 256`);
    const label = begin === 0 ? tensor.label : `${tensor.label}[${begin}:]`;
    return new Tensor({ shape: [rows, ...tensor.shape.slice(1)], dtype: tensor.dtype, storage: tensor.storage, offset, label });
}
