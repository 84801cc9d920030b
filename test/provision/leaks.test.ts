import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeBox } from './support.ts';

const KEY = `psg_${'a1'.repeat(20)}`;
const LINE = 'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gt';

/** Secrets at wrong places: none may come out of the card's file into what is shown. */
const MISPLACED: readonly (readonly [what: string, file: unknown, secret: string])[] = [
  ['a key instead of an object', { apiKeys: [KEY] }, KEY],
  ['a key instead of a list', { apiKeys: KEY }, KEY],
  ['a key as the name of a field', { [KEY]: 'shop' }, KEY],
  ['a key as the name of a field of a key', { apiKeys: [{ name: 'shop', [KEY]: 1 }] }, KEY],
  ['a key as a name', { apiKeys: [{ name: KEY }] }, KEY],
  ['a key as a name that is too long', { apiKeys: [{ name: `${KEY} for the shop, till 2` }] }, KEY],
  ['a key among the scopes', { apiKeys: [{ name: 'shop', scopes: [KEY] }] }, KEY],
  ['a key behind other words', { language: `the key of the shop is ${KEY}` }, KEY],
  ['a key as the site', { siteName: `Toko ${KEY}` }, KEY],
  ['a key in the comment of another', { sshKeys: [`ssh-ed25519 AAAA ${KEY}`] }, KEY],
  ['a key with a letter too many', { apiKeys: [{ name: 'shop', key: `${KEY}z` }] }, KEY],
  ['a key alone', KEY, KEY],
  ['a field of another name', { apikey: KEY, password: 'three words long' }, 'three words long'],
  ['a password alone', 'three words long', 'three words long'],
  ['a PIN with a letter', { simPin: '4711a' }, '4711'],
  ['a PIN as a number', { simPin: 4711 }, '4711'],
  ['a PIN alone', 4711, '4711'],
  ['lines of a private key', { sshKeys: ['-----BEGIN OPENSSH PRIVATE KEY-----', LINE] }, 'b3Blb'],
];
for (const [what, file, secret] of MISPLACED) {
  test(`${what} is refused and not repeated`, async () => {
    const box = new FakeBox();
    box.insert('pisang.json', JSON.stringify(file));
    const { failed, log } = await box.boot();
    assert.equal(failed, true);
    const told = [box.card('RESULT.txt'), box.disk.text('/run/pisang/console.txt'), ...log];
    assert.ok(!told.join('\n').includes(secret), told.join('\n'));
    assert.doesNotMatch(told.join('\n'), /psg_\w/);
  });
}
