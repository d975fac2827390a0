/** Algorithms keep their colour in every picture, under their own names and those of controllers. Other names get one from the palette. */
const algorithmColours = {
    none: "#7f7f7f",
    pi: "#0072b2",
    aec: "#d55e00",
    bonus: "#e69f00",
    entrocraft: "#e7298a",
    GRPO: "#7f7f7f",
    "GRPO, no control": "#7f7f7f",
    EntroPIC: "#0072b2",
    PI: "#0072b2",
    "EntroPIC PI": "#0072b2",
    "entropy-effect": "#0072b2",
    "P only": "#56b4e9",
    "EntroPIC P": "#56b4e9",
    "EntroPIC P (tau 0.5)": "#7fcdbb",
    "EntroPIC PI (tau 0.5)": "#009e73",
    "tau 0.5": "#009e73",
    AEC: "#d55e00",
    "entropy bonus": "#e69f00",
    "DAPO clip-higher": "#cc79a7",
    NSR: "#6a3d9a",
    "W-REINFORCE": "#b15928",
    "Clip-Cov": "#66a61e",
    "KL-Cov": "#bcbd22",
    Entrocraft: "#e7298a",
};
/** Colours that stay apart for the colour-blind too (after Okabe and Ito), strongest first; then some that no algorithm has. */
const palette = [
    ...["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#6a3d9a", "#7f7f7f"],
    ...["#8c2d04", "#41ab5d", "#08306b", "#c51b8a"],
];
/** A colour for each of the names of one picture: an algorithm's own, else the first of the palette that no one has. */
export function coloursOf(names) {
    const own = new Set(names.flatMap((name) => algorithmColours[name] ?? []));
    const free = palette.filter((colour) => !own.has(colour));
    let next = 0;
    return names.map((name) => algorithmColours[name] ?? free[next++ % free.length]);
}
