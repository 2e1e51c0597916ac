import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { loadTokeniser } from '@limbeck/data/node';
import { tokenEncoder } from '/work/main/packages/predict/src/tokens.ts';
const D = '/work/shared/data/';
for (const m of ['bert-uncased-tokenizer', 'stories260k', 'static-embedding-64d'])
  for (const maxTokens of [16, 64, 512]) {
    const own = await loadTokeniser(D + 'models/' + m);
    const enc = await tokenEncoder({ maxTokens } as any, {
      tokenizer: readFileSync(D + `models/${m}/tokenizer.json`, 'utf8'),
      tokenizerConfig: readFileSync(D + `models/${m}/tokenizer_config.json`, 'utf8'),
    });
    let bad = 0,
      n = 0;
    for (const l of ['en', 'zh', 'th', 'ar'])
      for (const r of gunzipSync(readFileSync(D + `qa/xquad/${l}.jsonl.gz`))
        .toString()
        .trim()
        .split('\n')
        .slice(0, 150)) {
        n++;
        const t = JSON.parse(r).context;
        if (own.encode(t, { maxTokens }).ids.join() !== enc.encode(t).ids.join()) bad++;
      }
    console.log(m, maxTokens, n, bad);
  }
