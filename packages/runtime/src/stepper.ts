import { checkHostTensor, type HostTensor, LimbeckError, type Spec } from '@limbeck/core';
import type { Tail } from '@limbeck/tensor';
import { BufferSets } from './buffer-sets.js';
import { checkCarry } from './carry.js';
import type { HostTensors, Stepper, StepperOptions } from './engine.js';
import { checkFeeds, checkTensors, type FeedRules, rounded } from './feeds.js';
import { checkFetch } from './fetches.js';
import type { Lifetime } from './lifetime.js';
import type { Session } from './session.js';
import { checkGuard, checkTailCarry, signatureOf } from './tail/check-tail.js';
import { StepperTail } from './tail/stepper-tail.js';

const isFinite = ({ data }: HostTensor): boolean =>
  (data as Float32Array).every((value) => Number.isFinite(value));

/** What a stepper runs. */
export interface SteppedSession {
  readonly session: Session;
  /** Whether the graph holds batched products, which an empty tensor must not reach. */
  readonly batchedProducts: boolean;
  /** What runs after the graph. */
  readonly tail: Tail | undefined;
}

const namesSizes = ({ shape }: Spec): boolean => shape.some((dim) => typeof dim === 'string');

/** Steps of a session whose state lies in {@link BufferSets}. */
export class SessionStepper implements Stepper {
  readonly #session: Session;
  readonly #signature: Pick<Session, 'inputs' | 'outputs'>;
  readonly #life: Lifetime;
  /** What the graph carries; what the tail carries it writes in place. */
  readonly #carry: readonly (readonly [output: string, input: string])[];
  readonly #state: ReadonlyMap<string, Spec>;
  readonly #constants: HostTensors;
  readonly #buffers: BufferSets;
  readonly #tail: StepperTail | undefined;
  readonly #rules: FeedRules;
  readonly #free: ReadonlySet<string>;
  readonly #guard: readonly string[];
  #last: Promise<unknown> = Promise.resolve();

  /** @throws LimbeckError as {@link Runner.stepper} */
  constructor(
    { session, batchedProducts, tail }: SteppedSession,
    options: StepperOptions,
    life: Lifetime,
  ) {
    const { carry, state, constants = {}, guard = [] } = options;
    const signature = signatureOf(session, tail);
    checkCarry(signature, options);
    checkTailCarry(tail, options);
    this.#session = session;
    this.#signature = signature;
    this.#life = life;
    this.#carry = Object.entries(carry).filter(([output]) =>
      Object.hasOwn(session.outputs, output),
    );
    this.#free = new Set(
      Object.keys(signature.outputs).filter((output) => !Object.hasOwn(carry, output)),
    );
    checkGuard(guard, signature, this.#free, tail);
    this.#guard = guard;
    const specs = (names: readonly string[]): Map<string, Spec> =>
      new Map(names.map((name) => [name, signature.inputs[name]!]));
    this.#state = specs(Object.keys(state));
    const start = this.#values(state);
    this.#constants = this.#values(constants);
    const written = new Set(this.#carry.map(([, input]) => input));
    this.#tail = tail && new StepperTail(tail, start, written);
    this.#buffers = new BufferSets(start, written, (value, name) =>
      this.#tail?.buffer(name, value),
    );
    const known = { ...start, ...this.#constants };
    const batch = Object.keys(signature.inputs).filter((name) => !Object.hasOwn(known, name));
    // What is fed must agree with the state wherever both name a size; the rest of the state is known to fit.
    const named = Object.keys(known).filter((name) => namesSizes(signature.inputs[name]!));
    this.#rules = {
      inputs: specs([...batch, ...named]),
      fixed: Object.fromEntries(named.map((name) => [name, known[name]!])),
      batchedProducts,
    };
  }

  #values(tensors: HostTensors): HostTensors {
    return Object.fromEntries(
      Object.entries(tensors).map(([name, value]) => [
        name,
        rounded(value, this.#signature.inputs[name]!),
      ]),
    );
  }

  /** Runs a call after those before it, whether they worked or not; not any more where an abort comes first. */
  #inTurn<R>(call: string, run: () => R | Promise<R>): Promise<R> {
    return this.#life.use(call, () => {
      const begin = (): R | Promise<R> => {
        this.#life.checkAborted(call);
        return run();
      };
      const turn = this.#last.then(begin, begin);
      this.#last = turn;
      return turn;
    });
  }

  async step(feeds: HostTensors, fetch: readonly string[] = [...this.#free]): Promise<HostTensors> {
    this.#life.check('step');
    checkFetch('step', fetch, this.#free, 'Read what is carried with read().');
    const checked = checkFeeds('step', feeds, this.#rules);
    return this.#inTurn('step', async () => {
      const { front, back } = this.#buffers;
      const into: { [output: string]: HostTensor | undefined } = { ...this.#tail?.wanted };
      for (const name of [...fetch, ...this.#guard]) {
        if (Object.hasOwn(this.#session.outputs, name)) into[name] = undefined;
      }
      const carried: { [output: string]: HostTensor } = {};
      for (const [output, input] of this.#carry) carried[output] = back[input]!;
      Object.assign(into, carried);
      const inputs = { ...front, ...this.#constants, ...checked };
      const results = Object.keys(into).length === 0 ? {} : await this.#session.run(inputs, into);
      const made = this.#finish(inputs, results, carried);
      return Object.fromEntries(fetch.map((name) => [name, made[name] ?? results[name]!]));
    });
  }

  /** Runs the tail and makes what was written the state, if what is guarded is finite. @returns what the tail made */
  #finish(inputs: HostTensors, results: HostTensors, carried: HostTensors): HostTensors {
    let finite = false;
    const goesOn = (early: HostTensors): boolean => {
      finite = this.#guard.every((name) => isFinite(early[name] ?? results[name]!));
      return finite;
    };
    const made = this.#tail?.run({ inputs, outputs: { ...results, ...carried } }, goesOn);
    if (made === undefined) goesOn({});
    if (finite) this.#buffers.swap();
    this.#buffers.renew((buffer) => this.#tail?.renewed(buffer) ?? buffer);
    return made ?? {};
  }

  async read(names: readonly string[] = [...this.#state.keys()]): Promise<HostTensors> {
    for (const name of names) this.#checkState('read', name);
    return this.#inTurn('read', () =>
      Object.fromEntries(names.map((name) => [name, this.#buffers.read(name)])),
    );
  }

  async write(state: HostTensors): Promise<void> {
    checkTensors('write', state);
    const values = Object.entries(state).map(([name, value]) => {
      this.#checkState('write', name);
      checkHostTensor(`write, state "${name}"`, value);
      return [name, value] as const;
    });
    return this.#inTurn('write', () => {
      for (const [name, value] of values) this.#checkSame(name, value);
      for (const [name, value] of values) {
        this.#buffers.write(name, rounded(value, this.#state.get(name)!));
      }
    });
  }

  #checkState(where: string, name: string): void {
    if (this.#state.has(name)) return;
    throw new LimbeckError('unknown-name', {
      where,
      given: `the state "${name}"`,
      expected: `one of ${[...this.#state.keys()].join(', ') || 'no state'}`,
      next: 'Use the names of the inputs that the state was set up with.',
    });
  }

  #checkSame(name: string, value: HostTensor): void {
    const now = this.#buffers.front[name]!;
    const fits =
      value.dtype === now.dtype || (value.dtype === 'float64' && now.dtype === 'float32');
    const shape = `[${now.shape.join(', ')}]`;
    if (fits && `[${value.shape.join(', ')}]` === shape) return;
    throw new LimbeckError(fits ? 'shape-mismatch' : 'dtype-mismatch', {
      where: `write, state "${name}"`,
      given: `${value.dtype} [${value.shape.join(', ')}]`,
      expected: `${now.dtype} ${shape}`,
      next: 'Write values of the dtype and shape that the state has.',
    });
  }

  dispose(): Promise<void> {
    return this.#life.end(async () => this.#buffers.clear());
  }
}
