// Writes src/onnx/gen/onnx_pb.ts from proto/onnx.proto: `node scripts/generate-proto.mjs`.
// Needs protoc on the path; the plugin comes from npm. 2.13.0 is its last version for Node 20, and what it
// writes runs on the newer runtime that the package depends on.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const plugin = '@bufbuild/protoc-gen-es@2.13.0';

execFileSync(
  'npx',
  [
    '--yes',
    '--ignore-scripts',
    '--package',
    plugin,
    '--',
    'protoc',
    '--proto_path=proto',
    '--es_out=src/onnx/gen',
    '--es_opt=target=ts,import_extension=js',
    'onnx.proto',
  ],
  {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
    shell: process.platform === 'win32',
  },
);
