/** Numbers given to every run of a plan: how many rows there are, the learning rate, the seed. */
export type RunScalars = Readonly<Record<string, number>>;

/** A number known only when a plan runs, with the largest value it can take. */
export interface ScalarExpression {
  readonly label: string;
  readonly capacity: number;
  /** The numbers of a run that it depends on. */
  readonly reads: readonly string[];
  evaluate(run: RunScalars): number;
}

/** A number that is known when a plan is built, or one that every run gives. */
export type Scalar = number | ScalarExpression;

/** A size of a tensor: static, or dynamic up to a capacity. */
export type Dimension = Scalar;

/** A number that every run gives by name. `capacity` bounds it where it is a size. */
export function runScalar(name: string, capacity = Number.POSITIVE_INFINITY): ScalarExpression {
  return {
    label: name,
    capacity,
    reads: [name],
    evaluate: (run) => {
      const value = run[name];
      if (value === undefined) throw new Error(`run scalar ${name} was not given; given: ${Object.keys(run).join(", ") || "none"}`);
      if (value > capacity) throw new Error(`run scalar ${name} is ${value}; this plan was built for at most ${capacity}`);
      return value;
    },
  };
}

/** A function of scalars. Its capacity is computed from their capacities, so it must not decrease in any of them. */
export function derive(label: string, inputs: readonly Scalar[], compute: (...values: number[]) => number): Scalar {
  if (inputs.every((input) => typeof input === "number")) return compute(...(inputs as number[]));
  return {
    label,
    capacity: compute(...inputs.map(capacityOf)),
    reads: readsOf(inputs),
    evaluate: (run) => compute(...inputs.map((input) => evaluateScalar(input, run))),
  };
}

/** The product of sizes, some of which may be dynamic. */
export function product(...factors: readonly Scalar[]): Scalar {
  return derive(factors.map(describeScalar).join("*"), factors, (...values) => values.reduce((a, b) => a * b, 1));
}

/** A quotient rounded up, such as the number of workgroups that cover `value` elements. */
export function ceilDivide(value: Scalar, by: number): Scalar {
  return derive(`ceil(${describeScalar(value)}/${by})`, [value], (x) => Math.ceil(x / by));
}

export function evaluateScalar(scalar: Scalar, run: RunScalars): number {
  return typeof scalar === "number" ? scalar : scalar.evaluate(run);
}

/** The numbers of a run that scalars depend on. */
export function readsOf(scalars: readonly (Scalar | undefined)[]): string[] {
  return [...new Set(scalars.flatMap((scalar) => (typeof scalar === "object" ? scalar.reads : [])))];
}

export function capacityOf(scalar: Scalar): number {
  return typeof scalar === "number" ? scalar : scalar.capacity;
}

export function describeScalar(scalar: Scalar): string {
  return typeof scalar === "number" ? String(scalar) : scalar.label;
}
