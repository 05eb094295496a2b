// SPDX-License-Identifier: Apache-2.0
import type { Translation } from '../../i18n/types.ts';
import type { texts as en } from './en.ts';

export const texts: Translation<typeof en> = {
  'roles.text': 'Un rôle est un ensemble de droits. Les hôtes et services concernés se précisent là où il est donné.',
  'roles.add': 'Créer un rôle',
  'roles.name': 'Nom du rôle',
  'roles.from': 'Partir des droits du rôle',
  'roles.right': 'Droit',
  'roles.none': 'Un rôle a besoin d’au moins un droit.',
  'roles.fixed': 'Ce rôle est intégré : ses droits ne changent pas. Créez-en un à vous pour d’autres droits.',
  'roles.used': { one: 'donné {n} fois', other: 'donné {n} fois' },
  'roles.totp': 'Exige le second facteur',
  'roles.totp_help': 'Qui a ce rôle ne peut rien faire d’autre avant de l’avoir activé.',
  'roles.totp_short': 'second facteur exigé',
  'roles.privileged': 'Il change qui peut faire quoi, ou tout d’un coup : refusé tant que le registre d’audit ne peut être écrit.',
  'roles.privileged_short': 'privilégié',
  'roles.delete_text': 'Il peut être supprimé tant que personne ne l’a.',
};
