import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { TlsConfig } from '../domain/config.ts';
import { GatewayError } from '../domain/gateway-error.ts';
import type { Logger } from '../domain/logger.ts';

/** A certificate in use, and its key. */
export interface Certificate {
  readonly current: SecureContext;
  /** Reads the files again; a broken pair leaves the old one in use. */
  renew(logger: Logger): void;
}

export function certificateOf(files: TlsConfig): Certificate {
  let current = readCertificate(files);
  return {
    get current() {
      return current;
    },
    renew: (logger) => {
      try {
        current = readCertificate(files);
      } catch (error) {
        logger.error({ err: error }, 'the new certificate is not usable; the old one stays');
      }
    },
  };
}

/**
 * What a TLS listener needs of `http.tls`.
 * @throws GatewayError `tls-unreadable`, whose sentence names the field that is at fault.
 */
export function readCertificate(files: TlsConfig): SecureContext {
  const cert = readPem(files, 'certFile');
  const key = readPem(files, 'keyFile');
  const certificate = attempt(
    () => new X509Certificate(cert),
    `http.tls.certFile: ${files.certFile} holds no certificate in PEM`,
  );
  const privateKey: KeyObject = attempt(
    () => createPrivateKey(key),
    `http.tls.keyFile: ${files.keyFile} holds no private key in PEM without a passphrase`,
  );
  // OpenSSL itself takes a pair of different kinds, and then fails at every handshake.
  if (!certificate.checkPrivateKey(privateKey)) {
    throw unreadable(
      `http.tls.keyFile: ${files.keyFile} is not the key of the certificate in ${files.certFile}`,
    );
  }
  return attempt(
    () => createSecureContext({ cert, key, minVersion: 'TLSv1.2' }),
    `http.tls.certFile: TLS cannot use ${files.certFile} with ${files.keyFile}`,
  );
}

function readPem(files: TlsConfig, field: 'certFile' | 'keyFile'): Buffer {
  try {
    return readFileSync(files[field]);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const why =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EACCES'
          ? 'this user may not read it'
          : `it cannot be read (${code})`;
    throw unreadable(`http.tls.${field}: ${files[field]}: ${why}`, error);
  }
}

function attempt<T>(read: () => T, sentence: string): T {
  try {
    return read();
  } catch (error) {
    throw unreadable(sentence, error);
  }
}

function unreadable(sentence: string, cause?: unknown): GatewayError {
  return new GatewayError('tls-unreadable', sentence, { retry: 'never', cause });
}
