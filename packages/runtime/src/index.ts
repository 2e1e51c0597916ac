export type { Engine, HostTensors, Runner, Stepper, StepperOptions } from './engine.js';
export { type Profile, type ProfiledNode, type ProfiledPart, readProfile } from './profile.js';
export { profileTable, type ProfileTableOptions } from './profile-table.js';
export { createRunner, type RunnerOptions } from './runner.js';
export type { Session } from './session.js';
export { type Provider, providerError, runError, sessionError } from './session-errors.js';
