import type { Tensor } from "./tensor.ts";
import { type BackwardContext, backwardPass, currentTrace, type GradientSink, type Node, scope } from "./trace.ts";

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
      sink: lending(node, sinkOf),
      absorb: (name) => {
        const target = node.inputs[name];
        if (!target || sinks.has(target)) return undefined;
        absorbed.add(name);
        return gradients.get(target);
      },
    });
    for (const [name, gradient] of inPlaceFirst(node, contributions, absorbed, sinks)) {
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

/**
 * Gives each sink to one input of a node. A parameter that the node was given under a second name gets a gradient of its own there: kernels
 * of one node may run as one launch, in which two sums onto the same memory would race.
 */
function lending(node: Node, sinkOf: (parameter: Tensor) => GradientSink | undefined): BackwardContext["sink"] {
  const lent = new Map<Tensor, string>();
  return (name) => {
    const parameter = node.inputs[name];
    if (!parameter) return undefined;
    const borrower = lent.get(parameter) ?? name;
    lent.set(parameter, borrower);
    return borrower === name ? sinkOf(parameter) : undefined;
  };
}

/** What a kernel has written where a sum is to be must be known before more is added onto it. */
function inPlaceFirst(
  node: Node,
  contributions: Readonly<Record<string, Tensor | undefined>>,
  absorbed: ReadonlySet<string>,
  sinks: ReadonlyMap<Tensor, GradientSink>,
): [name: string, gradient: Tensor | undefined][] {
  const isInPlace = ([name, gradient]: [string, Tensor | undefined]): boolean => {
    const sink = node.inputs[name] && sinks.get(node.inputs[name]);
    return absorbed.has(name) || (sink !== undefined && gradient?.storage === sink.onto.storage);
  };
  return Object.entries(contributions).sort((a, b) => Number(isInPlace(b)) - Number(isInPlace(a)));
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
