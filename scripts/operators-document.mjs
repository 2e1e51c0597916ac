// The text of docs/operators.md from what the collector found and what operators.json says, with every fault in them.

/** The methods by operator. */
function usage(notes) {
  const users = new Map();
  for (const [method, { parts, operators }] of Object.entries(notes.methods)) {
    const all = new Set([...parts.flatMap((part) => notes.parts[part]), ...operators]);
    for (const operator of all) users.set(operator, [...(users.get(operator) ?? []), method]);
  }
  return users;
}

/** Methods as a cell: those that train all need some operators, which need no list. */
function showMethods(methods, notes) {
  if (methods === undefined) return undefined;
  const training = Object.values(notes.methods).filter(({ parts }) => parts.includes('training'));
  return methods.length >= training.length ? 'every method that trains' : methods.join(', ');
}

const short = (type) => type.replace('com.microsoft.', '*');

/** A cell, or a fault where it is empty. */
function cell(faults, row, column, value) {
  if (value !== undefined && value !== '') return value;
  faults.push(`${row.name} has no ${column}, and no reason is stated`);
  return '';
}

function nodesOf(row, notes) {
  if (row.madeOf !== undefined) {
    const parts = row.madeOf.filter((name) => name !== 'input' && name !== 'constant');
    return `made of ${parts.join(', ')}`;
  }
  if (row.onnx.length === 0) return notes.withoutNodes[row.name];
  const own = row.onnx.map(short).join(', ');
  const portable = row.portable.map(short).join(', ');
  return own === portable ? own : `${own}; portable: ${portable}`;
}

const withReason = (row, answer, notes) =>
  answer === 'none' ? notes.withoutGradient[row.name] : answer;

/** An answer that is neither yes nor a reason of the operator's own is a failure of the try. */
function mustBeYes(faults, row, column, answer) {
  if (answer !== 'yes') faults.push(`${row.name}, ${column}: ${answer}`);
  return answer;
}

function lineOf(row, users, notes, faults) {
  const methods = showMethods(users.get(row.name), notes);
  const cells = [
    `\`${row.name}\``,
    cell(faults, row, 'ONNX nodes', nodesOf(row, notes)),
    mustBeYes(faults, row, 'interpreter', row.interpreter),
    cell(faults, row, 'gradient', withReason(row, row.gradient, notes)),
    cell(faults, row, 'second order', withReason(row, row.second, notes)),
    mustBeYes(faults, row, 'fromOnnx', row.fromOnnx),
    cell(faults, row, 'method that uses it', methods ?? notes.unused[row.name]),
  ];
  return `| ${cells.join(' | ')} |`;
}

function table(rows, users, notes, faults) {
  return [
    '| Operator | ONNX | Interpreter | Gradient | Second order | fromOnnx | Used by |',
    '|---|---|---|---|---|---|---|',
    ...rows.map((row) => lineOf(row, users, notes, faults)),
  ].join('\n');
}

function checkNotes(rows, users, notes, faults) {
  const names = new Set(rows.map(({ name }) => name));
  for (const name of users.keys()) {
    if (!names.has(name)) faults.push(`operators.json names ${name}, which no case has`);
  }
  for (const list of [notes.unused, notes.withoutGradient, notes.withoutNodes]) {
    for (const name of Object.keys(list)) {
      if (!names.has(name))
        faults.push(`operators.json has a reason for ${name}, which no case has`);
    }
  }
  for (const name of Object.keys(notes.unused)) {
    if (users.has(name))
      faults.push(`operators.json says that nothing uses ${name}, and what does`);
  }
}

/**
 * The document, and its faults: an empty cell without a stated reason, a try that failed, an operator without a case, a
 * note about nothing.
 */
export function operatorsDocument({ rows, missing }, notes, composites) {
  const faults = missing.map((name) => `${name} has no case in packages/tensor/test/support`);
  const users = usage(notes);
  checkNotes(rows, users, notes, faults);
  const part = (some) => table(some, users, notes, faults);
  const text = `# Operators

Made by \`node scripts/operators.mjs\` from the operators, their tests' cases and the readers of files: what is said here was
tried. Every operator runs on the interpreter in float64 and on ONNX Runtime, takes named sizes and empty batches, and its
gradient is checked against central differences, first and second order. A cell that is not \`yes\` says why. A \`*\` marks
node types of ONNX Runtime's own; with \`portable\`, \`toOnnx\` writes others in their place. \`Used by\` names the methods that
need it, or what else it is there for.

## Operators

${part(rows.filter(({ madeOf }) => madeOf === undefined))}

## Made of operators

What these compute, and their gradients, is that of the operators that they are made of.

${part(rows.filter(({ madeOf }) => madeOf !== undefined))}

## Defined by an expansion

Each is an expression of the operators above, which says what it computes, its gradient and its nodes; at the edge of a graph
a runtime may run a loop of this name in its place.

| Operator | Loop |
|---|---|
${composites.join('\n')}
`;
  return { text, faults };
}
