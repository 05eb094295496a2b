// SPDX-License-Identifier: Apache-2.0
import type { Translation } from '../../i18n/types.ts';
import type { texts as en } from './en.ts';

export const texts: Translation<typeof en> = {
  'users.text': 'Qui peut se connecter, et ce que chacun peut faire à quel endroit : par un rôle en propre, et par les groupes d’utilisateurs dont il est membre.',
  'users.add': 'Ajouter un utilisateur',
  'users.groups': 'Groupes d’utilisateurs',
  'users.no_groups': 'Il n’y en a pas encore.',
  'users.totp': 'Second facteur',
  'users.totp_on': 'activé',
  'users.totp_missing': 'exigé, pas encore activé',
  'users.last': 'Dernière connexion',
  'users.never': 'jamais',
  'users.changed': 'Mot de passe défini',
  'users.you': 'vous',
  'users.first_password': 'Premier mot de passe',
  'users.new_password': 'Nouveau mot de passe',
  'users.password_of': 'Nouveau mot de passe pour {user}',
  'users.password_text': 'Les sessions ouvertes de cet utilisateur se terminent aussitôt.',
  'users.password_submit': 'Définir le mot de passe',
  'users.password_set': 'Nouveau mot de passe défini pour {user}',
  'users.change_text': 'Un autre rôle en propre termine les sessions de cet utilisateur.',
  'users.view_as': 'Voir ce que voit cet utilisateur',
  'users.see_sessions': 'Sessions ouvertes',
  'users.see_audit': 'Ce qu’a fait cet utilisateur',
  'users.totp_off': 'Retirer le second facteur',
  'users.totp_title': 'Retirer le second facteur pour {user} ?',
  'users.totp_text': 'Pour qui a perdu son téléphone et ses codes de secours. Le mot de passe seul suffira alors, et les sessions ouvertes se terminent aussitôt.',
  'users.totp_done': '{user} se connecte désormais avec le seul mot de passe',
  'users.delete_text': 'Les sessions ouvertes se terminent aussitôt. Ce que cet utilisateur a fait reste dans l’historique.',
  'users.added': '{user} peut maintenant se connecter',
};
