import { workOf } from "./cell.js";
import { completedCell, runCell } from "./run_cell.js";
/** Runs a study's cells one after the other, in their order, so that a cell may build on what earlier ones measured. */
export async function runCells(study, { host, dir, progress, signal }) {
    const results = new Map();
    let skipped = 0;
    for (const cell of study.cells) {
        const config = cell.tune?.(cell.config, results) ?? cell.config;
        const options = { host, dir, signal, onMetrics: progress.step, onStep: progress.warmUp };
        const known = await completedCell(cell, config, options);
        if (known) {
            results.set(cell.name, known);
            skipped += 1;
            progress.skip(cell.name, workOf(cell));
            continue;
        }
        progress.begin(cell.name, config.grpo.steps, workOf(cell));
        results.set(cell.name, await runCell(cell, config, options));
        progress.end();
    }
    const seconds = [...results.values()].reduce((sum, result) => sum + result.seconds, 0);
    return { results, skipped, run: results.size - skipped, seconds };
}
