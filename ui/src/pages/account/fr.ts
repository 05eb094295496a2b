// SPDX-License-Identifier: Apache-2.0
import type { Translation } from '../../i18n/types.ts';
import type { texts as en } from './en.ts';

export const texts: Translation<typeof en> = {
  'account.role': '{role} : {may}',
  'account.password': 'Mot de passe',
  'account.text': 'Vos autres sessions se terminent lorsqu’il change ; celle-ci continue.',
  'account.old': 'Mot de passe actuel',
  'account.old_needed': 'Indiquez votre mot de passe actuel.',
  'account.new': 'Nouveau mot de passe',
  'account.submit': 'Changer le mot de passe',
  'account.done': 'Mot de passe changé ; vos autres sessions sont terminées',
};
