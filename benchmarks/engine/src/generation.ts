import os from 'node:os';
import path from 'node:path';
import { type HostTensor, leaves } from '@limbeck/core';
import { type ExperimentResult, quantile } from '@limbeck/evaluators';
import { thisMachine } from '@limbeck/evaluators/node';
import { type EvaluateGraph, generate, generationGraphs } from '@limbeck/nn';
import { nodeEngine } from '@limbeck/runtime/node';
import { toOnnx } from '@limbeck/tensor';
import { alternate, fasterWay, type Timed, type Way, wayMetrics, waySystems } from './alternate.js';
import { systemLines } from './results-page.js';
import { storiesDecoder, storiesPrompt, storiesWeights } from './stories.js';
import { wayPlan } from './way-plan.js';
import { writeResult } from './write-result.js';

/** How many times as fast as transformers.js. */
const aim = 1.5;

/** Continues a prompt by so many tokens; a way to generate. */
type Continue = (tokens: number) => Promise<readonly number[]>;

/**
 * Measures cached greedy generation beside transformers.js on the same weights; undefined where `LIMBECK_DATA` names no
 * folder.
 */
export async function generation(args: readonly string[]): Promise<ExperimentResult | undefined> {
  const { smoke, ...plan } = wayPlan(args, { rounds: 12, blockSteps: 3 });
  const folder = process.env['LIMBECK_DATA'];
  if (folder === undefined || folder === '') {
    console.log('Left out: LIMBECK_DATA names no folder with models/stories260k.');
    return undefined;
  }
  const data = path.resolve(import.meta.dirname, '../../..', folder);
  const threads = os.availableParallelism();
  const tokens = smoke ? 16 : 256;
  const [own, peer] = [await limbeck(data, threads), await transformersJs(data, threads)];
  await checkTold(own, peer.told, Math.min(tokens, 48));
  const way = (name: string, role: Way['role'], runsOn: string, told: Continue): Way => ({
    name,
    role,
    factors: { runsOn },
    run: async () => void (await told(tokens)),
  });
  const timed = await alternate(
    [
      way('Limbeck', 'method', `ONNX Runtime, cpu, ${threads} threads`, own),
      way(
        `transformers.js ${peer.version}`,
        'peer',
        `ONNX Runtime, cpu, ${threads} threads`,
        peer.told,
      ),
    ],
    plan,
  );
  const result = generationResult(timed, tokens);
  console.log(systemLines(result).join('\n'));
  console.log(result.note);
  if (!smoke) writeResult(result);
  return result;
}

/** Our decoder, lowered with a cache on the host. */
async function limbeck(data: string, threads: number): Promise<Continue> {
  const engine = await nodeEngine({ threads });
  const initialisers = Object.fromEntries(leaves<HostTensor>(storiesWeights(data), 'parameters'));
  const graphs = generationGraphs(storiesDecoder);
  const load = async (name: 'prefill' | 'step'): Promise<EvaluateGraph> => {
    const { inputs, outputs } = graphs[name];
    const runner = await engine.load(toOnnx(outputs, { initialisers, inputs }));
    return (feeds) => runner.run(feeds);
  };
  const functions = { prefill: await load('prefill'), step: await load('step') };
  return async (tokens) => {
    const [made] = await generate(functions, [storiesPrompt], {
      maxNewTokens: tokens,
      maxTokens: 512,
    });
    return made!.tokens;
  };
}

/** The file as it is, by transformers.js. */
async function transformersJs(
  data: string,
  threads: number,
): Promise<{ readonly version: string; readonly told: Continue }> {
  const { AutoModelForCausalLM, env, Tensor } = await import('@huggingface/transformers');
  env.allowRemoteModels = false;
  env.localModelPath = path.join(data, 'models');
  const model = await AutoModelForCausalLM.from_pretrained('stories260k', {
    dtype: 'fp32',
    session_options: {
      intraOpNumThreads: threads,
      logSeverityLevel: 3,
      // As ours has it: spinning threads win nothing and lose much beside other work.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    },
  });
  const { length } = storiesPrompt;
  return {
    version: env.version,
    told: async (tokens) => {
      const input_ids = new Tensor('int64', BigInt64Array.from(storiesPrompt, BigInt), [1, length]);
      const attention_mask = new Tensor('int64', new BigInt64Array(length).fill(1n), [1, length]);
      const said = (await model.generate({
        inputs: input_ids,
        attention_mask,
        max_new_tokens: tokens,
        do_sample: false,
        eos_token_id: null,
      } as never)) as { readonly data: BigInt64Array };
      return Array.from(said.data, Number).slice(length);
    },
  };
}

/** Checks that both tell one story. @throws Error with both */
async function checkTold(own: Continue, peer: Continue, tokens: number): Promise<void> {
  const [ours, theirs] = [await own(tokens), await peer(tokens)];
  if (ours.join(' ') === theirs.join(' ')) return;
  throw new Error(`Both should tell one story:\n${ours.join(' ')}\n${theirs.join(' ')}`);
}

function generationResult(timed: readonly Timed[], tokens: number): ExperimentResult {
  const [own, peer] = timed as readonly [Timed, Timed];
  const times = peer.stepMs.map((ms, round) => ms / own.stepMs[round]!);
  const rate = ({ stepMs }: Timed): string => (tokens / (quantile(stepMs, 0.5) / 1000)).toFixed(0);
  return {
    formatVersion: 1,
    experiment: 'generation',
    claim: `Cached greedy generation is at least ${aim} times as fast as transformers.js on the same weights.`,
    command: 'LIMBECK_DATA=… pnpm --filter bench-engine bench --only generation',
    dataset: { name: 'stories260k', rows: 1 },
    metrics: wayMetrics,
    systems: waySystems(timed),
    comparisons: [fasterWay(own, peer)],
    reproduced: quantile(times, 0.05) >= aim,
    note:
      `${tokens} tokens after a prompt of ${storiesPrompt.length}, one sequence; 5 layers, 64 wide, 260,032 weights. Tokens a ` +
      `second: Limbeck ${rate(own)}, transformers.js ${rate(peer)}; ${quantile(times, 0.5).toFixed(2)} times as many ` +
      `(median over the rounds; at least ${quantile(times, 0.05).toFixed(2)} in 95 of 100). Both tell the same story.`,
    machine: thisMachine(import.meta.url),
    finishedAt: new Date().toISOString(),
  };
}
