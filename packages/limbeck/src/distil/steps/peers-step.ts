import { isLimbeckError, LimbeckError } from '@limbeck/core';
import type { PipelineStepContext } from '@limbeck/pipeline';
import type { Lab } from '../lab.js';
import { largest } from '../numbers.js';
import type { DistilOptions, Peer, PeerAnswer } from '../options.js';

/** What a peer answered on the test part. */
export interface PeerOutput {
  readonly name: string;
  /** Indices of labels, -1 where it named none of ours. */
  readonly answers: readonly number[];
  /** `[texts, labels]`, where it gives them. */
  readonly probabilities?: readonly number[];
  readonly trainingSeconds: number;
  readonly latencyMs: { readonly p50: number; readonly p95: number };
}

/** What the step is given. */
export interface PeersStep {
  readonly labels: readonly string[];
  readonly folders: { readonly read: string; readonly split: string };
  readonly peers: NonNullable<DistilOptions['peers']>;
}

/** Lets each peer learn from the labelled training texts, and asks it about the test texts. */
export async function peersStep(
  lab: Lab,
  { labels, folders, peers }: PeersStep,
  { abortSignal }: PipelineStepContext,
): Promise<PeerOutput[]> {
  const { parts } = await lab.parts(folders);
  const rows = parts.train.map(({ text, label }) => ({ input: text, output: labels[label!]! }));
  const outputs: PeerOutput[] = [];
  for (const [name, peer] of Object.entries(peers)) {
    abortSignal?.throwIfAborted();
    outputs.push(
      await askPeer(
        name,
        peer,
        rows,
        parts.test.map(({ text }) => text),
        labels,
      ),
    );
  }
  return outputs;
}

async function askPeer(
  name: string,
  peer: Peer,
  rows: Parameters<Peer['fit']>[0],
  texts: readonly string[],
  labels: readonly string[],
): Promise<PeerOutput> {
  try {
    const started = performance.now();
    await peer.fit(rows);
    const trainingSeconds = (performance.now() - started) / 1000;
    const answers = await peer.predict(texts);
    const latencyMs = await timed(peer, texts.slice(0, 60));
    const soft = answers.every((answer) => typeof answer !== 'string');
    const rowsOf = answers.map((answer) => answerRow(answer, labels));
    return {
      name,
      answers: answers.map((answer, i) =>
        typeof answer === 'string' ? labels.indexOf(answer) : largest(rowsOf[i]!),
      ),
      ...(soft ? { probabilities: rowsOf.flat() } : {}),
      trainingSeconds,
      latencyMs,
    };
  } catch (cause) {
    if (isLimbeckError(cause)) throw cause;
    throw new LimbeckError('invalid-data', {
      where: `distil, peer "${name}"`,
      given: `the error: ${cause instanceof Error ? cause.message : String(cause)}`,
      expected: 'a peer that learns from texts with labels and answers texts',
      next: 'Mend it, or leave it out.',
      cause,
    });
  }
}

/** Milliseconds of one text, after a few that do not count. */
async function timed(peer: Peer, texts: readonly string[]): Promise<PeerOutput['latencyMs']> {
  const samples: number[] = [];
  for (const [i, text] of [...texts.slice(0, 5), ...texts].entries()) {
    const started = performance.now();
    await peer.predict([text]);
    if (i >= 5) samples.push(performance.now() - started);
  }
  samples.sort((a, b) => a - b);
  const at = (share: number): number =>
    samples[Math.min(samples.length - 1, Math.floor(share * samples.length))] ?? 0;
  return { p50: at(0.5), p95: at(0.95) };
}

/** The probability of each of our labels, adding up to 1. */
function answerRow(answer: PeerAnswer, labels: readonly string[]): number[] {
  if (typeof answer === 'string') return labels.map((label) => (label === answer ? 1 : 0));
  const row = labels.map((label) => answer[label] ?? 0);
  const sum = row.reduce((total, p) => total + p, 0);
  return sum > 0 ? row.map((p) => p / sum) : row;
}
