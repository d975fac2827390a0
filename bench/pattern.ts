import { writeParameter } from "../src/nn/parameter_memory.ts";
import type { PlacedModule } from "../src/nn/place.ts";
import { createRandom } from "../src/random.ts";
import type { HostValue } from "../src/testing/check_op.ts";
import { normal } from "../src/testing/values.ts";

/**
 * Random numbers for large benchmarks. Drawing half a billion takes JavaScript a minute, so they repeat after this many: a prime, so that no
 * two rows of a matrix that lie near each other are alike. Real models draw every number (initializeParameters).
 */
const PERIOD = 16_381;

/** Up to this many numbers are drawn one by one. */
const DRAWN = 2 ** 20;

/** Standard normal values as `normal` gives them; many of them repeat. */
export function repeatedNormal(shape: readonly number[], seed: number): HostValue {
  const count = shape.reduce((a, b) => a * b, 1);
  if (count <= DRAWN) return normal(shape, seed);
  const data = new Float64Array(count);
  fillWith(data, normal([PERIOD], seed).data, 0);
  return { shape, data };
}

/** Gives the parameters of a model values of the sizes that its initialisation says. They repeat. */
export function initializeRepeatedly(placed: PlacedModule, seed: number): void {
  const random = createRandom(seed);
  const draw = (value: () => number): Float32Array => Float32Array.from({ length: PERIOD }, value);
  const patterns = { normal: draw(random.normal), uniform: draw(() => 2 * random.uniform() - 1) };
  const piece = new Float32Array(DRAWN);
  for (const parameter of placed.module.namedParameters().values()) {
    const { initial, shape } = parameter;
    const pattern =
      initial.kind === "normal"
        ? patterns.normal.map((value) => value * initial.standardDeviation)
        : initial.kind === "uniform"
          ? patterns.uniform.map((value) => value * initial.bound)
          : Float32Array.of(initial.kind === "ones" ? 1 : 0);
    const writer = writeParameter(placed.device, parameter);
    const count = shape.reduce((a, b) => a * b, 1);
    for (let done = 0; done < count; done += piece.length) {
      const part = piece.subarray(0, count - done);
      fillWith(part, pattern, done);
      writer.write(part);
    }
    writer.end();
  }
  placed.halves?.refresh();
}

/** Fills an array with a pattern, from the place in it that belongs to an element. */
function fillWith<Numbers extends Float32Array | Float64Array>(data: Numbers, pattern: Numbers, begin: number): void {
  if (pattern.length === 1) {
    data.fill(pattern[0]!);
    return;
  }
  for (let at = 0; at < data.length; ) {
    const from = (begin + at) % pattern.length;
    const part = pattern.subarray(from, from + data.length - at);
    data.set(part, at);
    at += part.length;
  }
}
