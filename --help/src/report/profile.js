import { formatNumber, formatTable } from "./table.js";
/** What a submission serves, by the name of its plan. */
export function phaseOf(submission) {
    if (submission === "prefill" || submission === "decode")
        return "sampling";
    return submission === "score" ? "scoring" : "update";
}
export function summarizeProfile({ adapter, clock, plain, steps }) {
    const timed = steps.flatMap(({ submissions }) => submissions.flatMap(({ label, dispatches }) => dispatches.map((dispatch) => ({ phase: phaseOf(label), dispatch }))));
    const group = (nameOf) => groupBy(timed, nameOf, steps.length);
    return {
        adapter,
        clock,
        steps: steps.map(({ step }) => step),
        plain: costOf([plain]),
        profiled: costOf(steps),
        gpu: timed.reduce((sum, { dispatch }) => sum + dispatch.duration, 0) / steps.length,
        kernels: group(({ kernel }) => kernel),
        parts: group(partOf),
        labels: group(({ kernel, label }) => `${kernel} (${label})`),
    };
}
/** The layer a dispatch belongs to, or what kind of work it is outside the layers. */
function partOf({ scope, kernel }) {
    return /^\w+\.\d+/.exec(scope)?.[0] ?? kernel.split("/")[0];
}
function costOf(steps) {
    const mean = (measure) => sumOf(steps, measure) / steps.length;
    return {
        wall: mean(({ start, end }) => end - start),
        encode: mean(({ submissions }) => sumOf(submissions, ({ encodeStart, encodeEnd }) => encodeEnd - encodeStart)),
        submissions: mean(({ submissions }) => submissions.length),
        dispatches: mean(({ submissions }) => sumOf(submissions, ({ dispatchCount }) => dispatchCount)),
    };
}
function sumOf(items, measure) {
    return items.reduce((sum, item) => sum + measure(item), 0);
}
function groupBy(timed, nameOf, steps) {
    const groups = new Map();
    for (const member of timed) {
        const key = `${member.phase} ${nameOf(member.dispatch)}`;
        const members = groups.get(key);
        if (members)
            members.push(member);
        else
            groups.set(key, [member]);
    }
    const all = sumOf(timed, ({ dispatch }) => dispatch.duration);
    const summarize = (members) => {
        const { phase, dispatch } = members[0];
        const total = sumOf(members, (member) => member.dispatch.duration);
        const rate = (amount) => (amount && total > 0 ? amount / (total * 1e6) : undefined);
        const flops = members.map((member) => flopsOf(member.dispatch));
        const counted = flops.every((count) => count !== undefined) ? sumOf(flops, (count) => count ?? 0) : undefined;
        return {
            phase,
            name: nameOf(dispatch),
            calls: members.length / steps,
            time: total / steps,
            share: all > 0 ? total / all : 0,
            gflops: rate(counted),
            gigabytes: rate(sumOf(members, (member) => member.dispatch.bytes)),
        };
    };
    return [...groups.values()].map(summarize).sort((a, b) => b.time - a.time);
}
/** Floating-point operations of a matrix product; undefined for other kernels. */
function flopsOf({ kernel, parameters }) {
    const { rows, columns, inner } = parameters;
    if (!kernel.startsWith("matmul/") || rows === undefined || columns === undefined || inner === undefined)
        return undefined;
    return 2 * rows * columns * inner;
}
/** How many kernels the table shows; profile.json has all. */
const KERNELS_SHOWN = 24;
/** The summary for people. */
export function formatProfile(summary) {
    const { kernels, parts } = summary;
    const rest = kernels.slice(KERNELS_SHOWN);
    const more = rest.length === 0 ? [] : [`and ${rest.length} more: ${milliseconds(sumOf(rest, ({ time }) => time))} ms`];
    const columns = [left("phase"), left("kernel"), right("calls"), right("ms/step"), right("share"), right("us/call"), right("GFLOP/s")];
    const rows = kernels.slice(0, KERNELS_SHOWN).map((group) => [...row(group), rate(group.gflops), rate(group.gigabytes)]);
    const partColumns = [left("phase"), left("part"), right("calls"), right("ms/step"), right("share"), right("us/call")];
    return [
        ...overview(summary),
        "",
        formatTable([...columns, right("GB/s")], rows),
        ...more,
        "",
        formatTable(partColumns, [...parts].sort(byPart).map(row)),
    ].join("\n");
}
function overview({ adapter, clock, steps, plain, profiled, gpu, kernels }) {
    const timed = clock === "gpu" ? "the GPU's timestamps" : "the host's clock, a submission and a wait each (this adapter has no timestamps)";
    const perDispatch = formatNumber((plain.encode * 1e3) / Math.max(1, plain.dispatches), 3);
    const phases = [...new Set(kernels.map(({ phase }) => phase))].map((name) => {
        const members = kernels.filter(({ phase }) => phase === name);
        return `${name} ${milliseconds(sumOf(members, ({ time }) => time))}`;
    });
    const range = steps.length === 1 ? `step ${steps[0]}` : `steps ${steps[0]} to ${steps.at(-1)}`;
    return [
        `profile of ${range} on ${adapter}; dispatches timed by ${timed}`,
        `a step as always   ${milliseconds(plain.wall)} ms, of it encoding ${milliseconds(plain.encode)} ms (${perDispatch} us a dispatch)`,
        `a profiled step    ${milliseconds(profiled.wall)} ms, of it encoding ${milliseconds(profiled.encode)} ms`,
        `on the GPU         ${milliseconds(gpu)} ms (${phases.join(", ")}), ${percent(gpu / profiled.wall)} of the profiled step`,
        `launched           ${count(profiled.dispatches)} dispatches in ${count(profiled.submissions)} submissions`,
    ];
}
function row({ phase, name, calls, time, share }) {
    return [phase, name, count(calls), milliseconds(time), percent(share), ((time * 1e3) / calls).toFixed(1)];
}
function byPart(a, b) {
    return a.phase.localeCompare(b.phase) || a.name.localeCompare(b.name, "en", { numeric: true });
}
function milliseconds(value) {
    return value.toFixed(2);
}
function percent(share) {
    return `${(share * 100).toFixed(1)} %`;
}
function count(value) {
    return formatNumber(Math.round(value * 10) / 10);
}
function rate(value) {
    return value === undefined ? "" : formatNumber(value, 3);
}
function left(heading) {
    return { heading };
}
function right(heading) {
    return { heading, align: "right" };
}
