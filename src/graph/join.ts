import type { Storage } from "./tensor.ts";
import type { Dispatch, Node } from "./trace.ts";

/** A dispatch, and the node that it belongs to. */
export interface NodeDispatch {
  readonly node: Node;
  readonly dispatch: Dispatch;
}

/**
 * Lets small launches that nobody waits for share one with later ones of their kind (Dispatch.join). A launch is put off until it is full, or
 * until something binds memory that it binds. So what any launch reads stays the same.
 */
export function joinDispatches(steps: readonly NodeDispatch[]): NodeDispatch[] {
  const joined: NodeDispatch[] = [];
  let waiting: NodeDispatch | undefined;
  const release = (): void => {
    if (waiting) joined.push(waiting);
    waiting = undefined;
  };
  for (const step of steps) {
    if (waiting && sharesMemory(waiting.dispatch, step.dispatch)) release();
    const both: Dispatch | undefined = waiting?.dispatch.join?.(step.dispatch);
    if (both) {
      waiting = { node: step.node, dispatch: both };
    } else if (step.dispatch.join) {
      release();
      waiting = step;
    } else {
      joined.push(step);
    }
  }
  release();
  return joined;
}

function sharesMemory(a: Dispatch, b: Dispatch): boolean {
  const others = Object.values(b.bindings);
  return Object.values(a.bindings).some((tensor) => others.some((other) => overlaps(tensor.storage, other.storage)));
}

/** Whether two storages have memory in common. Those outside a plan are windows, which may lie over one another. */
function overlaps(a: Storage, b: Storage): boolean {
  if (a === b) return true;
  const [one, other] = [a.window, b.window];
  if (!one || !other || one.buffer !== other.buffer) return false;
  return one.offset < other.offset + other.size && other.offset < one.offset + one.size;
}
