// Reads a file of records to its end, in a process of its own; prints how many there were and how much memory it held at most.
import process from 'node:process';
import { readRecords } from '@limbeck/data/node';

let rows = 0;
for await (const row of readRecords(process.argv[2]!)) rows += Object.keys(row).length > 0 ? 1 : 0;
// In kilobytes, whatever the system.
console.log(JSON.stringify({ rows, peakMb: Math.round(process.resourceUsage().maxRSS / 1024) }));
