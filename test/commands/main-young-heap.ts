import { setImmediate as turn } from 'node:timers/promises';
import { boundYoungHeap, youngHeapBytes } from '../../app/commands/young-heap.ts';

/** Makes garbage of which much survives for a while, as requests do; prints the largest young heap. */
const mostBytes = Number(process.argv[2]);
boundYoungHeap(() => mostBytes);
let largest = 0;
for (let round = 0; round < 300; round++) {
  const kept: object[] = [];
  for (let i = 0; i < 20_000; i++) {
    kept.push({ round, i, text: `message ${i}` });
  }
  await turn();
  largest = Math.max(largest, youngHeapBytes() * Math.sign(kept.length));
}
console.log(largest);
