import { list, openSection, option, section, text } from "../options/schema.ts";
import { once } from "./split.ts";
import { defineTask, type Split, type Task, type TextProblem } from "./task.ts";

const part = openSection({ name: text("the name of a task") }, "a mapping with the key name and the task's own options");

const options = section({
  tasks: option(
    list(part, "a list of mappings with the key name and the task's own options"),
    [{ name: "countdown" }, { name: "sort" }, { name: "maze" }],
    "The tasks to mix, two or more, each with its own options, such as { name: sort, length: 6 }.",
  ),
});

/**
 * Several tasks in one: their problems in turn, each with its own prompts, answers and reward. A problem's tag is the name of its task,
 * so that entropy can be held task by task (`entropy.classBy: tag`). In training the problems of smaller tasks repeat, so that every task
 * has the same share. Evaluation repeats none and starts with equal shares.
 */
export function mixtureOf(create: (config: { readonly name: string }) => Task) {
  return defineTask({
    key: "mixture",
    description: "Several tasks in turn, with the task's name as the tag of a problem",
    options,
    check: ({ tasks }) => {
      const names = tasks.map(({ name }) => name);
      return names.length < 2 || new Set(names).size < names.length
        ? [{ option: "tasks", value: names, allowed: "a list of two or more different tasks" }]
        : [];
    },
    build: ({ tasks }) => {
      const parts = tasks.map((config) => create(config));
      const byName = new Map(parts.map((task) => [task.name, task]));
      const [{ stop }] = parts as [Task, ...Task[]];
      const other = parts.find((task) => task.stop !== stop);
      if (other)
        throw new Error(`task "mixture": ${other.name} ends answers with ${other.stop}, not with ${stop}; mix tasks that end alike.`);
      const problems = once((): Record<Split, readonly TextProblem[]> => ({ train: inTurn(parts, "train"), eval: inTurn(parts, "eval") }));
      const taskOf = ({ tag }: TextProblem): Task => byName.get(String(tag))!;
      return {
        alphabet: [...new Set(parts.flatMap(({ alphabet }) => [...alphabet]))].join(""),
        stop,
        maxPromptLength: Math.max(...parts.map(({ maxPromptLength }) => maxPromptLength)),
        maxCompletionLength: Math.max(...parts.map(({ maxCompletionLength }) => maxCompletionLength)),
        problems: (split) => problems()[split],
        solutions: (problem) => taskOf(problem).solutions(problem),
        reward: (problem, completion) => taskOf(problem).reward(problem, completion),
      };
    },
  });
}

/** One problem of each task, then the next of each. */
function inTurn(parts: readonly Task[], split: Split): TextProblem[] {
  const lists = parts.map((task) => task.problems(split).map((problem): TextProblem => ({ ...problem, tag: task.name })));
  const longest = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, i) =>
    lists.flatMap((list) => (split === "train" ? [list[i % list.length]!] : list.slice(i, i + 1))),
  ).flat();
}
