import { GatewayError } from '../domain/gateway-error.ts';

/** Longest line either side accepts, octets without its line feed. */
export const LINE_LIMIT_BYTES = 1_048_576;

/**
 * Cuts a stream of octets into lines ended by LF. The returned function takes the next chunk and
 * throws `line-too-long` once a line passes `limitBytes`, ended or not.
 */
export function lineSplitter(
  onLine: (line: string) => void,
  limitBytes: number = LINE_LIMIT_BYTES,
): (chunk: Buffer) => void {
  let held: Buffer[] = [];
  let heldBytes = 0;
  return (chunk) => {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(0x0a, start);
      const piece = chunk.subarray(start, end === -1 ? chunk.length : end);
      if (heldBytes + piece.length > limitBytes) {
        held = [];
        heldBytes = 0;
        throw new GatewayError('line-too-long', `A line is longer than ${limitBytes} octets.`, {
          retry: 'never',
        });
      }
      if (end === -1) {
        if (piece.length > 0) {
          held.push(piece);
          heldBytes += piece.length;
        }
        return;
      }
      const line = held.length === 0 ? piece : Buffer.concat([...held, piece]);
      held = [];
      heldBytes = 0;
      start = end + 1;
      if (line.length > 0) {
        onLine(line.toString('utf8'));
      }
    }
  };
}
