// The rows that a row attends to: those of its sequence up to itself. Sequences that begin alike may share the rows of that beginning
// (SHARED), which stand before them; a row attends to these first.
@if(!SHARED) @group(0) @binding(1) var<storage, read> sequence_start: array<u32>; // [N]
@if(SHARED) @group(0) @binding(1) var<storage, read> attended: array<u32>; // [N, 3]

// A row attends to the rows x .. y - 1, and from z on to itself.
fn attended_rows(row: u32) -> vec3u {
  @if(SHARED) {
    return vec3u(attended[3u * row], attended[3u * row + 1u], attended[3u * row + 2u]);
  }
  @if(!SHARED) {
    return vec3u(sequence_start[row]);
  }
}

fn attends(row: u32, key: u32, rows: vec3u) -> bool {
  @if(SHARED) {
    return key <= row && (key >= rows.z || (key >= rows.x && key < rows.y));
  }
  @if(!SHARED) {
    return key <= row && key >= rows.z;
  }
}

// Where a walk over the keys of a row and of the rows behind it goes on, of which `next` has not been seen: it leaves out what lies
// between the shared rows and the row's sequence. Rows behind it that share other rows share some that lie behind it too.
fn walk_on(next: u32, rows: vec3u) -> u32 {
  @if(SHARED) {
    return select(next, rows.z, next >= rows.y && next < rows.z);
  }
  @if(!SHARED) {
    return next;
  }
}

// The same for four rows at once.
struct FourAttended {
  begins: vec4u,
  ends: vec4u,
  starts: vec4u,
}

fn four_attended(rows: vec4u) -> FourAttended {
  let columns = array(attended_rows(rows.x), attended_rows(rows.y), attended_rows(rows.z), attended_rows(rows.w));
  return FourAttended(
    vec4u(columns[0].x, columns[1].x, columns[2].x, columns[3].x),
    vec4u(columns[0].y, columns[1].y, columns[2].y, columns[3].y),
    vec4u(columns[0].z, columns[1].z, columns[2].z, columns[3].z),
  );
}

fn four_attend(queries: vec4u, keys: vec4u, rows: FourAttended) -> vec4<bool> {
  @if(SHARED) {
    return (keys <= queries) & ((keys >= rows.starts) | ((keys >= rows.begins) & (keys < rows.ends)));
  }
  @if(!SHARED) {
    return (keys <= queries) & (keys >= rows.starts);
  }
}
