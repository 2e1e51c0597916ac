import type { Provider } from '../session-errors.js';
import type { OnnxruntimeModule } from './onnxruntime.js';

/** The execution providers that this build of onnxruntime-node knows. */
export function providerNames(ort: OnnxruntimeModule): Provider[] {
  return ort.listSupportedBackends().map(({ name, bundled }) => ({
    name,
    ...(bundled ? {} : { needs: `the ${name} libraries of ONNX Runtime` }),
  }));
}
