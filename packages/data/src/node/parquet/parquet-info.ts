import type { SchemaTree } from 'hyparquet';
import { openParquet } from './parquet-file.js';

/** A column of a Parquet file. */
export interface ParquetColumn {
  /** Its name. */
  readonly name: string;
  /** Its type in one word, such as `string`, `int64` or `list`. */
  readonly type: string;
}

/** What {@link parquetInfo} answers. */
export interface ParquetInfo {
  /** How many rows there are. */
  readonly rows: number;
  /** The columns, in order. */
  readonly columns: readonly ParquetColumn[];
  /** How many row groups there are. */
  readonly groups: number;
  /** What the file's writer noted, by key. */
  readonly notes: { readonly [key: string]: string };
}

/** What a Parquet file says of itself, without reading a row. @throws LimbeckError `data-missing`, `corrupt-file`, `io-failed` */
export async function parquetInfo(path: string): Promise<ParquetInfo> {
  const parquet = await openParquet('parquetInfo', path);
  await parquet.close();
  const { footer, schema } = parquet;
  const columns = schema.children.map((node) => ({
    name: node.element.name,
    type: typeName(node),
  }));
  return { rows: footer.rows, columns, groups: footer.groups.length, notes: footer.notes };
}

function typeName({ element, children }: SchemaTree): string {
  const { converted_type: converted, logical_type: logical, type } = element;
  if (converted === 'UTF8' || converted === 'ENUM') return 'string';
  if (converted === 'LIST' || element.repetition_type === 'REPEATED') return 'list';
  if (children.length > 0) return converted === 'MAP' ? 'map' : 'struct';
  if (logical?.type === 'TIMESTAMP' || converted?.startsWith('TIMESTAMP') === true)
    return 'timestamp';
  const named = converted ?? logical?.type;
  if (named !== undefined && named !== 'INTEGER') return named.toLowerCase();
  if (type === 'BYTE_ARRAY' || type === 'FIXED_LEN_BYTE_ARRAY') return 'bytes';
  return (type ?? 'unknown').toLowerCase();
}
