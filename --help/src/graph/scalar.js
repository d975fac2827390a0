/** A number that every run gives by name. `capacity` bounds it where it is a size. */
export function runScalar(name, capacity = Number.POSITIVE_INFINITY) {
    return {
        label: name,
        capacity,
        evaluate: (run) => {
            const value = run[name];
            if (value === undefined)
                throw new Error(`run scalar ${name} was not given; given: ${Object.keys(run).join(", ") || "none"}`);
            if (value > capacity)
                throw new Error(`run scalar ${name} is ${value}; this plan was built for at most ${capacity}`);
            return value;
        },
    };
}
/** A function of scalars. Its capacity is computed from their capacities, so it must not decrease in any of them. */
export function derive(label, inputs, compute) {
    if (inputs.every((input) => typeof input === "number"))
        return compute(...inputs);
    return {
        label,
        capacity: compute(...inputs.map(capacityOf)),
        evaluate: (run) => compute(...inputs.map((input) => evaluateScalar(input, run))),
    };
}
/** The product of sizes, some of which may be dynamic. */
export function product(...factors) {
    return derive(factors.map(describeScalar).join("*"), factors, (...values) => values.reduce((a, b) => a * b, 1));
}
/** A quotient rounded up, such as the number of workgroups that cover `value` elements. */
export function ceilDivide(value, by) {
    return derive(`ceil(${describeScalar(value)}/${by})`, [value], (x) => Math.ceil(x / by));
}
export function evaluateScalar(scalar, run) {
    return typeof scalar === "number" ? scalar : scalar.evaluate(run);
}
export function capacityOf(scalar) {
    return typeof scalar === "number" ? scalar : scalar.capacity;
}
export function describeScalar(scalar) {
    return typeof scalar === "number" ? String(scalar) : scalar.label;
}
