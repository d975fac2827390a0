import type { Random } from "../random.ts";

/** A square maze, its squares numbered row by row. */
export interface Maze {
  readonly size: number;
  /** By square: true is a wall. */
  readonly walls: readonly boolean[];
  readonly start: number;
  readonly exit: number;
}

const MOVES = "udlr";

/** Reads "S./#E", rows from the top: S is the start, E the exit, # a wall. Undefined for anything but a square with one S and one E. */
export function parseMaze(text: string): Maze | undefined {
  const rows = text.split("/");
  const squares = rows.join("");
  if (rows.some((row) => row.length !== rows.length) || !/^[SE.#]+$/.test(squares)) return undefined;
  if (squares.split("S").length !== 2 || squares.split("E").length !== 2) return undefined;
  return {
    size: rows.length,
    walls: [...squares].map((square) => square === "#"),
    start: squares.indexOf("S"),
    exit: squares.indexOf("E"),
  };
}

/**
 * A random maze, as text, whose shortest way out takes `steps` moves. Each square is a wall with the chance `density`, the exit is anywhere,
 * and the start is anywhere at that distance from it. Undefined where the drawn walls and exit leave no such start.
 */
export function drawMaze(random: Random, { size, density, steps }: { size: number; density: number; steps: number }): string | undefined {
  const exit = random.integer(size * size);
  const walls = Array.from({ length: size * size }, (_, square) => random.uniform() < density && square !== exit);
  const starts = stepsToExit({ size, walls, exit }).flatMap((distance, square) => (distance === steps ? [square] : []));
  if (starts.length === 0) return undefined;
  const start = starts[random.integer(starts.length)]!;
  const squares = walls.map((wall, square) => (square === start ? "S" : square === exit ? "E" : wall ? "#" : "."));
  return Array.from({ length: size }, (_, row) => squares.slice(row * size, (row + 1) * size).join("")).join("/");
}

/** Moves of the shortest way to the exit from every square; infinite from walls and from where there is no way. */
export function stepsToExit({ size, walls, exit }: Omit<Maze, "start">): number[] {
  const neighbours = neighboursIn(size);
  const steps = walls.map(() => Number.POSITIVE_INFINITY);
  steps[exit] = 0;
  const reached = [exit]; // it grows while it is read, so that nearer squares come first
  for (const square of reached) {
    const distance = steps[square]! + 1;
    for (const to of neighbours[square]!) {
      if (walls[to] || steps[to]! <= distance) continue;
      steps[to] = distance;
      reached.push(to);
    }
  }
  return steps;
}

/** The squares beside each square of a grid without walls. */
const neighboursIn = bySize((size): readonly (readonly number[])[] => {
  const walls = Array.from({ length: size * size }, () => false);
  return walls.map((_, square) => [...MOVES].flatMap((move) => moved({ size, walls }, square, move) ?? []));
});

/** Whether moves lead from the start to the exit and end there, through no wall. False for any text that is not moves. */
export function walk(maze: Maze, moves: string): boolean {
  let square = maze.start;
  for (const move of moves) {
    const to = square === maze.exit ? undefined : moved(maze, square, move);
    if (to === undefined) return false;
    square = to;
  }
  return square === maze.exit;
}

/** Every way out that steps on no square twice and takes at most `slack` moves more than the shortest. */
export function waysOut(maze: Maze, slack: number): string[] {
  const steps = stepsToExit(maze);
  const ways: string[] = [];
  const extend = (square: number, moves: string, visited: readonly number[], left: number): void => {
    if (square === maze.exit) {
      ways.push(moves);
      return;
    }
    for (const move of MOVES) {
      const to = moved(maze, square, move);
      if (to !== undefined && steps[to]! < left && !visited.includes(to)) extend(to, moves + move, [...visited, to], left - 1);
    }
  };
  extend(maze.start, "", [maze.start], steps[maze.start]! + slack);
  return ways;
}

/** One text that stands for a maze and for all that it becomes when turned, mirrored or walked backwards. */
export function canonicalMaze(text: string): string {
  const backwards = text.replace(/[SE]/g, (mark) => (mark === "S" ? "E" : "S"));
  let first = text;
  for (const places of viewsOf(text.indexOf("/"))) {
    for (const one of [text, backwards]) {
      let view = "";
      for (const place of places) view += one[place]!;
      if (view < first) first = view;
    }
  }
  return first;
}

/** For each of the eight ways to turn and mirror a grid, where each character of its text comes from; slashes stay. */
const viewsOf = bySize((size): readonly (readonly number[])[] => {
  const side = Array.from({ length: size }, (_, i) => i);
  const at = (row: number, column: number): number => row * (size + 1) + column;
  let rows = side.map((row) => side.map((column) => at(row, column)));
  const inText = (grid: readonly (readonly number[])[]): number[] =>
    grid.flatMap((squares, row) => (row < size - 1 ? [...squares, at(row, size)] : squares));
  return [0, 1, 2, 3].flatMap(() => {
    rows = side.map((column) => rows.map((row) => row[column]!)).reverse();
    return [inText(rows), inText([...rows].reverse())];
  });
});

/** The square that a move leads to; undefined off the grid, into a wall, and for any other text. */
function moved({ size, walls }: Pick<Maze, "size" | "walls">, square: number, move: string): number | undefined {
  const column = square % size;
  let to: number;
  if (move === "u") to = square - size;
  else if (move === "d") to = square + size;
  else if (move === "l" && column > 0) to = square - 1;
  else if (move === "r" && column < size - 1) to = square + 1;
  else return undefined;
  return walls[to] === false ? to : undefined;
}

/** Computes what a size of grids needs once: the mazes of a task ask for it a million times. */
function bySize<T>(compute: (size: number) => T): (size: number) => T {
  const known = new Map<number, T>();
  return (size) => {
    const found = known.get(size) ?? compute(size);
    known.set(size, found);
    return found;
  };
}
