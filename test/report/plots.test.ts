import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { coloursOf } from "../../src/report/colours.ts";
import { metricsCsv } from "../../src/report/csv.ts";
import { drawBars, drawLineGrid, drawLines, type LineFigure } from "../../src/report/figure.ts";
import type { Metrics } from "../../src/report/metrics.ts";
import { plotRuns } from "../../src/report/plots.ts";
import { svgToPng } from "../../src/report/png.ts";
import { loadRun, type Run } from "../../src/report/run.ts";
import { metricNames } from "../../src/report/run_metrics.ts";

function run(name: string, options: { target?: number; controlled?: boolean } = {}): Run {
  const { target = 0.35, controlled = true } = options;
  const metrics = Array.from({ length: 30 }, (_, index): Metrics => {
    const shared = { step: index + 1, reward: 0.3 + index / 100, entropy: 0.5 - index / 200 };
    if (!controlled) return shared;
    return { ...shared, "entropic/alpha": 0.9 - index / 20, "entropic/target": target, "entropic/gated_fraction": 0.6 + (index % 2) / 10 };
  });
  return { name, folder: `runs/${name}`, metrics, findings: [], ...(controlled ? { alphaLimit: 0.9 } : {}) };
}

/** The colours of the bold curves, in the order of the runs. */
function coloursIn(svg: string): Set<string> {
  return new Set([...svg.matchAll(/stroke="(#[0-9a-f]{6})" stroke-width="2.4"/g)].map((match) => match[1]!));
}

test("a run's pictures have titles, units, the target and the limits, and are well-formed", async () => {
  const pictures = await plotRuns([run("quickstart")]);
  assert.deepEqual(
    pictures.map(({ name }) => name),
    ["overview", "reward", "entropy", "alpha", "gated_fraction"],
  );
  const svgs = Object.fromEntries(pictures.map(({ name, svg }) => [name, svg]));
  for (const text of ["Reward", "Entropy", "Alpha", "Gated fraction", "target 0.35", "limit 0.9", "limit -0.9"])
    assert.ok(svgs.overview?.includes(text), text);
  for (const text of ["Entropy", "nats per token", "step", "target 0.35", "quickstart", "moving mean of 3 steps"])
    assert.ok(svgs.entropy?.includes(text), text);
  for (const { svg, name } of pictures) {
    const png = await svgToPng(svg, 1);
    assert.deepEqual(
      [...png.subarray(1, 4)],
      [..."PNG"].map((letter) => letter.charCodeAt(0)),
      name,
    );
    assert.ok(!svg.includes("NaN"), name);
  }
});

test("a run keeps its colour in figures where another run is missing", async () => {
  const pictures = await plotRuns([run("grpo", { controlled: false }), run("entropic")]);
  const byName = new Map(pictures.map(({ name, svg }) => [name, coloursIn(svg)]));
  const alpha = byName.get("alpha")!;
  assert.equal(alpha.size, 1);
  assert.deepEqual([...byName.get("entropy")!].slice(1), [...alpha], "the second run's colour");
  const alphaSvg = pictures.find(({ name }) => name === "alpha")!.svg;
  assert.ok(!alphaSvg.includes(">grpo<"), "the legend names only runs that are drawn");
});

test("a target that moves is a dashed curve, and one that a run lets go of ends there", async () => {
  const dashes = async (change: (step: number) => Partial<Metrics>): Promise<string[]> => {
    const given = run("a");
    const moved = { ...given, metrics: given.metrics.map((metrics) => ({ ...metrics, ...change(metrics.step) })) };
    const svg = (await plotRuns([moved])).find(({ name }) => name === "entropy")!.svg;
    assert.ok(!svg.includes(">target 0.35<"), "a line over the whole run");
    return [...svg.matchAll(/<path [^>]*d="([^"]*)"[^>]*stroke-dasharray/g)].map((match) => match[1]!);
  };
  const points = (path: string): number => path.match(/[ML]/g)!.length;
  assert.deepEqual((await dashes((step) => ({ "entropic/target": 0.35 + step / 100 }))).map(points), [30]);
  assert.deepEqual((await dashes((step) => ({ "entropic/released": step > 20 ? 1 : 0 }))).map(points), [20]);
});

test("there is no target, no limit and no alpha where the controller holds nothing, and no gated fraction where it stands still", async () => {
  const metrics = [1, 2, 3].map((step): Metrics => {
    return { step, reward: step, entropy: 1, "entropic/alpha": 0, "entropic/target": 0, "entropic/gated_fraction": 1 };
  });
  const pictures = await plotRuns([{ name: "grpo", folder: "runs/grpo", metrics, findings: [], alphaLimit: 0.9, method: "none" }]);
  assert.deepEqual(
    pictures.map(({ name }) => name),
    ["overview", "reward", "entropy"],
  );
  for (const { name, svg } of pictures) assert.ok(!/>(target|limit) /.test(svg), `${name} has a line`);
});

test("evaluations are curves from step 0 on, and named metrics are drawn alone", async () => {
  const metrics: Metrics[] = [
    { step: 0, "eval/pass@1": 0.3, "eval/greedy": 0.4, "eval/pass@8": 0.8 },
    { step: 1, reward: 0.5, loss: 1 },
    { step: 2, reward: 0.6, loss: 2, "eval/pass@1": 0.4, "eval/greedy": 0.5, "eval/pass@8": 0.7 },
  ];
  const runs = [{ name: "a", folder: "runs/a, or so", metrics, findings: [] }];
  const names = async (chosen?: string[]) => (await plotRuns(runs, chosen ? { metrics: chosen } : {})).map(({ name }) => name);
  assert.deepEqual(await names(), ["overview", "reward", "eval_pass_at_1", "eval_greedy", "eval_pass_at_8"]);
  assert.deepEqual(await names(["loss"]), ["overview", "loss"]);
  assert.deepEqual(metricNames(runs), ["eval/greedy", "eval/pass@1", "eval/pass@8", "loss", "reward"]);
  assert.equal(
    metricsCsv(runs, ["loss", "eval/pass@1"]),
    'run,step,loss,eval/pass@1\n"runs/a, or so",0,,0.3\n"runs/a, or so",1,1,\n"runs/a, or so",2,2,0.4\n',
  );
});

test("further evaluations of one run share a picture, those of several have one each, and so have strata that were ever solved", async () => {
  const metrics = [0, 20].map((step): Metrics => {
    const passes = { "eval/pass@1": 0.1, "eval/pass@2": 0.2, "eval/pass@16": 0.5, "eval/greedy": 0.2 };
    const further = { "eval/T0.6/pass@1": 0.15, "eval/T0.6/entropy": 0.2, "eval/H0.1/pass@1": 0.18, "eval/H0.1/temperature": 0.4 };
    const solved = { "eval/tags/hard/ever_solved": 0.4, "eval/tags/hard/solved": 0.2, "eval/tags/easy/ever_solved": 1 };
    return { step, ...passes, ...further, ...solved, "train/tags/hard/ever_solved": 0.3, "train/tags/hard/solved": 0.1 };
  });
  const runs = ["a", "b"].map((name): Run => ({ name, folder: `runs/${name}`, metrics, findings: [] }));
  const pictures = async (given: readonly Run[]) => new Map((await plotRuns(given)).map(({ name, svg }) => [name, svg] as const));
  const one = await pictures(runs.slice(0, 1));
  assert.deepEqual([...one.keys()].slice(-3), ["evaluations", "eval_solved", "train_solved"]);
  const legend = ["pass@1, sampled", "pass@2", "pass@16", "pass@1, greedy", "pass@1, at entropy 0.1", "pass@1, temperature 0.6"];
  for (const text of legend) assert.ok(one.get("evaluations")!.includes(`>${text}<`), text);
  for (const text of ["hard", "easy", "Held-out problems: solved, and dashed ever solved"]) {
    assert.ok(one.get("eval_solved")!.includes(`>${text}<`), text);
  }
  const two = await pictures(runs);
  assert.ok(!two.has("evaluations") && two.has("eval_T0_6_pass_at_1") && two.has("eval_H0_1_pass_at_1"), [...two.keys()].join());
  assert.ok(two.get("eval_solved")!.includes(">b: hard<"));
});

test("a method has its colour in pictures of runs too, and a second run of it has another", async () => {
  const of = (name: string, method: string): Run => ({ ...run(name), method });
  const pictures = await plotRuns([of("x", "none"), of("y", "pi"), of("z", "pi")]);
  const drawn = [...coloursIn(pictures.find(({ name }) => name === "reward")!.svg)];
  assert.deepEqual(drawn.slice(0, 2), ["#7f7f7f", "#0072b2"]);
  assert.equal(new Set(drawn).size, 3, drawn.join());
});

test("a picture does not depend on what was drawn before it, and a label stands to the right of the plotting area", async () => {
  const series = [{ name: "a", points: [0, 1, 2].map((x) => ({ x, y: x })) }];
  const axes = { x: { title: "step" }, y: { title: "nats", domain: [0, 3] as const } };
  const draw = () => drawLines({ title: "Clipped", ...axes, series, rules: [{ y: 2, label: "target 2" }] });
  const first = await draw();
  assert.match(first, /clip/);
  await draw();
  assert.equal(await draw(), first);
  const [, x] = /transform="translate\(([\d.]+),[^>]*>target 2</.exec(first)!;
  assert.ok(Number(x) > 560, `${x} is within the plotting area, which is 560 wide`);
});

test("the last row of a grid is as wide as the others", async () => {
  const figure = (title: string): LineFigure => ({
    ...{ title, x: { title: "step" }, y: { title: "nats" } },
    series: [{ name: "a", points: [0, 1].map((x) => ({ x, y: x })) }],
  });
  const widths = (svg: string) =>
    [...svg.matchAll(/class="background"[^>]*d="M[\d.,-]+h(\d+)/g)].map(([, width]) => Number(width)).filter(Boolean);
  const three = widths(await drawLineGrid({ title: "three", figures: ["1", "2", "3"].map(figure) }));
  assert.deepEqual(
    [...new Set(three)].sort((a, b) => a - b),
    [400, 876],
  );
});

/** The labels of a picture that are numbers. */
const numbersIn = (svg: string): string[] => [...svg.matchAll(/>(-?[\d.,]+)<\/text>/g)].map(([, label]) => label!);

test("steps are whole numbers, a constant has a short label, and all panels of an overview have one step axis", async () => {
  const metrics: Metrics[] = [{ step: 0, "eval/pass@1": 0.3 }, ...[1, 2, 3].map((step) => ({ step, reward: 0.3, entropy: 4000 }))];
  const pictures = await plotRuns([{ name: "short", folder: "runs/short", metrics, findings: [] }]);
  const byName = new Map(pictures.map(({ name, svg }) => [name, numbersIn(svg)]));
  assert.deepEqual(byName.get("reward")!.slice(0, 3), ["1", "2", "3"]);
  for (const name of ["reward", "entropy"])
    assert.ok(
      byName.get(name)!.every((label) => label.length <= 5),
      byName.get(name)!.join(),
    );
  assert.ok(byName.get("reward")!.includes("0.3") && byName.get("entropy")!.includes("4,000"));
  const overview = byName.get("overview")!;
  assert.equal(overview.filter((label) => label === "3").length, 3, overview.join());
  assert.deepEqual(byName.get("eval_pass_at_1")![0], "0", "one step stands in the middle");
});

test("a legend of long names goes on in further lines, and the picture is no wider", async () => {
  const widthOf = (svg: string): number => Number(/width="([\d.]+)"/.exec(svg)![1]);
  const draw = (names: readonly string[]): Promise<string> => {
    const series = names.map((name) => ({ name, points: [0, 1].map((x) => ({ x, y: x })) }));
    return drawLines({ title: "Names", x: { title: "step" }, y: { title: "nats" }, series });
  };
  const long = Array.from({ length: 5 }, (_, i) => `DAPO with PI group floor, then release ${i}`);
  const svg = await draw(long);
  assert.equal(widthOf(svg), widthOf(await draw(["a", "b"])));
  for (const name of long) assert.ok(svg.includes(`>${name}<`), name);
});

test("long names below bars go on in a second line and lose no letter", async () => {
  const groups = ["pass@1 at 0.1 nats", "carries-0: at the end", "greedy"];
  const bars = groups.map((group, i) => ({ group, series: "pi", value: i, low: i, high: i }));
  const svg = await drawBars({ title: "Bars", y: { title: "share" }, bars });
  const labels = [...svg.matchAll(/>([^<>]+)<\/(?:text|tspan)>/g)].map(([, text]) => text!);
  for (const line of ["pass@1 at", "0.1 nats", "carries-0:", "at the end", "greedy"]) assert.ok(labels.includes(line), labels.join("|"));
});

test("targets that differ are drawn with their runs; folders of one name are told apart", async () => {
  const pictures = await plotRuns([run("a", { target: 0.25 }), { ...run("a", { target: 0.4 }), folder: "other/a" }]);
  const entropy = pictures.find(({ name }) => name === "entropy")!.svg;
  assert.ok(entropy.includes("dashed: target"));
  assert.ok(entropy.includes("runs/a") && entropy.includes("other/a"));
});

test("names with markup stay text", async () => {
  const [overview] = await plotRuns([run("a <b> & c")]);
  assert.ok(overview?.svg.includes("a &lt;b&gt; &amp; c"));
  await svgToPng(overview!.svg, 1);
});

test("generic figures: bands over seeds, bars with error bars", async () => {
  const points = [0, 1, 2].map((x) => ({ x, y: x, low: x - 1, high: x + 1 }));
  const lines = await drawLines({ title: "Bands", x: { title: "step" }, y: { title: "nats" }, series: [{ name: "pi", points }] });
  assert.match(lines, /mark-area/);
  const bars = [{ group: "pass@1", series: "grpo", value: 0.4, low: 0.3, high: 0.5 }];
  const drawn = await drawBars({ title: "Bars", y: { title: "fraction" }, bars, rules: [{ y: 0.35, label: "before" }] });
  for (const text of ["pass@1", "grpo", "before", "fraction", ">0.0<"]) assert.ok(drawn.includes(text), text);
  assert.match(drawn, /mark-rule/);
});

test("a run folder is read with its limit; broken ones are refused in one line", async () => {
  const folder = await mkdtemp(join(tmpdir(), "entropic-run-"));
  try {
    await assert.rejects(loadRun(folder), /holds no readable metrics\.jsonl; give a run folder/);
    await writeFile(join(folder, "metrics.jsonl"), "");
    await assert.rejects(loadRun(folder), /has no steps yet/);
    await writeFile(
      join(folder, "metrics.jsonl"),
      '{"step":1,"reward":0.1}\n{"step":2,"reward":0.2}\n{"step":2,"reward":0.3}\n{"step":3,"rew',
    );
    await writeFile(join(folder, "config.yaml"), "entropy: { limit: 0.8 }\n");
    const loaded = await loadRun(folder);
    assert.deepEqual(loaded.metrics, [
      { step: 1, reward: 0.1 },
      { step: 2, reward: 0.3 },
    ]);
    assert.equal(loaded.alphaLimit, 0.8);
    await writeFile(
      join(folder, "config.yaml"),
      "entropy: { limit: 0.8 }\nchanges: [{ after: 1, option: entropy.limit, from: 0.9, to: 0.8 }]\n",
    );
    assert.equal((await loadRun(folder)).alphaLimit, undefined, "no one limit holds for all steps");
    await writeFile(join(folder, "metrics.jsonl"), '{"step":1}\nnonsense\n{"step":2}\n');
    await assert.rejects(loadRun(folder), /metrics\.jsonl: line 2 is not a JSON object/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("every name of a picture gets a colour, though the algorithms beside it have taken the palette's first", () => {
  const known = ["GRPO", "EntroPIC", "AEC", "entropy bonus", "DAPO clip-higher", "NSR", "EntroPIC P", "EntroPIC PI (tau 0.5)"];
  const colours = coloursOf([...known, "mine", "yours"]);
  assert.ok(
    colours.every((colour) => /^#[0-9a-f]{6}$/.test(colour)),
    colours.join(),
  );
  assert.equal(new Set(colours).size, 10);
  assert.deepEqual(coloursOf(known), colours.slice(0, 8));
});
