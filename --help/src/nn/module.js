/** A trainable tensor. It has memory once its module has been placed on a device. */
export class Parameter {
    shape;
    initial;
    parts;
    /** The values rounded to 16-bit floats, two per word. Products read these instead, once `claimWeights` has set them. */
    half;
    #tensor;
    constructor(shape, initial, parts = []) {
        this.shape = shape;
        this.initial = initial;
        this.parts = parts;
    }
    /** The tensor that operations take. @throws Error before the module has been placed on a device */
    get tensor() {
        if (!this.#tensor)
            throw new Error("this parameter has no memory yet: place its module on a device with placeModule(device, module)");
        return this.#tensor;
    }
    place(tensor) {
        this.#tensor = tensor;
    }
}
/** A tensor that is computed once on the host and never trained, such as a table of rotary angles. */
export class Constant {
    shape;
    #data;
    #tensor;
    /** `data` is a function where computing the values should wait until the sizes are known to fit. */
    constructor(shape, data) {
        this.shape = shape;
        this.#data = typeof data === "function" ? data : () => data;
    }
    get data() {
        return this.#data();
    }
    get tensor() {
        if (!this.#tensor)
            throw new Error("this constant has no memory yet: place its module on a device with placeModule(device, module)");
        return this.#tensor;
    }
    place(tensor) {
        this.#tensor = tensor;
    }
}
/**
 * A piece of a model. Fields that are parameters, modules or arrays of modules are found by name, so a checkpoint's
 * tensor names are the field names joined by dots.
 */
export class Module {
    /** Every parameter once, in the order of the fields, with its dotted name. */
    namedParameters(prefix = "") {
        const found = new Map();
        const seen = new Set();
        visit(this, prefix, (name, value) => {
            if (!(value instanceof Parameter) || seen.has(value))
                return;
            seen.add(value);
            found.set(name, value);
        });
        return found;
    }
    /** Every constant once. */
    constants() {
        const found = new Map();
        visit(this, "", (name, value) => {
            if (value instanceof Constant && ![...found.values()].includes(value))
                found.set(name, value);
        });
        return found;
    }
}
function visit(module, prefix, see) {
    for (const [field, value] of Object.entries(module)) {
        const name = prefix ? `${prefix}.${field}` : field;
        if (value instanceof Parameter || value instanceof Constant)
            see(name, value);
        else if (value instanceof Module)
            visit(value, name, see);
        else if (Array.isArray(value)) {
            for (const [index, item] of value.entries())
                if (item instanceof Module)
                    visit(item, `${name}.${index}`, see);
        }
    }
}
/** "self_attn.qkv_proj.weight" with parts q_proj, k_proj, v_proj -> "self_attn.q_proj.weight" and so on. */
export function piecesOf(name, parameter) {
    if (parameter.parts.length === 0)
        return [{ name, shape: parameter.shape, begin: 0 }];
    const path = name.split(".");
    const rowSize = parameter.shape.slice(1).reduce((a, b) => a * b, 1);
    let row = 0;
    return parameter.parts.map((part) => {
        const piece = {
            name: [...path.slice(0, -2), part.name, path.at(-1)].join("."),
            shape: [part.rows, ...parameter.shape.slice(1)],
            begin: row * rowSize,
        };
        row += part.rows;
        return piece;
    });
}
