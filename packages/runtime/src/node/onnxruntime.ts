import { LimbeckError } from '@limbeck/core';
import type * as Onnxruntime from 'onnxruntime-node';

/** The module `onnxruntime-node`. */
export type OnnxruntimeModule = typeof Onnxruntime;

/** Imports onnxruntime-node when it is first needed: it is an optional peer. */
export async function loadOnnxruntime(
  load: () => Promise<unknown> = () => import('onnxruntime-node'),
): Promise<OnnxruntimeModule> {
  let module: { readonly default?: unknown };
  try {
    module = (await load()) as { readonly default?: unknown };
  } catch (cause) {
    const { code } = cause as { readonly code?: string };
    if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') {
      throw new LimbeckError('engine-missing', {
        where: 'nodeEngine',
        given: 'no package onnxruntime-node',
        expected: 'onnxruntime-node 1.30 or later, which runs the graphs',
        next: 'Install it: npm install onnxruntime-node',
        cause,
      });
    }
    throw new LimbeckError('engine-failed', {
      where: 'nodeEngine',
      given: `onnxruntime-node, which failed to load: ${cause instanceof Error ? cause.message : String(cause)}`,
      expected: 'its native library for this system',
      next: 'Install it again, and check that it supports this system.',
      cause,
    });
  }
  return (module.default ?? module) as OnnxruntimeModule;
}
