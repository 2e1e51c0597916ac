import type { HostTensor, Spec } from '@limbeck/core';
import type { Tail } from '@limbeck/tensor';
import type { HostTensors, Runner, Stepper, StepperOptions } from './engine.js';
import { checkFeeds, type FeedRules } from './feeds.js';
import { checkFetch } from './fetches.js';
import { Lifetime } from './lifetime.js';
import type { Session } from './session.js';
import { SessionStepper } from './stepper.js';
import { checkKernels, signatureOf } from './tail/check-tail.js';

/** What {@link createRunner} must know beside the session. */
export interface RunnerOptions {
  /** Whether the graph holds batched products, which an empty tensor must not reach. */
  readonly batchedProducts: boolean;
  /** What runs after the graph. @defaultValue nothing */
  readonly tail?: Tail | undefined;
  /** Once it is set off, calls are refused. */
  readonly abortSignal?: AbortSignal | undefined;
  /** Called when the runner is disposed of and its session let go. @defaultValue nothing */
  readonly ended?: () => void;
}

class SessionRunner implements Runner {
  readonly inputs: { readonly [name: string]: Spec };
  readonly outputs: { readonly [name: string]: Spec };
  readonly #session: Session;
  readonly #options: RunnerOptions;
  readonly #life: Lifetime;
  readonly #rules: FeedRules;
  readonly #offered: ReadonlySet<string>;
  readonly #steppers = new Set<SessionStepper>();

  constructor(session: Session, options: RunnerOptions) {
    const { inputs, outputs } = signatureOf(session, options.tail);
    checkKernels(options.tail);
    this.inputs = inputs;
    this.outputs = outputs;
    this.#session = session;
    this.#options = options;
    this.#life = new Lifetime('runner', options.abortSignal, options.ended);
    this.#rules = {
      inputs: new Map(Object.entries(inputs)),
      batchedProducts: options.batchedProducts,
    };
    this.#offered = new Set(Object.keys(outputs));
  }

  async run(
    feeds: HostTensors,
    fetch: readonly string[] = [...this.#offered],
  ): Promise<HostTensors> {
    this.#life.check('run');
    checkFetch('run', fetch, this.#offered, 'Ask for outputs that the graph has.');
    const checked = checkFeeds('run', feeds, this.#rules);
    if (fetch.length === 0) return {};
    if (this.#options.tail !== undefined) return this.#stepOnce(checked, fetch);
    const into: { [output: string]: HostTensor | undefined } = {};
    for (const name of fetch) into[name] = undefined;
    return this.#life.use('run', () => this.#session.run(checked, into));
  }

  /** One step from a state that is fed: a tail writes over copies. */
  async #stepOnce(feeds: HostTensors, fetch: readonly string[]): Promise<HostTensors> {
    const carry: { [output: string]: string } = {};
    for (const { output, state } of this.#options.tail!.steps.flatMap(({ results }) => results)) {
      if (output !== undefined && state !== undefined) carry[output] = state;
    }
    const state = Object.values(carry).map((name) => [name, feeds[name]!] as const);
    const stepper = await this.stepper({ carry, state: Object.fromEntries(state) });
    const others = Object.entries(feeds).filter(([name]) => !Object.values(carry).includes(name));
    const free = fetch.filter((name) => carry[name] === undefined);
    try {
      const made = await stepper.step(Object.fromEntries(others), free);
      const after = await stepper.read();
      return Object.fromEntries(
        fetch.map((name) => [name, carry[name] === undefined ? made[name]! : after[carry[name]]!]),
      );
    } finally {
      await stepper.dispose();
    }
  }

  async stepper(options: StepperOptions): Promise<Stepper> {
    this.#life.check('stepper');
    const { batchedProducts, tail, abortSignal } = this.#options;
    const life = new Lifetime('stepper', abortSignal, () => this.#steppers.delete(stepper));
    const stepped = { session: this.#session, batchedProducts, tail };
    const stepper = new SessionStepper(stepped, options, life);
    this.#steppers.add(stepper);
    return stepper;
  }

  dispose(): Promise<void> {
    return this.#life.end(async () => {
      await Promise.all([...this.#steppers].map((stepper) => stepper.dispose()));
      this.#steppers.clear();
      await this.#session.release();
    });
  }
}

/** A runner over a session of any binding: checks, state and buffers are the same for all. */
export function createRunner(session: Session, options: RunnerOptions): Runner {
  return new SessionRunner(session, options);
}
