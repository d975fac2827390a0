import { input } from "../graph/trace.js";
/** Packed rows that a plan is given from the host, under the names positions, sequence_start and sequence_end. */
export function inputRows(rows) {
    return {
        positions: input("positions", [rows], "u32"),
        sequenceStart: input("sequence_start", [rows], "u32"),
        sequenceEnd: input("sequence_end", [rows], "u32"),
    };
}
/** The host side of packed rows: lengths of the sequences -> positions, sequence_start, sequence_end [N]. */
export function packRows(lengths) {
    const total = lengths.reduce((a, b) => a + b, 0);
    const positions = new Uint32Array(total);
    const sequence_start = new Uint32Array(total);
    const sequence_end = new Uint32Array(total);
    let row = 0;
    for (const length of lengths) {
        const start = row;
        for (let position = 0; position < length; position += 1, row += 1) {
            positions[row] = position;
            sequence_start[row] = start;
            sequence_end[row] = start + length;
        }
    }
    return { positions, sequence_start, sequence_end };
}
