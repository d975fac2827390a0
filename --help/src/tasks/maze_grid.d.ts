import type { Random } from "../random.js";
/** A square maze, its squares numbered row by row. */
export interface Maze {
    readonly size: number;
    /** By square: true is a wall. */
    readonly walls: readonly boolean[];
    readonly start: number;
    readonly exit: number;
}
/** Reads "S./#E", rows from the top: S is the start, E the exit, # a wall. Undefined for anything but a square with one S and one E. */
export declare function parseMaze(text: string): Maze | undefined;
/**
 * A random maze, as text, whose shortest way out takes `steps` moves. Each square is a wall with the chance `density`, the exit is anywhere,
 * and the start is anywhere at that distance from it. Undefined where the drawn walls and exit leave no such start.
 */
export declare function drawMaze(random: Random, { size, density, steps }: {
    size: number;
    density: number;
    steps: number;
}): string | undefined;
/** Moves of the shortest way to the exit from every square; infinite from walls and from where there is no way. */
export declare function stepsToExit(maze: Omit<Maze, "start">): number[];
/** Whether moves lead from the start to the exit and end there, through no wall. False for any text that is not moves. */
export declare function walk(maze: Maze, moves: string): boolean;
/** Every way out that steps on no square twice and takes at most `slack` moves more than the shortest. */
export declare function waysOut(maze: Maze, slack: number): string[];
/** One text that stands for a maze and for all that it becomes when turned, mirrored or walked backwards. */
export declare function canonicalMaze(text: string): string;
