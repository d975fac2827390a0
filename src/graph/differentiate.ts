import type { Tensor } from "./tensor.ts";
import { backwardPass, currentTrace, type GradientSink, type Node, scope } from "./trace.ts";

export interface DifferentiateOptions {
  /** Where the backward pass begins: tensors, and the gradients of the loss by them. */
  readonly seeds: ReadonlyMap<Tensor, Tensor>;
  /** Parameters, and where their gradients go. */
  readonly sinks: ReadonlyMap<Tensor, GradientSink>;
  /** Further tensors whose gradients are wanted (inputs of a check, activations). */
  readonly wanted?: readonly Tensor[];
  /** Adds two gradients: the `add` op, passed in because this module knows no op. */
  readonly add: (a: Tensor, b: Tensor) => Tensor;
  /** Adds a gradient onto a sink in place: the `add_onto` op. */
  readonly addOnto: (sink: GradientSink, gradient: Tensor) => Tensor;
}

/**
 * Reverse-mode differentiation: appends each node's vector-Jacobian product to the current trace, last node first.
 * Returns the gradient of every parameter and wanted tensor that the seeds depend on.
 */
export function differentiate(options: DifferentiateOptions): Map<Tensor, Tensor> {
  const { seeds, sinks } = options;
  const nodes = [...currentTrace().nodes];
  const wanted = new Set<Tensor>([...sinks.keys(), ...(options.wanted ?? [])]);
  const dependent = dependents(nodes, wanted);
  const gradients = new Map<Tensor, Tensor>(seeds);
  const written = new Set<Tensor>();

  // The first gradient that reaches a sink overwrites or adds, as the sink says; later ones always add.
  const sinkOf = (parameter: Tensor): GradientSink | undefined => {
    const sink = sinks.get(parameter);
    return sink && written.has(parameter) ? { onto: sink.onto, accumulate: 1 } : sink;
  };
  const deliver = (target: Tensor, gradient: Tensor, isSum: boolean): void => {
    const sink = sinkOf(target);
    if (sink) {
      gradients.set(target, gradient.storage === sink.onto.storage ? sink.onto : options.addOnto(sink, gradient));
      written.add(target);
      return;
    }
    const existing = isSum ? undefined : gradients.get(target);
    gradients.set(target, existing ? options.add(existing, gradient) : gradient);
  };

  const visit = (node: Node): void => {
    if (!node.backward) throw new Error(`${node.op} (${node.label}) has no backward pass, but a gradient flows through it`);
    const absorbed = new Set<string>();
    const contributions = node.backward({
      gradient: (output) => gradients.get(node.outputs[output]!),
      needs: (name) => node.inputs[name] !== undefined && dependent.has(node.inputs[name]),
      sink: (name) => (node.inputs[name] ? sinkOf(node.inputs[name]) : undefined),
      absorb: (name) => {
        const target = node.inputs[name];
        if (!target || sinks.has(target)) return undefined;
        absorbed.add(name);
        return gradients.get(target);
      },
    });
    for (const [name, gradient] of Object.entries(contributions)) {
      const target = node.inputs[name];
      if (gradient && target && dependent.has(target)) deliver(target, gradient, absorbed.has(name));
    }
  };
  backwardPass(() => {
    for (const node of nodes.reverse()) {
      if (!isOnPath(node, gradients, dependent)) continue;
      if (node.scope === "") visit(node);
      else scope(node.scope, () => visit(node));
    }
  });
  return gradients;
}

function isOnPath(node: Node, gradients: ReadonlyMap<Tensor, Tensor>, dependent: ReadonlySet<Tensor>): boolean {
  const outputs = Object.values(node.outputs);
  return outputs.some((output) => gradients.has(output)) && outputs.some((output) => dependent.has(output));
}

function dependents(nodes: readonly Node[], wanted: ReadonlySet<Tensor>): Set<Tensor> {
  const dependent = new Set<Tensor>(wanted);
  for (const node of nodes) {
    if (Object.values(node.inputs).some((tensor) => dependent.has(tensor))) {
      for (const output of Object.values(node.outputs)) dependent.add(output);
    }
  }
  return dependent;
}
