// The rows that attend to a row: those from itself on, up to the end of its sequence, or of all sequences that share it (SHARED).
@group(0) @binding(1) var<storage, read> query_end: array<u32>; // [N], one past the last of them

// The last row that attends to any of these.
fn last_query_of(first_row: u32, last_row: u32) -> u32 {
  var end = query_end[last_row];
  @if(SHARED) {
    for (var row = first_row; row < last_row; row += 1u) {
      end = max(end, query_end[row]);
    }
  }
  return end - 1u;
}
