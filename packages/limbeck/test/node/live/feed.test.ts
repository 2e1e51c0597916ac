import { event } from '@limbeck/core';
import { describe, expect, test } from 'vitest';
import { Feed } from '../../../src/node/live/feed.js';

/** Reads a stream to its end, or until it has said so much. */
async function read(feed: Feed, from?: string, enough = Infinity): Promise<string> {
  const gone = new AbortController();
  let text = '';
  for await (const chunk of feed.read(from, gone.signal)) {
    text += chunk;
    if (text.split('\n\n').length > enough) gone.abort();
  }
  return text;
}

describe('Feed', () => {
  test('tells a reader all that was, all that comes, and the end', async () => {
    const feed = new Feed('s1');
    feed.add(event('train/step', { step: 1 }));
    const reading = read(feed);
    await Promise.resolve();
    feed.add(event('train/step', { step: 2 }));
    feed.end({ state: 'done' });
    const text = await reading;
    expect(text).toMatch(/^retry: 1000\nevent: hello\ndata: \{"session":"s1","fresh":true\}\n\n/u);
    expect(text).toMatch(/id: s1-1\ndata: .*"step":1.*\n\nid: s1-2\ndata: .*"step":2/su);
    expect(text).toMatch(/id: s1-3\ndata: .*"live\/ended".*\n\n$/su);
    expect(feed.readers).toBe(0);
  });

  test('goes on after the last event that a reader has', async () => {
    const feed = new Feed('s1');
    for (const step of [1, 2, 3]) feed.add(event('train/step', { step }));
    feed.end({});
    const text = await read(feed, 's1-2');
    expect(text).toContain('"fresh":false');
    expect(text).not.toContain('id: s1-2');
    expect(text).toContain('id: s1-3');
  });

  test.each(['s0-2', 'nonsense', '', '-', 's1-', 's1-99999999999999999999'])(
    'tells everything to a reader with the id %j',
    async (from) => {
      const feed = new Feed('s1');
      feed.add(event('train/step', { step: 1 }));
      feed.end({});
      expect(await read(feed, from)).toContain('id: s1-1\n');
    },
  );

  test('says nothing after the end, and lets go of a reader who leaves', async () => {
    const feed = new Feed('s1');
    const reading = read(feed, undefined, 1);
    await Promise.resolve();
    expect(feed.readers).toBe(1);
    feed.add(event('train/step', { step: 1 }));
    await reading;
    expect(feed.readers).toBe(0);
    feed.end({});
    feed.add(event('train/step', { step: 2 }));
    expect(await read(feed)).not.toContain('"step":2');
  });
});
