// Strips the types of packages into their dist folders, file by file: what `tsc -b` would write, without checking types,
// without declarations, and without TypeScript installed.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { filesBelow, root } from './workspace.mjs';

/**
 * Transpiles every TypeScript file of the packages' src folders.
 *
 * @param {readonly string[]} packages - their folders
 * @param {string} from - a folder whose packages include tsx, which brings esbuild
 */
export async function transpile(packages, from) {
  const tsx = createRequire(path.join(from, 'package.json')).resolve('tsx/package.json');
  const esbuild = createRequire(tsx)('esbuild');
  for (const folder of packages) {
    for (const file of filesBelow(`${folder}/src`)) {
      const target = path.join(root, folder, 'dist', path.relative(`${folder}/src`, file));
      const text = readFileSync(path.join(root, file), 'utf8');
      mkdirSync(path.dirname(target), { recursive: true });
      if (!file.endsWith('.ts')) writeFileSync(target, text);
      else if (!file.endsWith('.d.ts')) {
        const { code } = await esbuild.transform(text, {
          loader: 'ts',
          format: 'esm',
          target: 'es2023',
          sourcefile: path.basename(file),
          tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
        });
        writeFileSync(target.replace(/\.ts$/, '.js'), code);
      }
    }
  }
}
