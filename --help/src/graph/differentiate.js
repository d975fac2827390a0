import { currentTrace, scope } from "./trace.js";
/**
 * Reverse-mode differentiation: appends each node's vector-Jacobian product to the current trace, last node first.
 * Returns the gradient of every parameter and wanted tensor that the seeds depend on.
 */
export function differentiate(options) {
    const { seeds, sinks } = options;
    const nodes = [...currentTrace().nodes];
    const wanted = new Set([...sinks.keys(), ...(options.wanted ?? [])]);
    const dependent = dependents(nodes, wanted);
    const gradients = new Map(seeds);
    const written = new Set();
    // The first gradient that reaches a sink overwrites or adds, as the sink says; later ones always add.
    const sinkOf = (parameter) => {
        const sink = sinks.get(parameter);
        return sink && written.has(parameter) ? { onto: sink.onto, accumulate: 1 } : sink;
    };
    const deliver = (target, gradient, isSum) => {
        const sink = sinkOf(target);
        if (sink) {
            gradients.set(target, gradient.storage === sink.onto.storage ? sink.onto : options.addOnto(sink, gradient));
            written.add(target);
            return;
        }
        const existing = isSum ? undefined : gradients.get(target);
        gradients.set(target, existing ? options.add(existing, gradient) : gradient);
    };
    const visit = (node) => {
        if (!node.backward)
            throw new Error(`${node.op} (${node.label}) has no backward pass, but a gradient flows through it`);
        const absorbed = new Set();
        const contributions = node.backward({
            gradient: (output) => gradients.get(node.outputs[output]),
            needs: (name) => node.inputs[name] !== undefined && dependent.has(node.inputs[name]),
            sink: (name) => (node.inputs[name] ? sinkOf(node.inputs[name]) : undefined),
            absorb: (name) => {
                const target = node.inputs[name];
                if (!target || sinks.has(target))
                    return undefined;
                absorbed.add(name);
                return gradients.get(target);
            },
        });
        for (const [name, gradient] of Object.entries(contributions)) {
            const target = node.inputs[name];
            if (gradient && target && dependent.has(target))
                deliver(target, gradient, absorbed.has(name));
        }
    };
    for (const node of nodes.reverse()) {
        if (!isOnPath(node, gradients, dependent))
            continue;
        if (node.scope === "")
            visit(node);
        else
            scope(node.scope, () => visit(node));
    }
    return gradients;
}
function isOnPath(node, gradients, dependent) {
    const outputs = Object.values(node.outputs);
    return outputs.some((output) => gradients.has(output)) && outputs.some((output) => dependent.has(output));
}
function dependents(nodes, wanted) {
    const dependent = new Set(wanted);
    for (const node of nodes) {
        if (Object.values(node.inputs).some((tensor) => dependent.has(tensor))) {
            for (const output of Object.values(node.outputs))
                dependent.add(output);
        }
    }
    return dependent;
}
