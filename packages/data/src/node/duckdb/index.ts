export type { Condition } from './conditions.js';
export type { TableRow, TableValue } from './database.js';
export { openTable, type OpenTableOptions } from './open-table.js';
export type { QueryValue } from './query.js';
export type { JoinOptions, SampleSize, Table } from './table.js';
