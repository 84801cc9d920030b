import assert from 'node:assert/strict';
import { type Program, type Rig, start } from './rig.ts';

/** A simulator with these faults set, and a program that turned the echo off. */
export async function armed(
  faults: object,
  options: Parameters<typeof start>[0] = {},
): Promise<[Rig, Program]> {
  const rig = await start(options);
  const program = await rig.quietProgram();
  assert.equal((await rig.post('/faults', faults)).status, 200);
  return [rig, program];
}

/** Texts that the network accepted, in order. */
export async function texts(rig: Rig): Promise<string[]> {
  return (await rig.journal()).map((entry) => entry.text);
}
