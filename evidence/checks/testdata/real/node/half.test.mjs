import test from 'node:test';
import assert from 'node:assert';
import { half } from './half.mjs';

test('half', async (t) => {
  await t.test('even', () => assert.strictEqual(half(4), 2));
  await t.test('odd', () => assert.strictEqual(half(3), 1));
});
test('not here', { skip: true }, () => {});
