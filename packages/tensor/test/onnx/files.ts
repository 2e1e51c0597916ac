import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Dim, HostTensor, Spec } from '@limbeck/core';
import { encodeModel } from '../../src/onnx/codec.js';
import { dataTypeOf } from '../../src/onnx/element-kinds.js';
import {
  AttributeProto_AttributeType as AttributeType,
  type AttributeProtoSchema,
  type NodeProtoSchema,
} from '../../src/onnx/gen/onnx_pb.js';
import { tensorToProto } from '../../src/onnx/tensor-data.js';

/** One node of a file. */
export type NodeInit = MessageInitShape<typeof NodeProtoSchema>;
type AttributeInit = MessageInitShape<typeof AttributeProtoSchema>;

/** An attribute of type INTS. */
export function ints(name: string, ...values: number[]): AttributeInit {
  return { name, type: AttributeType.INTS, ints: values.map(BigInt) };
}

/** An attribute of type FLOAT. */
export function float(name: string, value: number): AttributeInit {
  return { name, type: AttributeType.FLOAT, f: value };
}

function info(name: string, { dtype, shape }: Spec): object {
  const dim = shape.map((size: Dim) => ({
    value:
      typeof size === 'number'
        ? { case: 'dimValue' as const, value: BigInt(size) }
        : { case: 'dimParam' as const, value: size },
  }));
  const value = { elemType: dataTypeOf(dtype), shape: { dim } };
  return { name, type: { value: { case: 'tensorType' as const, value } } };
}

/** What a file is made of. */
export interface FileInit {
  readonly nodes: readonly NodeInit[];
  readonly inputs: { readonly [name: string]: Spec };
  readonly initialisers?: { readonly [name: string]: HostTensor };
  readonly outputs: readonly string[];
  readonly opset?: number;
  readonly producer?: string;
}

/** The bytes of a file. */
export function fileOf(init: FileInit): Uint8Array {
  const { nodes, inputs, initialisers = {}, outputs, opset = 21, producer = 'pytorch' } = init;
  return encodeModel({
    irVersion: 8n,
    producerName: producer,
    opsetImport: [{ domain: '', version: BigInt(opset) }],
    graph: {
      name: 'graph',
      node: [...nodes],
      initializer: Object.entries(initialisers).map(([name, value]) => tensorToProto(value, name)),
      input: Object.entries(inputs).map(([name, spec]) => info(name, spec)),
      output: outputs.map((name) => ({ name })),
    },
  });
}
