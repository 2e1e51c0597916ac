import type { SchemaElement, SchemaTree } from 'hyparquet';

/** Columns are not nested deeper: the nodes on the way to each would take the square of it. */
const deepest = 32;

/**
 * The tree that a list of schema elements, parents first, stands for.
 *
 * @throws Error if the elements do not make one
 */
export function schemaTree(elements: readonly SchemaElement[]): SchemaTree {
  let next = 0;
  const read = (path: readonly string[]): SchemaTree => {
    const element = elements[next++];
    if (element === undefined) throw new Error('a schema that ends too early');
    if (path.length > deepest) throw new Error(`columns nested deeper than ${deepest}`);
    const count = element.num_children ?? 0;
    if (count < 0 || count > elements.length - next) {
      throw new Error(`${element.name} with ${count} columns of ${elements.length - next}`);
    }
    const children: SchemaTree[] = [];
    const names = new Set<string>();
    const first = next - 1;
    for (let i = 0; i < count; i++) {
      const child = elements[next];
      if (child === undefined) throw new Error('a schema that ends too early');
      if (child.name === '__proto__' || names.has(child.name)) {
        throw new Error(`a column named ${JSON.stringify(child.name)}, twice or in vain`);
      }
      names.add(child.name);
      children.push(read([...path, child.name]));
    }
    if (path.length > 0) checkElement(element, count);
    return { element, children, count: next - first, path: [...path] };
  };
  const root = read([]);
  if (next !== elements.length) throw new Error('schema elements that belong to no column');
  if (root.children.length === 0) throw new Error('a schema without columns');
  return root;
}

function checkElement(element: SchemaElement, children: number): void {
  const { name, type, type_length: length = 0, converted_type: converted } = element;
  if (children === 0 && type === undefined) throw new Error(`column ${name} without a type`);
  if (element.repetition_type === undefined) throw new Error(`column ${name} without a repetition`);
  if (type === 'FIXED_LEN_BYTE_ARRAY' && (length < 1 || length > 2 ** 20)) {
    throw new Error(`column ${name} of ${length} bytes a value`);
  }
  if (converted === 'DECIMAL' && type === 'FIXED_LEN_BYTE_ARRAY' && length > 32) {
    throw new Error(`column ${name} of decimals of ${length} bytes`);
  }
  const { logical_type: logical } = element;
  if (
    (logical?.type === 'UUID' && length !== 16) ||
    (logical?.type === 'FLOAT16' && length !== 2)
  ) {
    throw new Error(`column ${name} of ${logical.type} with ${length} bytes a value`);
  }
}

/** The leaves of a tree, each with the nodes on the way to it, the root first. */
export function leafPaths(root: SchemaTree): readonly (readonly SchemaTree[])[] {
  const found: SchemaTree[][] = [];
  const visit = (way: SchemaTree[]): void => {
    const node = way.at(-1)!;
    if (node.children.length === 0) found.push(way);
    for (const child of node.children) visit([...way, child]);
  };
  visit([root]);
  return found;
}
