// SPDX-License-Identifier: Apache-2.0
import type { Translation } from '../../i18n/types.ts';
import type { texts as en } from './en.ts';

export const texts: Translation<typeof en> = {
  'sessions.text': 'Qui est connecté en ce moment. Une session se termine d’elle-même quand on ne s’en sert pas, et au plus tard à son échéance.',
  'sessions.whose': 'Sessions ouvertes par',
  'sessions.everybody': 'tout le monde',
  'sessions.none': 'Aucune session n’est ouverte.',
  'sessions.ended': 'Une session est terminée pour {user}',
  'sessions.end_all': 'Terminer toutes les sessions pour {user}',
  'sessions.end_title': 'Terminer toutes les sessions pour {user} ?',
  'sessions.end_text': 'Cet utilisateur devra se reconnecter sur chacun de ses appareils.',
  'sessions.all_ended': 'Toutes les sessions sont terminées pour {user}',
};
