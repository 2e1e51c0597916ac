import os from 'node:os';

/** What a run's times depend on; no name of a host or a user. */
export type Machine = {
  /** The processor's model. */
  readonly cpu: string;
  /** How many cores this process may use. */
  readonly cores: number;
  /** Bytes of memory. */
  readonly memoryBytes: number;
  /** Node's version, such as `20.20.2`. */
  readonly node: string;
  /** Such as `linux-x64`. */
  readonly platform: string;
};

/** The machine that this process runs on. */
export function machine(): Machine {
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
  };
}
