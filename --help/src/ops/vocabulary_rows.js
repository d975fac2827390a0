import { ceilDivide } from "../graph/scalar.js";
/**
 * How a kernel goes over logits [N, V]: a lane takes a whole row where rows are short, else a workgroup takes a row. On a CPU neighbouring
 * lanes need not read neighbouring words, so a lane takes longer rows there.
 */
export function vocabularyRows(logits, device) {
    const rows = logits.shape[0];
    const vocabulary = logits.size(1);
    const perLane = vocabulary <= (device.software ? 256 : 32);
    return {
        variant: { conditions: { VEC4: vocabulary % 4 === 0, ROW_PER_LANE: perLane } },
        workgroups: perLane ? ceilDivide(rows, device.lanes) : rows,
    };
}
