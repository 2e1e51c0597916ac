import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { LimbeckError } from '@limbeck/core';

/** What a model's `config.json` says that its ONNX file does not. */
export interface ModelConfig {
  /** The classes by name, in the order of the logits. */
  readonly labels?: readonly string[];
  /** Whether its tokens are the bytes of the text, as those of Limbeck's byte students. */
  readonly bytes: boolean;
  /** How many tokens it reads. */
  readonly maxTokens?: number;
  /** The token behind shorter texts. */
  readonly padId?: number;
}

/** Where the files beside a model may lie: in its folder, or above the folder `onnx`. */
export function foldersOf(file: string): readonly string[] {
  const own = path.dirname(file);
  return path.basename(own) === 'onnx' ? [own, path.dirname(own)] : [own];
}

/** Reads the first `config.json` in these folders; without anything where there is none. @throws LimbeckError `corrupt-file` */
export async function readModelConfig(folders: readonly string[]): Promise<ModelConfig> {
  for (const folder of folders) {
    const text = await readFile(path.join(folder, 'config.json'), 'utf8').catch(() => undefined);
    if (text !== undefined) return parse(text);
  }
  return { bytes: false };
}

function parse(text: string): ModelConfig {
  let config: { readonly [key: string]: unknown };
  try {
    config = Object(JSON.parse(text)) as typeof config;
  } catch (cause) {
    throw new LimbeckError('corrupt-file', {
      where: 'limbeck',
      given: 'a config.json that is not JSON',
      expected: "the model's own",
      next: 'Copy the folder again, or take the file away to do without it.',
      cause,
    });
  }
  const own = Object(config['limbeck']) as { readonly [key: string]: unknown };
  const names = Object(config['id2label']) as { readonly [id: string]: unknown };
  const labels = Object.keys(names).map((_, id) => names[String(id)]);
  const maxTokens = own['maxTokens'] ?? own['maxBytes'] ?? config['max_position_embeddings'];
  const padId = own['padId'] ?? config['pad_token_id'];
  return {
    bytes: own['inputs'] === 'bytes',
    ...(labels.length > 0 && labels.every((label) => typeof label === 'string') ? { labels } : {}),
    ...(typeof maxTokens === 'number' ? { maxTokens } : {}),
    ...(typeof padId === 'number' ? { padId } : {}),
  };
}
