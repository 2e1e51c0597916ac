import type { HostTensor, Spec } from '@limbeck/core';
import type { HostTensors, Runner, Stepper, StepperOptions } from './engine.js';
import { checkFeeds, type FeedRules } from './feeds.js';
import { checkFetch } from './fetches.js';
import { Lifetime } from './lifetime.js';
import type { Session } from './session.js';
import { SessionStepper } from './stepper.js';

/** What {@link createRunner} must know beside the session. */
export interface RunnerOptions {
  /** Whether the graph holds batched products, which an empty tensor must not reach. */
  readonly batchedProducts: boolean;
  /** Once it is set off, calls are refused. */
  readonly abortSignal?: AbortSignal | undefined;
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
    this.inputs = session.inputs;
    this.outputs = session.outputs;
    this.#session = session;
    this.#options = options;
    this.#life = new Lifetime('runner', options.abortSignal);
    this.#rules = {
      inputs: new Map(Object.entries(session.inputs)),
      batchedProducts: options.batchedProducts,
    };
    this.#offered = new Set(Object.keys(session.outputs));
  }

  async run(
    feeds: HostTensors,
    fetch: readonly string[] = [...this.#offered],
  ): Promise<HostTensors> {
    this.#life.check('run');
    checkFetch('run', fetch, this.#offered, 'Ask for outputs that the graph has.');
    const checked = checkFeeds('run', feeds, this.#rules);
    if (fetch.length === 0) return {};
    const into: { [output: string]: HostTensor | undefined } = {};
    for (const name of fetch) into[name] = undefined;
    return this.#life.use('run', () => this.#session.run(checked, into));
  }

  async stepper(options: StepperOptions): Promise<Stepper> {
    this.#life.check('stepper');
    const { batchedProducts, abortSignal } = this.#options;
    const life = new Lifetime('stepper', abortSignal);
    const stepper = new SessionStepper(this.#session, batchedProducts, options, life);
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
