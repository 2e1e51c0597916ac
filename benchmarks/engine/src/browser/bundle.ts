import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** As much of esbuild as is used: it comes with tsx. */
interface Esbuild {
  build(options: { readonly [name: string]: unknown }): Promise<{
    readonly outputFiles: readonly { readonly contents: Uint8Array }[];
  }>;
}

/** The page's script with all that it imports, but onnxruntime-web, whose threads load its own file. */
export async function bundlePage(conditions: readonly string[]): Promise<Uint8Array> {
  const tsx = createRequire(import.meta.url).resolve('tsx/package.json');
  const esbuild = createRequire(tsx)('esbuild') as Esbuild;
  const { outputFiles } = await esbuild.build({
    entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    conditions: ['import', 'module', 'browser', ...conditions],
    external: ['onnxruntime-web', 'onnxruntime-web/*'],
    logLevel: 'error',
  });
  return outputFiles[0]!.contents;
}
