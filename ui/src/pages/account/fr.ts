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

  'account.by_groups': 'Pas de rôle en propre : ce que vous pouvez faire vient de vos groupes d’utilisateurs.',
  'account.totp': 'Second facteur',
  'account.totp_text': 'Un code de votre téléphone en plus du mot de passe : à qui apprend l’un, il manque encore l’autre.',
  'account.totp_none': 'Il est désactivé : le mot de passe seul suffit pour entrer.',
  'account.totp_on': 'L’activer',
  'account.totp_done': 'Second facteur activé ; vos autres sessions sont terminées',
  'account.totp_is_on': 'Il est activé.',
  'account.codes_left': { one: 'Il reste {n} code de secours.', other: 'Il reste {n} codes de secours.' },
  'account.new_codes': 'Nouveaux codes de secours',
  'account.new_codes_text': 'Dix nouveaux ; les anciens ne valent plus rien.',
  'account.totp_off': 'Le désactiver',
  'account.totp_off_text': 'Le mot de passe seul suffira alors pour entrer.',
  'account.totp_off_done': 'Second facteur désactivé',
  'account.code': 'Code',
  'account.code_help': 'Six chiffres de l’application, ou un code de secours',
  'account.code_needed': 'Indiquez un code.',
  'account.sessions': 'Où vous êtes connecté',
  'account.sessions_text': 'Terminez ce que vous ne reconnaissez pas, puis changez votre mot de passe.',
  'account.end_others': 'Terminer toutes les autres',
  'account.session_ended': 'Terminé',
  'account.look': 'L’apparence pour vous',
  'account.look_text': 'Conservée dans ce navigateur.',
  'account.tokens': 'Les jetons que vous avez créés',
};
