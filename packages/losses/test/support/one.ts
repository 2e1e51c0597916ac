/** Signals of one example. */
export function one(
  student: readonly number[],
  teacher: readonly number[],
): {
  student: { logits: (readonly number[])[] };
  teacher: { logits: (readonly number[])[] };
} {
  return { student: { logits: [student] }, teacher: { logits: [teacher] } };
}
