import {
  canonicalJson,
  type HostTensor,
  type Json,
  type JsonObject,
  LimbeckError,
} from '@limbeck/core';
import {
  type CheckpointRecord,
  type CheckpointStore,
  corrupt,
  decodeCheckpoint,
  encodeCheckpoint,
  sha256,
} from './checkpoint.js';
import { type FlatState, isUnder } from './state-tree.js';

/** What a checkpoint must have in common with its program. */
export interface Fingerprint {
  /** Names, dtypes and shapes of the state, hashed. */
  readonly program: string;
  /** The program's config, hashed. */
  readonly config: string;
  /** What the program's parts are set to, hashed. */
  readonly settings: string;
}

/** The fingerprint of a program with this fresh state. */
export async function fingerprint(
  state: FlatState,
  { config, settings }: { readonly config?: JsonObject; readonly settings?: JsonObject },
): Promise<Fingerprint> {
  const shapes = Object.entries(state).map(([path, { dtype, shape }]) => [path, dtype, shape]);
  return {
    program: await hashed(shapes),
    config: await hashed(config ?? null),
    settings: await hashed(settings ?? null),
  };
}

function hashed(value: Json): Promise<string> {
  return sha256(new TextEncoder().encode(canonicalJson(value)));
}

/** Whether a checkpoint is of this program. Records without a config or settings are older than these. */
function isOf(record: CheckpointRecord, { program, config, settings }: Fingerprint): boolean {
  return (
    record.program === program &&
    (record.config ?? config) === config &&
    (record.settings ?? settings) === settings
  );
}

/** What people can compare in two fingerprints. */
function shown(of: Pick<CheckpointRecord, 'program' | 'config' | 'settings'>): string {
  const start = (hash: string | undefined): string => hash?.slice(0, 12) ?? 'unknown';
  return `program ${start(of.program)}, config ${start(of.config)}, settings ${start(of.settings)}`;
}

/** What was read of an earlier run. */
export interface Resumed {
  readonly record: CheckpointRecord;
  readonly state: FlatState;
  /** The best state so far, if there was one by then. */
  readonly best: FlatState | undefined;
}

/** A run's checkpoints: `last`, `best` and, written once, `frozen`. */
export class RunCheckpoints {
  readonly #store: CheckpointStore | undefined;
  readonly #frozen: readonly string[];
  #frozenSha256: string | undefined;

  constructor(store: CheckpointStore | undefined, frozen: readonly string[]) {
    this.#store = store;
    this.#frozen = frozen;
  }

  /** Whether anything is kept. */
  get kept(): boolean {
    return this.#store !== undefined;
  }

  /** What the last run left. @throws LimbeckError `checkpoint-mismatch`, `corrupt-file`, `format-too-new` */
  async read(program: Fingerprint, seed: number): Promise<Resumed | undefined> {
    const bytes = await this.#store?.read('last');
    if (bytes === undefined) return undefined;
    const { record, state } = await decodeCheckpoint<CheckpointRecord>('last', bytes);
    if (!isOf(record, program) || record.seed !== seed) {
      throw new LimbeckError('checkpoint-mismatch', {
        where: 'train, checkpoint "last"',
        given: `a checkpoint of ${shown(record)}, seed ${record.seed}`,
        expected: `${shown(program)}, seed ${seed}`,
        next: 'Give this run a folder of its own, or resume with the program that wrote the checkpoint.',
      });
    }
    const frozen = await this.#readFrozen(record.frozen);
    const best = await this.#readBest(record, program, frozen);
    return { record, state: { ...state, ...frozen }, best };
  }

  async #readBest(
    last: CheckpointRecord,
    program: Fingerprint,
    frozen: FlatState,
  ): Promise<FlatState | undefined> {
    const bytes = await this.#store?.read('best');
    if (bytes === undefined) return undefined;
    const { record, state } = await decodeCheckpoint<CheckpointRecord>('best', bytes);
    // One newer than the last checkpoint will be found again; one of another program lay in the folder before.
    const usable = record.step <= last.step && isOf(record, program) && record.seed === last.seed;
    return usable ? { ...state, ...frozen } : undefined;
  }

  async #readFrozen(expected: string | undefined): Promise<FlatState> {
    if (this.#frozen.length === 0) return {};
    const bytes = await this.#store?.read('frozen');
    if (bytes === undefined) throw corrupt('frozen', 'no file, beside one named "last"');
    const found = await sha256(bytes);
    if (found !== (expected ?? found)) {
      throw corrupt('frozen', `a file with sha256 ${found}, where "last" names ${expected}`);
    }
    this.#frozenSha256 = found;
    return (await decodeCheckpoint('frozen', bytes)).state;
  }

  /** Keeps a state under a name. @throws LimbeckError `disk-full`, `io-failed`, `non-finite-loss` */
  async write(name: 'last' | 'best', record: CheckpointRecord, state: FlatState): Promise<void> {
    const store = this.#store;
    if (store === undefined) return;
    const moving = this.#part(state, false);
    checkFinite(`checkpoint "${name}"`, record.step, moving);
    if (this.#frozen.length > 0 && this.#frozenSha256 === undefined) {
      const still = await encodeCheckpoint({ formatVersion: 1 }, this.#part(state, true));
      await store.write('frozen', still);
      this.#frozenSha256 = await sha256(still);
    }
    const frozen = this.#frozenSha256 === undefined ? {} : { frozen: this.#frozenSha256 };
    await store.write(name, await encodeCheckpoint({ ...record, ...frozen }, moving));
  }

  /** Checks what a run gives. @throws LimbeckError `non-finite-loss` */
  check(step: number, state: FlatState): void {
    checkFinite('the last state', step, this.#part(state, false));
  }

  #part(state: FlatState, frozen: boolean): FlatState {
    return Object.fromEntries(
      Object.entries(state).filter(([path]) => isUnder(this.#frozen, path) === frozen),
    );
  }
}

/**
 * A state that has gone wrong must not replace a whole one, nor be what a run gives: it could never go on from it.
 * @throws LimbeckError `non-finite-loss`
 */
function checkFinite(what: string, step: number, state: FlatState): void {
  for (const [path, { dtype, data }] of Object.entries(state)) {
    if (dtype !== 'float32' && dtype !== 'float64') continue;
    const at = (data as HostTensor<'float32'>['data']).findIndex(
      (value) => !Number.isFinite(value),
    );
    if (at < 0) continue;
    throw new LimbeckError('non-finite-loss', {
      where: `train, ${what} at step ${step}`,
      given: `"${path}" with ${data[at]} at ${at}`,
      expected: 'finite numbers',
      next: 'Lower the rate or clip the gradients. The checkpoint before is whole.',
    });
  }
}
