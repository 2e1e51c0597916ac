/** An event as it comes over the wire: as in `@limbeck/core`. */
export interface LiveEvent {
  readonly kind: string;
  readonly atMs: number;
  readonly [field: string]: unknown;
}

/** Values by name, such as loss terms. */
export interface Values {
  readonly [name: string]: number;
}

/** Values at a step. */
export interface Point {
  readonly step: number;
  readonly values: Values;
}

/** One training run. */
export interface Training {
  /** What it is called by its events, which others may be too. */
  readonly run: string;
  /** What it is called on the page. */
  readonly name: string;
  readonly startedMs: number;
  /** The phase that its bare metric names belong to: that of its first step. */
  phase: string | undefined;
  step: number;
  steps: number;
  updatedMs: number;
  examplesPerSecond: number | undefined;
  secondsLeft: number | undefined;
  points: Point[];
  evaluations: Point[];
}

/** A step of the pipeline. */
export interface Stage {
  readonly name: string;
  state: 'waiting' | 'running' | 'done' | 'cached';
  startedMs?: number;
  seconds?: number;
  why?: string;
}

/** One input with what the student says of it. */
export interface Sample {
  readonly text: string;
  readonly label: string;
  readonly predicted: string;
  readonly probability: number;
}

/** A line for people. */
export interface Message {
  readonly atMs: number;
  readonly text: string;
  readonly isWarning: boolean;
}

/** How the run ended. */
export interface Ended {
  readonly atMs: number;
  readonly state: string;
  readonly message: string;
}

/** Everything that the page shows. */
export interface LiveState {
  trainings: Training[];
  stages: Stage[];
  samples: readonly Sample[];
  messages: Message[];
  startedMs: number | undefined;
  ended: Ended | undefined;
}

/** Nothing yet, but the steps that are known before. */
export function emptyState(steps: readonly string[]): LiveState {
  return {
    trainings: [],
    stages: steps.map((name) => ({ name, state: 'waiting' })),
    samples: [],
    messages: [],
    startedMs: undefined,
    ended: undefined,
  };
}

/** So many points a training keeps; of more, every second one. */
const mostPoints = 1500;
const mostMessages = 100;

/** Takes an event in. Kinds that it does not know become lines for people. */
export function take(state: LiveState, event: LiveEvent): void {
  state.startedMs ??= event.atMs;
  if (event.kind === 'train/step') return takeStep(state, event);
  if (event.kind === 'train/evaluated') return takeEvaluation(state, event);
  if (event.kind === 'sample/predictions') return takeSamples(state, event);
  if (event.kind.startsWith('pipeline/')) return takeStage(state, event);
  if (event.kind === 'live/ended') {
    // What was not reached will not be any more.
    state.ended = {
      atMs: event.atMs,
      state: word(event['state']),
      message: word(event['message']),
    };
    return undefined;
  }
  const said = lineOf(event);
  if (said === undefined) return undefined;
  const isWarning = event['level'] === 'warn';
  state.messages = [
    ...state.messages.slice(1 - mostMessages),
    { atMs: event.atMs, text: said, isWarning },
  ];
  return undefined;
}

function takeStep(state: LiveState, event: LiveEvent): void {
  const step = figure(event['step']) ?? 0;
  const phase = word(event['phase']);
  const training = trainingOf(state, event, step);
  training.phase ??= phase;
  training.step = step;
  training.steps = figure(event['steps']) ?? training.steps;
  training.updatedMs = event.atMs;
  training.examplesPerSecond = figure(event['examplesPerSecond']);
  training.secondsLeft = figure(event['secondsLeft']);
  const values = figures(event['metrics'], phase === training.phase ? '' : ` (${phase})`);
  training.points = kept(training.points, { step, values });
}

function takeEvaluation(state: LiveState, event: LiveEvent): void {
  const step = figure(event['step']) ?? 0;
  const training = trainingOf(state, event, step);
  training.updatedMs = event.atMs;
  training.evaluations = kept(training.evaluations, {
    step,
    values: figures(event['metrics'], ''),
  });
}

/**
 * The training that an event belongs to: named by its `run`, or else by its stage, or the one that runs. A step before the last one
 * begins a new training of the same name.
 */
function trainingOf(state: LiveState, event: LiveEvent, step: number): Training {
  const running = state.stages.findLast((stage) => stage.state === 'running')?.name;
  const name = word(event['run']) || word(event['stage']) || running || 'training';
  const same = state.trainings.filter((one) => one.run === name);
  const last = same.at(-1);
  if (last !== undefined && step >= last.step) return last;
  const made: Training = {
    run: name,
    name: same.length === 0 ? name : `${name} · ${same.length + 1}`,
    startedMs: event.atMs,
    phase: undefined,
    step,
    steps: step,
    updatedMs: event.atMs,
    examplesPerSecond: undefined,
    secondsLeft: undefined,
    points: [],
    evaluations: [],
  };
  state.trainings.push(made);
  return made;
}

/** Appends a point; of too many, every second one stays, and the last. */
function kept(points: Point[], point: Point): Point[] {
  const all = [...points, point];
  return all.length > mostPoints ? all.filter((_, i) => i % 2 === 0 || i === all.length - 1) : all;
}

function takeSamples(state: LiveState, event: LiveEvent): void {
  if (!Array.isArray(event['rows'])) return;
  const rows = event['rows'].filter(
    (row): row is object => typeof row === 'object' && row !== null,
  );
  state.samples = rows.slice(0, 20).map((row) => {
    const { text, label, predicted, probability } = row as { readonly [field: string]: unknown };
    return {
      text: word(text),
      label: word(label),
      predicted: word(predicted),
      probability: figure(probability) ?? 0,
    };
  });
}

function takeStage(state: LiveState, event: LiveEvent): void {
  const name = word(event['step']);
  if (name === '') return;
  let stage = state.stages.find((one) => one.name === name);
  if (stage === undefined) {
    stage = { name, state: 'waiting' };
    state.stages.push(stage);
  }
  if (event.kind === 'pipeline/started') {
    const { why } = event;
    Object.assign(stage, { state: 'running', startedMs: event.atMs });
    if (Array.isArray(why)) stage.why = why.map(word).join('; ');
  } else if (event.kind === 'pipeline/finished') {
    const seconds = figure(event['seconds']);
    Object.assign(stage, { state: 'done', ...(seconds === undefined ? {} : { seconds }) });
  } else if (event.kind === 'pipeline/cached') stage.state = 'cached';
}

/** What an event says to people, if anything: its own line, or its kind with its fields. */
function lineOf(event: LiveEvent): string | undefined {
  if (event.kind === 'train/saved') return undefined;
  if (event.kind === 'train/resumed') return `Went on from step ${word(event['step'])}.`;
  const { kind, atMs: _at, level: _level, stage, message, ...fields } = event;
  const from = word(stage) === '' ? '' : `${word(stage)}: `;
  if (word(message) !== '') return `${from}${word(message)}`;
  const said = Object.entries(fields)
    .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
    .map(
      ([name, value]) =>
        `${name} ${typeof value === 'number' ? Number(value.toPrecision(4)) : word(value)}`,
    );
  return `${from}${kind}${said.length > 0 ? `: ${said.join(', ')}` : ''}`;
}

function word(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : '';
}

function figure(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function figures(value: unknown, suffix: string): Values {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]) => {
      const found = figure(one);
      return found === undefined ? [] : [[`${name}${suffix}`, found]];
    }),
  );
}
