import { ConfigError, isPromise } from "../../options/problems.ts";
import { quoted, reasonOf } from "../../options/quote.ts";
import type { Task, TextProblem } from "../../tasks/task.ts";

/** The solutions that a task gives of a problem. @throws ConfigError that names the task and the prompt where it throws, or gives no texts */
export function solutionsOf(task: Task, problem: TextProblem): readonly string[] {
  const place = `of the task ${quoted(task.name)}`;
  const solutions = asked(task, problem, place);
  if (Array.isArray(solutions) && solutions.length > 0 && solutions.every((solution) => typeof solution === "string")) return solutions;
  const given = isPromise(solutions) ? "a promise" : quoted(solutions);
  throw new ConfigError([
    `solutions() ${place} returned ${given} for the prompt ${quoted(problem.prompt)}; return a list of at least one text, or leave the problem out`,
  ]);
}

function asked(task: Task, problem: TextProblem, place: string): unknown {
  try {
    return task.solutions(problem);
  } catch (error) {
    const refused = new ConfigError([
      `solutions() ${place} failed on the prompt ${quoted(problem.prompt)}: ${reasonOf(error)}; mend it, or leave the problem out`,
    ]);
    refused.cause = error;
    throw refused;
  }
}
