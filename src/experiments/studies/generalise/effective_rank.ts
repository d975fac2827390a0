/** So many passes over all pairs of columns suffice for matrices of some hundred columns; each squares what is left of their products. */
const MOST_SWEEPS = 30;
const TOLERANCE = 1e-12;

/**
 * The singular values of a matrix given by rows, by one-sided Jacobi rotations (Hestenes 1958): columns are turned in pairs until all stand at
 * right angles, and their lengths are then the singular values.
 */
export function singularValues(matrix: ArrayLike<number>, [rows, columns]: readonly [number, number]): number[] {
  // Fewer columns than rows make fewer pairs; a matrix and its transpose have the same singular values.
  const isWide = columns > rows;
  const [length, count] = isWide ? [columns, rows] : [rows, columns];
  const own = Array.from({ length: count }, (_, j) =>
    Float64Array.from({ length }, (_, i) => matrix[isWide ? j * columns + i : i * columns + j]!),
  );
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let isTurned = false;
    for (let p = 0; p < count - 1; p++) for (let q = p + 1; q < count; q++) isTurned = turn(own[p]!, own[q]!) || isTurned;
    if (!isTurned) break;
  }
  return own.map((column) => Math.sqrt(dot(column, column))).sort((a, b) => b - a);
}

/** Turns two columns to a right angle. False where they stand at one already. */
function turn(a: Float64Array, b: Float64Array): boolean {
  const [aa, bb, ab] = [dot(a, a), dot(b, b), dot(a, b)];
  if (Math.abs(ab) <= TOLERANCE * Math.sqrt(aa * bb)) return false;
  const zeta = (bb - aa) / (2 * ab);
  const tangent = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  const sine = cosine * tangent;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    a[i] = cosine * x - sine * y;
    b[i] = sine * x + cosine * y;
  }
  return true;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/**
 * The effective rank of a matrix (Roy and Vetterli 2007): exp of the entropy of its singular values, taken as shares of their sum. It is n for n
 * equal singular values and nears 1 where one outweighs all others. That of a matrix of zeros is 0.
 */
export function effectiveRank(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  if (sum === 0) return 0;
  const shares = values.map((value) => value / sum).filter((share) => share > 0);
  return Math.exp(-shares.reduce((total, share) => total + share * Math.log(share), 0));
}
