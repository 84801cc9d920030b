import { GatewayError } from '../../domain/gateway-error.ts';

/** Where the next page of a list begins: below this sequence. Opaque to callers. */
export function encodeCursor(belowSeq: number): string {
  return Buffer.from(`s${belowSeq}`).toString('base64url');
}

/** @throws GatewayError `bad-cursor` for anything that `encodeCursor` did not make. */
export function decodeCursor(cursor: string): number {
  const match = /^s(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (match === null) {
    throw new GatewayError('bad-cursor', 'the cursor is not one that a list answered', {
      retry: 'never',
    });
  }
  return Number(match[1]);
}
