// SPDX-License-Identifier: Apache-2.0
import type { Translation } from '../../i18n/types.ts';
import type { texts as en } from './en.ts';

export const texts: Translation<typeof en> = {
  'login.title': 'Connexion',
  'login.password': 'Mot de passe',
  'login.submit': 'Se connecter',
  'login.wrong': 'Nom d’utilisateur ou mot de passe incorrect.',
  'login.needed': 'Remplissez les deux champs.',
  'login.slow': 'Trop d’essais.',
  'login.slow_wait': 'Nouvel essai possible dans {d}.',
  'login.slow_over': 'Vous pouvez réessayer maintenant.',
  'login.expired': 'Votre session a expiré. Reconnectez-vous pour reprendre là où vous en étiez.',
  'login.lost': 'Mot de passe oublié ?',
  'login.lost_text': 'Un administrateur en définit un autre dans la page Utilisateurs. Sur la machine elle-même, root le fait avec :',
  'login.lost_name': 'NOM',
  'login.motto': 'Elle veille, pour que vous soyez le premier informé.',
  'login.setup_title': 'Vigie n’est pas encore configurée',
  'login.setup_text': 'Il n’existe aucun compte. Ouvrez le lien que Vigie a affiché à son démarrage : il permet de créer le premier compte.',
  'login.setup_lost': 'Le lien est valable 30 minutes. S’il est perdu, arrêtez Vigie (Ctrl-C) et relancez-la : un nouveau lien s’affiche.',
  'login.setup_paste': 'Ou collez le lien ici',
  'login.setup_go': 'Continuer',
  'login.setup_bad_link': 'Ce n’est pas un lien de mise en service complet : il contient #setup= suivi de 43 caractères.',

  'setup.title': 'Bienvenue à bord',
  'setup.text': 'Choisissez le nom et le mot de passe du premier administrateur.',
  'setup.submit': 'Créer le compte',
  'setup.common': 'C’est l’un des mots de passe essayés partout en premier. Prenez quatre mots sans rapport entre eux.',
  'setup.used': 'Ce lien a déjà servi ou a expiré',
  'setup.used_text': 'Si le premier compte existe déjà, connectez-vous. Sinon, arrêtez Vigie et relancez-la : un nouveau lien s’affiche.',
  'setup.wrong': 'Ce lien n’est pas celui de ce serveur Vigie',
  'setup.wrong_text': 'Ouvrez le dernier lien affiché : chaque démarrage en crée un nouveau.',
  'setup.damaged': 'Ce lien est incomplet',
  'setup.damaged_length': 'Son code a {n} caractères au lieu de {want} : le terminal a peut-être coupé la ligne. Copiez le lien entier, et collez-le ci-dessous.',
  'setup.damaged_signs': 'Son code contient des caractères inattendus. Copiez de nouveau le lien entier, et collez-le ci-dessous.',
  'setup.to_login': 'Aller à la connexion',
};
