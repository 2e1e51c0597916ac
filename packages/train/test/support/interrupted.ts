// Run by on-interrupt.test.ts: waits for signals until it is told to end.
import { onInterrupt } from '@limbeck/train/node';

const interrupt = onInterrupt({ howToGoOn: 'npm start goes on.' });
interrupt.abortSignal.addEventListener('abort', () => console.log('aborted'));
setInterval(() => undefined, 1000);
console.log('ready');
