import { type encodeSubmit as Encode, encodeSubmit } from '../../app/pdu/index.ts';
import { CTRL_Z, type Program } from './rig.ts';

type Fields = Parameters<typeof Encode>[0];

/** An SMS-SUBMIT to a number that nobody has. */
export function submit(
  text: string,
  fields: Partial<Fields> = {},
): { pdu: string; tpduLength: number } {
  return encodeSubmit({
    to: '+6281234567',
    text,
    encoding: 'gsm7',
    concat: null,
    validitySeconds: null,
    statusReport: false,
    flash: false,
    ...fields,
  });
}

/** Opens the prompt and hands the message over, without waiting for what comes of it. */
export async function handOver(
  program: Program,
  message: { pdu: string; tpduLength: number },
): Promise<void> {
  program.write(`AT+CMGS=${message.tpduLength}\r`);
  await program.until('> ');
  program.write(message.pdu + CTRL_Z);
}

/** A whole send; returns what came behind the prompt, up to the result. */
export async function send(
  program: Program,
  message: { pdu: string; tpduLength: number },
): Promise<string> {
  await handOver(program, message);
  return program.until(/OK\r\n|ERROR[^\r]*\r\n/);
}
