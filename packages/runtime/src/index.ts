export type { Engine, HostTensors, Runner, Stepper, StepperOptions } from './engine.js';
export { createRunner, type RunnerOptions } from './runner.js';
export type { Session } from './session.js';
export { type Provider, providerError, runError, sessionError } from './session-errors.js';
