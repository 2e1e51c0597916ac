import type { HostTensor } from '@limbeck/core';
import type { OnnxAttribute } from '../operator.js';
import {
  AttributeProto_AttributeType as AttributeType,
  type AttributeProtoSchema,
  type NodeProtoSchema,
} from './gen/onnx_pb.js';
import { tensorToProto } from './tensor-data.js';
import type { MessageInitShape } from '@bufbuild/protobuf';

type NodeInit = MessageInitShape<typeof NodeProtoSchema>;
type AttributeInit = MessageInitShape<typeof AttributeProtoSchema>;

/** One node to be written. */
export interface NodeToWrite {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: { readonly [name: string]: OnnxAttribute };
  readonly domain?: string;
  readonly scope: string;
}

function attributeInit(name: string, attribute: OnnxAttribute): AttributeInit {
  if ('int' in attribute) return { name, type: AttributeType.INT, i: BigInt(attribute.int) };
  if ('float' in attribute) return { name, type: AttributeType.FLOAT, f: attribute.float };
  if ('ints' in attribute)
    return { name, type: AttributeType.INTS, ints: attribute.ints.map(BigInt) };
  if ('graph' in attribute) return { name, type: AttributeType.GRAPH, g: attribute.graph };
  return { name, type: AttributeType.STRING, s: new TextEncoder().encode(attribute.string) };
}

/** Collects nodes and initialisers under names of their own. */
export class GraphWriter {
  readonly nodes: NodeInit[] = [];
  readonly initialisers: ReturnType<typeof tensorToProto>[];
  readonly domains: Set<string>;
  readonly #constants: Map<string, string>;
  readonly #names: Map<string, number>;

  /**
   * @param taken - names that are in use
   * @param outer - the graph in whose node this one stands: both draw names and constants from the same store
   */
  constructor(taken: Iterable<string>, outer?: GraphWriter) {
    this.initialisers = outer?.initialisers ?? [];
    this.domains = outer?.domains ?? new Set(['']);
    this.#constants = outer === undefined ? new Map<string, string>() : outer.#constants;
    this.#names = outer === undefined ? new Map<string, number>() : outer.#names;
    for (const name of taken) this.#names.set(name, 1);
  }

  /** A writer of nodes inside a node. */
  inner(): GraphWriter {
    return new GraphWriter([], this);
  }

  /** A name nobody has: the wish itself, or with a number behind it. */
  fresh(wish: string): string {
    const count = this.#names.get(wish) ?? 0;
    this.#names.set(wish, count + 1);
    return count === 0 ? wish : this.fresh(`${wish}_${count}`);
  }

  /** Writes a node, named by its scope. */
  node({ type, inputs, outputs, attributes = {}, domain = '', scope }: NodeToWrite): void {
    this.domains.add(domain);
    this.nodes.push({
      opType: type,
      name: this.fresh(scope === '' ? type : `${scope}/${type}`),
      input: [...inputs],
      output: [...outputs],
      domain,
      attribute: Object.entries(attributes).map(([name, attribute]) =>
        attributeInit(name, attribute),
      ),
    });
  }

  /** Writes an initialiser under a given name. */
  initialiser(name: string, value: HostTensor): void {
    this.initialisers.push(tensorToProto(value, name));
  }

  /** The name of an initialiser with these values; small equal ones are shared. */
  constant(value: HostTensor, wish = 'constant'): string {
    const { dtype, shape, data } = value;
    const small = data.length <= 4096;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, small ? data.byteLength : 0);
    const key = `${dtype} ${shape.join('x')} ${bytes.join(' ')}`;
    const found = small ? this.#constants.get(key) : undefined;
    if (found !== undefined) return found;
    const name = this.fresh(wish);
    this.initialiser(name, value);
    if (small) this.#constants.set(key, name);
    return name;
  }
}
