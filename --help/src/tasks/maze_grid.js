const MOVES = "udlr";
/** Reads "S./#E", rows from the top: S is the start, E the exit, # a wall. Undefined for anything but a square with one S and one E. */
export function parseMaze(text) {
    const rows = text.split("/");
    const squares = rows.join("");
    if (rows.some((row) => row.length !== rows.length) || !/^[SE.#]+$/.test(squares))
        return undefined;
    if (squares.split("S").length !== 2 || squares.split("E").length !== 2)
        return undefined;
    return {
        size: rows.length,
        walls: [...squares].map((square) => square === "#"),
        start: squares.indexOf("S"),
        exit: squares.indexOf("E"),
    };
}
/**
 * A random maze, as text, whose shortest way out takes `steps` moves. Each square is a wall with the chance `density`, the exit is anywhere,
 * and the start is anywhere at that distance from it. Undefined where the drawn walls and exit leave no such start.
 */
export function drawMaze(random, { size, density, steps }) {
    const exit = random.integer(size * size);
    const walls = Array.from({ length: size * size }, (_, square) => random.uniform() < density && square !== exit);
    const starts = stepsToExit({ size, walls, exit }).flatMap((distance, square) => (distance === steps ? [square] : []));
    if (starts.length === 0)
        return undefined;
    const start = starts[random.integer(starts.length)];
    const squares = walls.map((wall, square) => (square === start ? "S" : square === exit ? "E" : wall ? "#" : "."));
    return Array.from({ length: size }, (_, row) => squares.slice(row * size, (row + 1) * size).join("")).join("/");
}
/** Moves of the shortest way to the exit from every square; infinite from walls and from where there is no way. */
export function stepsToExit(maze) {
    const steps = maze.walls.map(() => Number.POSITIVE_INFINITY);
    steps[maze.exit] = 0;
    let reached = [maze.exit];
    for (let distance = 1; reached.length > 0; distance++) {
        const next = [];
        for (const square of reached) {
            for (const move of MOVES) {
                const to = moved(maze, square, move);
                if (to === undefined || Number.isFinite(steps[to]))
                    continue;
                steps[to] = distance;
                next.push(to);
            }
        }
        reached = next;
    }
    return steps;
}
/** Whether moves lead from the start to the exit and end there, through no wall. False for any text that is not moves. */
export function walk(maze, moves) {
    let square = maze.start;
    for (const move of moves) {
        const to = square === maze.exit ? undefined : moved(maze, square, move);
        if (to === undefined)
            return false;
        square = to;
    }
    return square === maze.exit;
}
/** Every way out that steps on no square twice and takes at most `slack` moves more than the shortest. */
export function waysOut(maze, slack) {
    const steps = stepsToExit(maze);
    const ways = [];
    const extend = (square, moves, visited, left) => {
        if (square === maze.exit) {
            ways.push(moves);
            return;
        }
        for (const move of MOVES) {
            const to = moved(maze, square, move);
            if (to !== undefined && steps[to] < left && !visited.includes(to))
                extend(to, moves + move, [...visited, to], left - 1);
        }
    };
    extend(maze.start, "", [maze.start], steps[maze.start] + slack);
    return ways;
}
/** One text that stands for a maze and for all that it becomes when turned, mirrored or walked backwards. */
export function canonicalMaze(text) {
    const backwards = text.replace(/[SE]/g, (mark) => (mark === "S" ? "E" : "S"));
    const views = [text, backwards].flatMap((one) => {
        let rows = one.split("/");
        return [0, 1, 2, 3].flatMap(() => {
            rows = rows.map((_, column) => rows.map((row) => row[column]).join("")).reverse();
            return [rows.join("/"), [...rows].reverse().join("/")];
        });
    });
    return views.reduce((first, view) => (view < first ? view : first));
}
/** The square that a move leads to; undefined off the grid, into a wall, and for any other text. */
function moved({ size, walls }, square, move) {
    const column = square % size;
    let to;
    if (move === "u")
        to = square - size;
    else if (move === "d")
        to = square + size;
    else if (move === "l" && column > 0)
        to = square - 1;
    else if (move === "r" && column < size - 1)
        to = square + 1;
    else
        return undefined;
    return walls[to] === false ? to : undefined;
}
