import assert from 'node:assert/strict';
import { test } from 'node:test';
import { environmentName } from '../../app/config/environment.ts';
import { nearest } from '../../app/config/nearest.ts';
import { editDistance } from '../../app/domain/nearest.ts';

test('the distance counts insertions, deletions and replacements', () => {
  assert.equal(editDistance('', 'abc'), 3);
  assert.equal(editDistance('kitten', 'sitting'), 3);
  assert.equal(editDistance('same', 'same'), 0);
});

test('the nearest name ignores case and prefers the earlier of equals', () => {
  assert.deepEqual(nearest('LISTEN', ['backlog', 'listen']), { name: 'listen', distance: 0 });
  assert.equal(nearest('x', ['a', 'b'])?.name, 'a');
  assert.equal(nearest('x', []), null);
});

test('environment names follow from field paths', () => {
  assert.equal(environmentName('http.listen'), 'PISANG_HTTP_LISTEN');
  assert.equal(environmentName('http.tls.certFile'), 'PISANG_HTTP_TLS_CERT_FILE');
  assert.equal(environmentName('modems[0].ratePerMinute'), 'PISANG_MODEMS_0_RATE_PER_MINUTE');
});
