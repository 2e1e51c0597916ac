/**
 * The student in plain JavaScript: hashed n-grams of bytes under linear layers, equal to the exported ONNX file.
 *
 * @param {import('./read-student.js').PageStudent} model
 */
export function makeStudent(model) {
  const { labels, maxBytes, temperature, orders, buckets, normalise, scale } = model;
  const shift = 32 - Math.log2(buckets);
  const longest = orders[orders.length - 1];
  const factors = orders.map((n) => (Math.imul(n, 0x5bd1e994) + 0x2c1b3c6d) >>> 0);
  const encoder = new TextEncoder();

  /** @param {string} base64 */
  const bytesOf = (base64) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  /** @param {string} base64 */
  const floats = (base64) => new Float32Array(bytesOf(base64).buffer);
  const layers = model.layers.map(({ inputs, outputs, weight, scale: columns, bias }) => ({
    inputs,
    outputs,
    weight: columns === undefined ? floats(weight) : new Int8Array(bytesOf(weight).buffer),
    scale: columns === undefined ? new Float32Array(outputs).fill(1) : floats(columns),
    bias: floats(bias),
  }));

  /** For each bucket 0, or the number of its feature counted from 1. */
  const table = new Uint16Array(buckets);
  const kept = model.kept === undefined ? undefined : bytesOf(model.kept);
  const named =
    model.features === undefined ? undefined : new Uint16Array(bytesOf(model.features).buffer);
  for (let bucket = 0, found = 0; bucket < buckets; bucket++) {
    if (kept !== undefined && ((kept[bucket >> 3] >> (bucket & 7)) & 1) === 0) continue;
    table[bucket] = named === undefined ? ++found : named[found++];
  }

  /**
   * The bytes that are read: at most `maxBytes`; an empty text is read as a line feed.
   *
   * @param {string} text
   */
  function encode(text) {
    if (text === '') return Uint8Array.of(10);
    // No UTF-16 unit takes less than a byte, so what lies further on need not be encoded.
    const bytes = encoder.encode(text.length > maxBytes ? text.slice(0, maxBytes + 1) : text);
    return bytes.subarray(0, maxBytes);
  }

  /**
   * Calls back with start, length and feature of every n-gram that is a feature.
   *
   * @param {Uint8Array} bytes
   * @param {(start: number, length: number, feature: number) => void} use
   */
  function eachNgram(bytes, use) {
    for (let start = 0; start < bytes.length; start++) {
      let hash = 0x811c9dc5;
      for (let n = 1, order = 0; n <= longest && start + n <= bytes.length; n++) {
        hash = Math.imul(hash ^ bytes[start + n - 1], 0x9e3779b1);
        if (orders[order] !== n) continue;
        const mixed = Math.imul(hash ^ (hash >>> 15), factors[order]) >>> 0;
        const feature = table[mixed >>> shift];
        if (feature !== 0) use(start, n, feature - 1);
        order++;
      }
    }
  }

  const counts = new Float64Array(layers[0].inputs);

  /**
   * The features that are not 0, how often each occurs, and their values.
   *
   * @param {Uint8Array} bytes
   */
  function featuresOf(bytes) {
    /** @type {number[]} */
    const found = [];
    eachNgram(bytes, (_start, _length, feature) => {
      if (counts[feature]++ === 0) found.push(feature);
    });
    const values = found.map((feature) => Math.log(counts[feature] + 1));
    let squares = 1e-12;
    for (const value of values) squares += value * value;
    const factor = normalise === 'l2' ? scale / Math.sqrt(squares) : scale;
    const times = found.map((feature) => counts[feature]);
    for (const feature of found) counts[feature] = 0;
    return { found, times, values: values.map((value) => value * factor) };
  }

  /**
   * x W + b for the inputs `found`, with the values `values`.
   *
   * @param {(typeof layers)[number]} layer
   * @param {readonly number[]} found
   * @param {readonly number[]} values
   */
  function linear({ outputs, weight, scale: columns, bias }, found, values) {
    const out = new Float64Array(outputs);
    for (let i = 0; i < found.length; i++) {
      const row = found[i] * outputs;
      for (let j = 0; j < outputs; j++) out[j] += values[i] * weight[row + j];
    }
    return out.map((sum, j) => sum * columns[j] + bias[j]);
  }

  /**
   * The logits, and what they came from.
   *
   * @param {Uint8Array} bytes
   */
  function forward(bytes) {
    const features = featuresOf(bytes);
    let { found, values } = features;
    /** @type {number[][]} */
    const hidden = [];
    let out = new Float64Array(0);
    for (let i = 0; i < layers.length; i++) {
      out = linear(layers[i], found, values);
      if (i === layers.length - 1) break;
      values = Array.from(out, (value) => Math.max(0, value));
      found = values.map((_, unit) => unit);
      hidden.push(values);
    }
    return { features, hidden, logits: out };
  }

  /**
   * The probability of every label, in their order.
   *
   * @param {string} text
   */
  function predict(text) {
    const { logits } = forward(encode(text));
    const highest = Math.max(...logits);
    const powers = logits.map((logit) => Math.exp((logit - highest) / temperature));
    const sum = powers.reduce((total, power) => total + power, 0);
    return powers.map((power) => power / sum);
  }

  /**
   * How much each byte spoke for a label against the mean of all: gradient times input, shared out over the places of an
   * n-gram and over its bytes.
   *
   * @param {string} text
   * @param {number} label
   */
  function spokenFor(text, label) {
    const bytes = encode(text);
    const { features, hidden } = forward(bytes);
    let slope = Float64Array.from(labels, (_, i) => (i === label ? 1 : 0) - 1 / labels.length);
    for (let i = layers.length - 1; i > 0; i--) {
      const { outputs, weight, scale: columns } = layers[i];
      slope = Float64Array.from(hidden[i - 1], (value, unit) => {
        if (value <= 0) return 0;
        let sum = 0;
        for (let j = 0; j < outputs; j++) sum += slope[j] * weight[unit * outputs + j] * columns[j];
        return sum;
      });
    }
    const { outputs, weight, scale: columns } = layers[0];
    /** @type {Map<number, number>} */
    const share = new Map();
    features.found.forEach((feature, i) => {
      let sum = 0;
      for (let j = 0; j < outputs; j++)
        sum += slope[j] * weight[feature * outputs + j] * columns[j];
      share.set(feature, (sum * features.values[i]) / features.times[i]);
    });
    const spoken = new Float64Array(bytes.length);
    eachNgram(bytes, (start, length, feature) => {
      for (let k = start; k < start + length; k++) spoken[k] += (share.get(feature) ?? 0) / length;
    });
    return spoken;
  }

  return { labels, maxBytes, encode, predict, spokenFor };
}
