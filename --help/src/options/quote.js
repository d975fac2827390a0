/** The most characters of an input that a message repeats. */
const MOST = 120;
/** What would move the cursor, colour the screen or break the line. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/** An input's own text (a path, a key) for a message: on one line, at most 120 characters, the middle of a longer one left out. */
export function brief(text, most = MOST) {
    if (text.length <= most)
        return text.replace(UNPRINTABLE, " ");
    const end = Math.floor(most / 3);
    return `${text.slice(0, most - end - 3)}...${text.slice(-end)}`.replace(UNPRINTABLE, " ");
}
/** An input's value for a message, as JSON writes it: on one line, at most 120 characters. Lists in lists and circles take no longer. */
export function quoted(value) {
    let text = "";
    for (const piece of written(value)) {
        text += piece;
        if (text.length > MOST)
            return `${text.slice(0, MOST - 3)}...`.replace(UNPRINTABLE, " ");
    }
    return text.replace(UNPRINTABLE, " ");
}
/** Names for a message: as many as fit 240 characters, and how many more there are. */
export function listed(names) {
    let text = "";
    for (const [index, name] of names.entries()) {
        const longer = `${text}${index === 0 ? "" : ", "}${brief(name)}`;
        if (longer.length > 2 * MOST)
            return `${text} and ${names.length - index} more`;
        text = longer;
    }
    return text;
}
/** What an error says, for another error's message: its first line, at most 240 characters. */
export function reasonOf(error) {
    const text = error instanceof Error ? error.message || error.name : error;
    const message = typeof text === "string" ? text : quoted(text);
    return brief(message.trim().split("\n")[0] ?? "", 2 * MOST).replace(/[.:]$/, "");
}
/** The pieces of a value's JSON one after the other, so that whoever has enough can stop. */
function* written(value) {
    if (typeof value === "string")
        yield JSON.stringify(value.slice(0, MOST));
    else if (typeof value === "function")
        yield "a function";
    else if (typeof value !== "object" || value === null)
        yield String(value);
    else if (Array.isArray(value))
        yield* inBrackets("[", value, (item) => written(item), "]");
    else
        yield* inBrackets("{", Object.keys(value), (key) => writtenEntry(key, Reflect.get(value, key)), "}");
}
function* writtenEntry(key, value) {
    yield `${JSON.stringify(key.slice(0, MOST))}:`;
    yield* written(value);
}
function* inBrackets(open, items, write, close) {
    yield open;
    for (const [index, item] of items.entries()) {
        if (index > 0)
            yield ",";
        yield* write(item);
    }
    yield close;
}
