// SPDX-License-Identifier: Apache-2.0
import type { Translation } from '../../i18n/types.ts';
import type { texts as en } from './en.ts';

export const texts: Translation<typeof en> = {
  'usergroups.text': 'Les membres d’un groupe ont son rôle pour ses hôtes et services, en plus de ce qu’ils ont en propre.',
  'usergroups.add': 'Ajouter un groupe',
  'usergroups.name': 'Nom du groupe',
  'usergroups.members': 'Membres',
  'usergroups.no_members': 'personne',
  'usergroups.none': 'Il n’y a pas encore de groupe d’utilisateurs. Un par équipe évite de donner chaque droit un par un.',
  'usergroups.delete_text': 'Ses membres restent, et perdent aussitôt ce que le groupe leur donnait.',
};
