// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandWords, withoutEchoes } from '../src/event/event.ts';
import { personOf } from '../src/person.ts';
import { say } from './texts.ts';
import type { Event } from '../src/model.ts';


test('commands are told in words, in both languages', () => {
  const cases: [string, string, string][] = [
    ['[1795442851] REMOVE_SVC_ACKNOWLEDGEMENT;srv;x', 'Acknowledgement removed', 'Acquittement retiré'],
    ['[1] SCHEDULE_FORCED_SVC_CHECK;a;b;1', 'Check asked for', 'Contrôle demandé'],
    ['SCHEDULE_HOST_SVC_DOWNTIME;a', 'Downtime planned', 'Maintenance planifiée'],
    ['[1] DEL_DOWNTIME_BY_HOST_NAME;a', 'Downtime cancelled', 'Maintenance annulée'],
    ['[1] DISABLE_SVC_CHECK;a;b', 'Checks switched off', 'Contrôles désactivés'],
    ['[1] ENABLE_PASSIVE_SVC_CHECKS;a;b', 'Passive results switched on', 'Résultats passifs activés'],
    ['[1] DISABLE_HOST_NOTIFICATIONS;a', 'Notifications switched off', 'Notifications désactivées'],
    ['[1] CHANGE_MAX_SVC_CHECK_ATTEMPTS;a;b;3', 'Setting changed', 'Réglage modifié'],
    ['[1] PROCESS_FILE;x', 'Command PROCESS_FILE given', 'Commande PROCESS_FILE envoyée'],
    ['rubbish', 'Command ? given', 'Commande ? envoyée'],
  ];
  for (const [line, english, french] of cases) {
    say('en');
    assert.equal(commandWords(line), english);
    say('fr');
    assert.equal(commandWords(line), french);
  }
});

test('who did it', () => {
  say('fr');
  assert.equal(personOf('marie'), 'marie');
  assert.equal(personOf('uid:0'), 'root');
  assert.equal(personOf('uid:1000'), 'l’utilisateur système 1000');
  assert.equal(personOf('command file'), 'le fichier de commandes');
  assert.equal(personOf(undefined), '?');
});

test('what stands there anyway is not told twice', () => {
  const at = (s: number): string => new Date(1e12 + s * 1000).toISOString();
  const ids = (list: Event[]): string => withoutEchoes(list).map((e) => e.id).join();
  const ack: Event = { id: 'ack', time: at(1), kind: 'acknowledgement', text: 'on it', author: 'jp' };
  const command: Event = { id: 'cmd', time: at(1), kind: 'command', text: '[1] ACKNOWLEDGE_SVC_PROBLEM;a;b;2;1;0;jp;on it', author: 'jp' };
  const own: Event = { id: 'own', time: at(1), kind: 'comment', text: 'on it', author: 'jp' };
  assert.equal(ids([ack, own, command]), 'ack');
  assert.equal(ids([command]), 'cmd', 'without its effect it is told');
  assert.equal(ids([ack, { ...command, refused: true }]), 'ack,cmd', 'a refused one is told');
  assert.equal(ids([ack, { ...command, time: at(60) }]), 'ack,cmd', 'another time');
  assert.equal(ids([ack, { ...own, text: 'else' }]), 'ack,own');
  const removed: Event = { id: 'gone', time: at(9), kind: 'acknowledgement_removed' };
  assert.equal(ids([removed, { ...command, id: 'rm', time: at(9), text: '[9] REMOVE_SVC_ACKNOWLEDGEMENT;a;b' }]), 'rm', 'the one with the author');
  assert.equal(ids([removed]), 'gone');
});
