// SPDX-License-Identifier: Apache-2.0
import type { Translation } from '../i18n/types.ts';
import type { texts as en } from './en.ts';

export const texts: Translation<typeof en> = {
  'totp.gate': 'Encore une étape',
  'totp.gate_text': '{user}, votre rôle exige un second facteur en plus du mot de passe. Activez-le pour continuer.',
  'totp.first': 'Il vous faut une application d’authentification sur votre téléphone, comme Aegis, FreeOTP ou Google Authenticator ; un gestionnaire de mots de passe qui produit des codes convient aussi.',
  'totp.password': 'Votre mot de passe, encore une fois',
  'totp.password_needed': 'Indiquez votre mot de passe.',
  'totp.go': 'Continuer',
  'totp.picture': 'Le secret sous forme de code QR ; il figure en texte à côté',
  'totp.scan': 'Scannez l’image avec l’application. Elle a été dessinée ici ; personne d’autre ne l’a vue.',
  'totp.secret': 'Ou saisissez le secret',
  'totp.secret_help': 'SHA-1, 30 secondes, six chiffres : ce que les applications prennent par défaut.',
  'totp.code': 'Le code affiché',
  'totp.code_help': 'Six chiffres, renouvelés toutes les 30 secondes',
  'totp.six': 'Un code a six chiffres.',
  'totp.on': 'Activer',
  'totp.codes': 'Codes de secours',
  'totp.codes_text': 'Chacun remplace un code une seule fois, au cas où le téléphone serait perdu. Ils ne sont affichés que cette fois : gardez-les ailleurs que sur le téléphone.',
  'totp.codes_head': 'Codes de secours pour {user}, serveur Vigie {host} ; chacun ne sert qu’une fois.',
  'totp.download': 'Enregistrer dans un fichier',
  'totp.print': 'Imprimer',
  'totp.kept': 'Je les ai mis de côté',
};
