import path from 'node:path';
import { defineConfig } from 'vite';

/**
 * What a browser is told to keep to: this host, whatever the code says. A worker takes it from its own response, so the
 * server must send it with every file; put it there too where you host the page.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self'",
  "worker-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

export default defineConfig({
  root: import.meta.dirname,
  // Works in any folder of any host.
  base: './',
  // Our packages are read as they are written: nothing needs to be built before.
  resolve: {
    conditions: ['@limbeck/source', 'module', 'browser', 'development|production'],
    // The page never asks for WebGPU, whose build brings 27 MB of WebAssembly.
    alias: { 'onnxruntime-web/webgpu': 'onnxruntime-web/wasm' },
  },
  worker: { format: 'es' },
  build: { outDir: path.join(import.meta.dirname, 'dist'), target: 'es2023', emptyOutDir: true },
  preview: { headers: { 'content-security-policy': policy } },
});
