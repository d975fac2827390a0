/** Names the fields of a struct once, for everything on the host that reads or writes it. */
export function defineRecord(name, fields) {
    const size = fields.length;
    const read = (values, begin = 0) => Object.fromEntries(fields.map((field, i) => [field, values[begin + i]]));
    return {
        name,
        fields,
        size,
        index: (field) => fields.indexOf(field),
        read,
        column: (values, field) => Array.from({ length: values.length / size }, (_, row) => values[row * size + fields.indexOf(field)]),
        readAll: (values) => Array.from({ length: values.length / size }, (_, row) => read(values, row * size)),
        pack: (record) => fields.map((field) => record[field] ?? 0),
    };
}
