import { LimbeckError } from '@limbeck/core';
import type { Provider } from '../session-errors.js';
import type { OnnxruntimeWebModule } from './options.js';

/** The builds of onnxruntime-web by the provider that they are for; each is imported when it is first needed. */
const builds: { readonly [provider: string]: () => Promise<unknown> } = {
  wasm: () => import('onnxruntime-web/wasm'),
  webgpu: () => import('onnxruntime-web/webgpu'),
};

/** The execution providers of onnxruntime-web, and what each needs of the browser. */
export function webProviders(): Provider[] {
  const { navigator } = globalThis as { readonly navigator?: { readonly gpu?: unknown } };
  const gpu = navigator?.gpu !== undefined && navigator.gpu !== null;
  return [{ name: 'wasm' }, { name: 'webgpu', ...(gpu ? {} : { needs: 'a browser with WebGPU' }) }];
}

/** Imports the build for a provider. @throws LimbeckError `engine-missing`, `engine-failed` */
export async function loadOnnxruntimeWeb(
  provider: string,
  load: () => Promise<unknown> = builds[provider]!,
): Promise<OnnxruntimeWebModule> {
  try {
    const module = (await load()) as OnnxruntimeWebModule & {
      readonly default?: OnnxruntimeWebModule;
    };
    return module.default ?? module;
  } catch (cause) {
    const given = cause instanceof Error ? cause.message : String(cause);
    // Browsers and Node say in their own words that a package is not there.
    if (
      /resolve module specifier|bare specifier|Module name|Cannot find (package|module)/i.test(
        given,
      )
    ) {
      throw new LimbeckError('engine-missing', {
        where: 'webEngine',
        given: 'no package onnxruntime-web',
        expected: 'onnxruntime-web 1.30 or later, which runs the graphs',
        next: 'Install it: npm install onnxruntime-web. A page without a bundler needs it in its import map.',
        cause,
      });
    }
    throw new LimbeckError('engine-failed', {
      where: 'webEngine',
      given: `onnxruntime-web, which failed to load: ${given}`,
      expected: 'its scripts where they are served',
      next: 'Check the network panel for files that were not found.',
      cause,
    });
  }
}
