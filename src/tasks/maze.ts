import { quoted } from "../options/quote.ts";
import { decimal, option, section, whole } from "../options/schema.ts";
import type { Random } from "../random.ts";
import { canonicalMaze, drawMaze, type Maze, parseMaze, stepsToExit, walk, waysOut } from "./maze_grid.ts";
import { drawProblems, once, splitByHash } from "./split.ts";
import { defineTask, type TextProblem } from "./task.ts";

const STOP = "$";

interface MazeProblem extends TextProblem {
  /** Moves of the shortest way out. */
  readonly steps: number;
}

const options = section({
  size: option(whole({ min: 2, max: 6 }), 4, "Rows and columns."),
  walls: option(decimal({ min: 0, max: 0.7 }), 0.3, "How likely a square is a wall."),
  minSteps: option(whole({ min: 1, max: 20 }), 2, "Moves of the shortest way out, at least."),
  maxSteps: option(whole({ min: 1, max: 20 }), 6, "Moves of the shortest way out, at most."),
  slack: option(whole({ min: 0, max: 4 }), 2, "Moves that an answer may take beyond the shortest way out; a detour costs two."),
  problems: option(whole({ min: 10, max: 1_000_000 }), 10_000, "How many problems to draw, at most."),
  heldOut: option(whole({ min: 0 }), 256, "Problems kept for evaluation, at most a fifth of all."),
});

/**
 * "S./#E:" -> "rd$": walk from S to the exit E, up, down, left or right (u d l r), around walls (#) and within a few moves of the
 * shortest way; the walk ends when it gets there. Every maze can be solved. A maze that is turned, mirrored or walked backwards counts as
 * the same one, so that none of a held-out maze's sixteen views occurs in training. The tag is the length of the shortest way: `steps-4`.
 */
export const maze = defineTask({
  key: "maze",
  description: "Walk from S to E around walls, by u d l r: S./#E: -> rd$",
  options,
  check: ({ minSteps, maxSteps }) =>
    minSteps > maxSteps ? [{ option: "minSteps", value: minSteps, allowed: `at most maxSteps (${maxSteps})` }] : [],
  build: ({ size, walls, minSteps, maxSteps, slack, problems: limit, heldOut }) => {
    // The length of the way is drawn before the maze, so that there are about as many mazes of one length as of another.
    const draw = (random: Random): MazeProblem | undefined => {
      const steps = minSteps + random.integer(maxSteps - minSteps + 1);
      for (let tries = 0; tries < 50; tries++) {
        const text = drawMaze(random, { size, density: walls, steps });
        if (text !== undefined) return { prompt: `${text}:`, tag: `steps-${steps}`, steps };
      }
      return undefined;
    };
    const drawn = () => drawProblems("maze", limit, draw, canonical);
    if (drawn()[Symbol.iterator]().next().done) {
      const steps = minSteps === maxSteps ? `${minSteps}` : `${minSteps} to ${maxSteps}`;
      throw new Error(
        `task "maze": found no maze of ${size} x ${size} squares with walls ${walls} and ${steps} steps to its exit; lower minSteps or raise size.`,
      );
    }
    const splits = once(() => splitByHash([...drawn()], canonical, heldOut));
    return {
      alphabet: `SE.#/:udlr${STOP}`,
      stop: STOP,
      maxPromptLength: size * (size + 1),
      maxCompletionLength: maxSteps + slack + 1,
      problems: (split) => splits()[split],
      solutions: (problem) => waysOut(parsePrompt(problem.prompt), slack).map((way) => way + STOP),
      reward: (problem, completion) => {
        const grid = parsePrompt(problem.prompt);
        if (!completion.endsWith(STOP)) return 0;
        const moves = completion.slice(0, -STOP.length);
        return walk(grid, moves) && moves.length <= stepsToExit(grid)[grid.start]! + slack ? 1 : 0;
      },
    };
  },
});

/** Reads a prompt such as "S./#E:". Throws on any other prompt, which must come from another dataset. */
function parsePrompt(prompt: string): Maze {
  const grid = prompt.endsWith(":") ? parseMaze(prompt.slice(0, -1)) : undefined;
  if (grid === undefined) throw new Error(`Prompt ${quoted(prompt)} is not a maze; one like "S./#E:" is expected.`);
  return grid;
}

function canonical({ prompt }: MazeProblem): string {
  return canonicalMaze(prompt.slice(0, -1));
}
